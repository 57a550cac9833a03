#include "files/read_file.hpp"

#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::files {
namespace {

class ReadFile : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const auto path = directory_.path() + "/" + name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  TemporaryDirectory directory_;
};

TEST_F(ReadFile, GivesTheTextAndTheFacts) {
  const auto file = read_file(put("a", "one\ntwo\n", 0640), 1 << 10);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->text.reveal(), "one\ntwo\n");
  EXPECT_TRUE(file->facts.is_regular);
  EXPECT_EQ(file->facts.mode, 0640U);
  EXPECT_EQ(file->facts.owner, ::geteuid());
  EXPECT_EQ(file->facts.user, ::geteuid());
  EXPECT_EQ(file->facts.group, ::getegid());
}

TEST_F(ReadFile, FollowsLinksToTheFactsOfTheFile) {
  const auto path = directory_.path() + "/link";
  std::filesystem::create_symlink(put("a", "text", 0604), path);
  EXPECT_EQ(read_file(path, 100)->facts.mode, 0604U);
  EXPECT_EQ(inspect_file(path)->mode, 0604U);
}

TEST_F(ReadFile, IsBounded) {
  const auto path = put("a", std::string(9 << 10, 'x'));
  EXPECT_EQ(read_file(path, 9 << 10)->text.reveal().size(), 9U << 10);
  EXPECT_EQ(read_file(path, (9 << 10) - 1).error().what, "larger than 8 KiB");
}

TEST_F(ReadFile, SaysWhatIsMissing) {
  for (const auto& fault : {read_file(directory_.path() + "/none", 100).error(),
                            inspect_file(directory_.path() + "/none").error()}) {
    EXPECT_TRUE(fault.is_missing);
    EXPECT_EQ(fault.what, "No such file or directory");
  }
}

TEST_F(ReadFile, NeverWaitsForWhatIsNoRegularFile) {
  const auto pipe = directory_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto socket = directory_.path() + "/socket";
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(socket.size(), sizeof address.sun_path);
  socket.copy(address.sun_path, socket.size());
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(listener);

  for (const auto& path : {pipe, socket, directory_.path(), std::string("/dev/zero")}) {
    EXPECT_EQ(read_file(path, 100).error().what, "not a regular file") << path;
    const auto facts = inspect_file(path);
    ASSERT_TRUE(facts) << path;
    EXPECT_FALSE(facts->is_regular) << path;
  }
}

TEST_F(ReadFile, KnowsWhoseFolderAnotherUsersFileIsIn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kNobody = 65534;
  const auto path = put("a", "text");
  ASSERT_EQ(::chown(path.c_str(), kNobody, static_cast<gid_t>(-1)), 0);
  EXPECT_EQ(read_file(path, 100)->facts.folder_owner, 0U);
  ASSERT_EQ(::chown(directory_.path().c_str(), kNobody, static_cast<gid_t>(-1)), 0);
  EXPECT_EQ(read_file(path, 100)->facts.folder_owner, kNobody);
  EXPECT_EQ(inspect_file(path)->folder_owner, kNobody);
}

}  // namespace
}  // namespace weir::files
