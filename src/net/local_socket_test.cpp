#include "net/local_socket.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{5'000};

/// A socket under test, and the other end for the test.
std::pair<LocalSocket, Descriptor> make_pair_of_sockets() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()),
            0);
  return {LocalSocket(Descriptor(ends[0])), Descriptor(ends[1])};
}

class LocalSocketTest : public testing::Test {
 protected:
  void meet() {
    auto listener = LocalListener::open(path_);
    ASSERT_TRUE(listener) << listener.error().detail;
    listener_.emplace(std::move(*listener));
    auto client = LocalSocket::connect(path_);
    ASSERT_TRUE(client) << client.error().detail;
    client_.emplace(std::move(*client));
    server_ = listener_->try_accept();
    ASSERT_TRUE(server_);
  }

  TemporaryDirectory folder_;
  std::string path_ = folder_.path() + "/socket";
  std::optional<LocalListener> listener_;
  std::optional<LocalSocket> client_;
  std::optional<LocalSocket> server_;
};

TEST_F(LocalSocketTest, APacketCarriesItsDescriptors) {
  ASSERT_NO_FATAL_FAILURE(meet());
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const Descriptor reading(pipe[0]);
  const Descriptor writing(pipe[1]);

  ASSERT_TRUE(server_->send("first"));
  ASSERT_TRUE(server_->send("second", std::array{writing.number()}));

  const auto first = client_->receive_within(kPatience);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->text, "first");
  EXPECT_TRUE(first->descriptors.empty());
  const auto second = client_->receive_within(kPatience);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->text, "second");
  ASSERT_EQ(second->descriptors.size(), 1U);
  ASSERT_EQ(::write(second->descriptors[0].number(), "x", 1), 1);
  char got = 0;
  ASSERT_EQ(::read(reading.number(), &got, 1), 1);
  EXPECT_EQ(got, 'x');
}

TEST_F(LocalSocketTest, TheEndOfTheOtherSideIsAnError) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const auto nothing = server_->try_receive();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
  EXPECT_EQ(server_->peer().pid, ::getpid());
  EXPECT_EQ(server_->peer().uid, ::geteuid());
  server_.reset();
  const auto end = client_->receive_within(kPatience);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Errc::connection_lost);
}

// A timer interrupts the wait repeatedly; the third signal sends a packet.
int speaker = -1;
int interruptions = 0;
void interrupt(int) {
  if (++interruptions == 3) [[maybe_unused]]
    const auto sent = ::send(speaker, "at last", 7, 0);
}

TEST_F(LocalSocketTest, ASignalDoesNotEndTheWait) {
  const auto [listener, other] = make_pair_of_sockets();
  speaker = other.number();
  struct sigaction before{};
  struct sigaction during{};
  during.sa_handler = interrupt;
  ASSERT_EQ(::sigaction(SIGALRM, &during, &before), 0);
  const itimerval often{.it_interval = {0, 1'000}, .it_value = {0, 1'000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &often, nullptr), 0);

  const auto packet = listener.receive_within(kPatience);

  const itimerval never{};
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
  ASSERT_TRUE(packet) << packet.error().detail;
  EXPECT_EQ(packet->text, "at last");
}

TEST_F(LocalSocketTest, AfterItHasHungUpNothingArrivesThatHasNot) {
  ASSERT_NO_FATAL_FAILURE(meet());
  ASSERT_TRUE(server_->send("in time"));

  client_->hang_up();

  EXPECT_FALSE(server_->send("too late"));
  const auto first = client_->receive_within(kPatience);
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->text, "in time");
  EXPECT_EQ(client_->receive_within(kPatience).error().code, Errc::connection_lost);
}

TEST_F(LocalSocketTest, ThePathIsTakenOverAndGoesWithItsLastOwner) {
  {
    auto first = LocalListener::open(path_);
    ASSERT_TRUE(first);
    struct stat about{};
    ASSERT_EQ(::stat(path_.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    const auto second = LocalListener::open(path_);
    ASSERT_TRUE(second);
    const auto client = LocalSocket::connect(path_);
    ASSERT_TRUE(client);
    EXPECT_FALSE(first->try_accept());
    EXPECT_TRUE(second->try_accept());
    // The listener that no longer owns the path does not remove it.
    {
      const auto gone = std::move(*first);
    }
    EXPECT_EQ(::stat(path_.c_str(), &about), 0);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(LocalSocket::connect(path_).error().code, Errc::not_found);
}

TEST_F(LocalSocketTest, APathThatIsTooLongIsRefused) {
  EXPECT_EQ(LocalListener::open(folder_.path() + "/" + std::string(120, 'x')).error().code,
            Errc::config_invalid);
}

TEST_F(LocalSocketTest, AnAddressThatCannotBeIsNamedInTheError) {
  const auto nowhere = folder_.path() + "/none/socket";
  EXPECT_EQ(LocalListener::open(nowhere).error().detail,
            "cannot listen at " + nowhere + ": No such file or directory");
  const auto folder = folder_.path() + "/folder";
  std::filesystem::create_directory(folder);
  EXPECT_EQ(LocalListener::open(folder).error().detail,
            "cannot listen at " + folder + ": Is a directory");
  const auto listener = LocalListener::open(path_);
  ASSERT_TRUE(listener);
  const auto below = path_ + "/socket";
  EXPECT_EQ(LocalSocket::connect(below).error().detail,
            "cannot connect to " + below + ": Not a directory");
}

TEST_F(LocalSocketTest, APacketThatIsCutShortIsAnError) {
  const auto [reader, writer] = make_pair_of_sockets();
  const std::string large(64 << 10, 'x');
  ASSERT_EQ(::send(writer.number(), large.data(), large.size(), 0), ssize_t(large.size()));
  EXPECT_EQ(reader.receive_within(kPatience).error().detail, "a packet was truncated");
}

}  // namespace
}  // namespace weir::net
