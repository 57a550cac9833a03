#include "discovery/port_owner.hpp"

#include <arpa/inet.h>
#include <bit>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/descriptor.hpp"

namespace weir::discovery {
namespace {

using enum PortOwner::Kind;

constexpr std::uint16_t kPort = 11434;
constexpr std::uint32_t kOwn = 1000;
constexpr std::uint32_t kStranger = 1001;
constexpr std::uint32_t kNobody = 65534;

constexpr std::string_view kHead4 =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

std::string in_kernel_form(const Listener& listener, bool is_v4) {
  std::string text;
  for (std::size_t at = is_v4 ? 12 : 0; at < 16; at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, listener.address.data() + at, sizeof word);
    text += fmt::format("{:08X}", word);
  }
  return text;
}

std::string line(std::string_view place, std::string_view state, std::uint32_t uid) {
  return fmt::format(
      "   0: {} 00000000:0000 {} 00000000:00000000 00:00000000 00000000 {:>5}        0 624 1 "
      "000000000db69674 100 0 0 10 0\n",
      place, state, uid);
}

Listener listener(const char* address, std::uint32_t uid, std::uint16_t port = kPort) {
  Listener made{{}, port, uid};
  const auto text =
      std::string(address).contains(':') ? std::string(address) : "::ffff:" + std::string(address);
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), made.address.data()), 1) << text;
  return made;
}

TEST(ParseListeners, ReadsWhatTheKernelPrints) {
  if constexpr (std::endian::native != std::endian::little) GTEST_SKIP() << "lines of this machine";
  const auto v4 = parse_listeners(std::string(kHead4) + line("0100007F:2CAA", "0A", 1000) +
                                  line("0100007F:2CAA", "01", 1001) +
                                  line("00000000:0050", "0A", 0) + line("0100007F:C350", "06", 0));
  ASSERT_TRUE(v4) << v4.error();
  EXPECT_THAT(*v4, testing::ElementsAre(listener("127.0.0.1", 1000), listener("0.0.0.0", 0, 80)));

  const auto v6 =
      parse_listeners(std::string(kHead4) + line("00000000000000000000000000000000:2CAA", "0A", 7) +
                      line("0000000000000000FFFF00000100007F:2CAA", "0A", 8) +
                      line("00000000000000000000000001000000:2CAA", "0A", 4294967294));
  ASSERT_TRUE(v6) << v6.error();
  EXPECT_THAT(*v6, testing::ElementsAre(listener("::", 7), listener("127.0.0.1", 8),
                                        listener("::1", 4294967294)));
}

TEST(ParseListeners, WhatItReadsIsWhatWasPrinted) {
  for (const char* address : {"127.0.0.1", "0.0.0.0", "192.0.2.7"}) {
    const auto one = listener(address, 5, 65535);
    const auto place = fmt::format("{}:FFFF", in_kernel_form(one, true));
    EXPECT_EQ(parse_listeners(std::string(kHead4) + line(place, "0A", 5)), std::vector{one});
  }
  for (const char* address : {"::", "::1", "2001:db8::7", "::ffff:127.0.0.1"}) {
    const auto one = listener(address, 5, 1);
    const auto place = fmt::format("{}:0001", in_kernel_form(one, false));
    EXPECT_EQ(parse_listeners(std::string(kHead4) + line(place, "0A", 5)), std::vector{one});
  }
}

TEST(ParseListeners, ATableWithoutSocketsHasNoListeners) {
  EXPECT_EQ(parse_listeners(""), std::vector<Listener>{});
  EXPECT_EQ(parse_listeners(kHead4), std::vector<Listener>{});
}

TEST(ParseListeners, ATableThatIsNotUnderstoodSaysSo) {
  const std::string good = line("0100007F:2CAA", "0A", 1000);
  const std::string cases[] = {
      std::string(kHead4).substr(0, 20),
      std::string(kHead4) + good.substr(0, good.size() - 1),
      std::string(kHead4) + good + "\n",
      std::string(kHead4) + "   0: 0100007F:2CAA 00000000:0000 0A\n",
      std::string(kHead4) + line("0100007F", "0A", 1),
      std::string(kHead4) + line("0100007F:", "0A", 1),
      std::string(kHead4) + line("0100007F:2CAAA", "0A", 1),
      std::string(kHead4) + line("0100007:2CAA", "0A", 1),
      std::string(kHead4) + line("0100007G:2CAA", "0A", 1),
      std::string(kHead4) + line("-100007F:2CAA", "0A", 1),
      std::string(kHead4) + line("0000000000000000FFFF0000:2CAA", "0A", 1),
  };
  for (const auto& text : cases) EXPECT_FALSE(parse_listeners(text)) << text;
}

TEST(OwnerOfPort, IsTrustedIfEverySocketThatCountsIsOnesOwnOrRoots) {
  struct Case {
    std::vector<Listener> listeners;
    PortOwner owner;
  };
  const Case cases[] = {
      {{}, {none, 0, {}}},
      {{listener("127.0.0.1", kOwn)}, {trusted, 0, {}}},
      {{listener("0.0.0.0", kOwn)}, {trusted, 0, {}}},
      {{listener("::", kOwn)}, {trusted, 0, {}}},
      {{listener("::ffff:127.0.0.1", kOwn)}, {trusted, 0, {}}},
      {{listener("::ffff:0.0.0.0", kOwn)}, {trusted, 0, {}}},
      {{listener("0.0.0.0", 0)}, {trusted, 0, {}}},  // a container's proxy
      {{listener("127.0.0.1", kStranger)}, {other, kStranger, {}}},
      {{listener("0.0.0.0", kStranger)}, {other, kStranger, {}}},
      {{listener("::", kStranger)}, {other, kStranger, {}}},
      {{listener("::ffff:127.0.0.1", kStranger)}, {other, kStranger, {}}},
      {{listener("127.0.0.1", kNobody)}, {hidden, 0, {}}},
      // Several sockets share the port.
      {{listener("127.0.0.1", kOwn), listener("127.0.0.1", kOwn)}, {trusted, 0, {}}},
      {{listener("127.0.0.1", kOwn), listener("0.0.0.0", 0)}, {trusted, 0, {}}},
      {{listener("127.0.0.1", kOwn), listener("127.0.0.1", kStranger)}, {other, kStranger, {}}},
      {{listener("127.0.0.1", kStranger), listener("127.0.0.1", kOwn)}, {other, kStranger, {}}},
      {{listener("0.0.0.0", 0), listener("::", kStranger)}, {other, kStranger, {}}},
      {{listener("127.0.0.1", kOwn), listener("::", kNobody)}, {hidden, 0, {}}},
      // These accept no connection to 127.0.0.1 at this port.
      {{listener("::1", kStranger)}, {none, 0, {}}},
      {{listener("192.0.2.7", kStranger)}, {none, 0, {}}},
      {{listener("127.0.0.2", kStranger)}, {none, 0, {}}},
      {{listener("127.0.0.1", kStranger, kPort + 1)}, {none, 0, {}}},
      {{listener("127.0.0.1", kOwn), listener("::1", kStranger)}, {trusted, 0, {}}},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(owner_of_port(cases[i].listeners, kPort, kOwn), cases[i].owner) << i;
  }
}

TEST(OwnerOfPort, ForRootOnlyRootIsTrusted) {
  EXPECT_EQ(owner_of_port(std::vector{listener("0.0.0.0", 0)}, kPort, 0).kind, trusted);
  EXPECT_EQ(owner_of_port(std::vector{listener("0.0.0.0", kOwn)}, kPort, 0).kind, other);
}

TEST(OwnerOfPort, TheNumberOfUsersWithoutOneIsNobodysOwn) {
  EXPECT_EQ(owner_of_port(std::vector{listener("0.0.0.0", kNobody)}, kPort, kNobody).kind, hidden);
}

TEST(OwnerOfPort, WithoutATableItIsHiddenAndSaysWhy) {
  const auto owner = owner_of_port(std::unexpected("no table"), kPort, kOwn);
  EXPECT_EQ(owner, (PortOwner{hidden, 0, "no table"}));
}

// A listening socket and its port; port 0 if the machine has no such address.
struct Listening {
  net::Descriptor socket;
  std::uint16_t port = 0;
};

Listening listen_at(const char* address) {
  const bool is_v4 = !std::string_view(address).contains(':');
  sockaddr_storage place{};
  socklen_t size = is_v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  place.ss_family = is_v4 ? AF_INET : AF_INET6;
  auto* at = is_v4 ? static_cast<void*>(&reinterpret_cast<sockaddr_in&>(place).sin_addr)
                   : static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(place).sin6_addr);
  if (::inet_pton(place.ss_family, address, at) != 1) return {};
  Listening made{net::Descriptor(::socket(place.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  auto* raw = reinterpret_cast<sockaddr*>(&place);
  if (::bind(made.socket.number(), raw, size) != 0) return {};
  if (::listen(made.socket.number(), 1) != 0) return {};
  if (::getsockname(made.socket.number(), raw, &size) != 0) return {};
  made.port = ntohs(is_v4 ? reinterpret_cast<sockaddr_in&>(place).sin_port
                          : reinterpret_cast<sockaddr_in6&>(place).sin6_port);
  return made;
}

TEST(ReadListeners, KnowsSocketsOfThisProcess) {
  for (const char* address : {"127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1", "::"}) {
    const auto listening = listen_at(address);
    if (listening.port == 0) continue;  // a machine without IPv6
    const auto listeners = read_listeners();
    ASSERT_TRUE(listeners) << listeners.error();
    EXPECT_EQ(owner_of_port(listeners, listening.port, ::geteuid()).kind, trusted) << address;
  }
  const auto elsewhere = listen_at("::1");
  if (elsewhere.port == 0) return;
  const auto listeners = read_listeners();
  ASSERT_TRUE(listeners) << listeners.error();
  EXPECT_EQ(owner_of_port(listeners, elsewhere.port, ::geteuid()).kind, none);
}

// A child process of another user that listens until it is told to end.
class Stranger {
 public:
  static constexpr uid_t kUid = 54321;

  Stranger() {
    int port[2];
    int end[2];
    if (::pipe(port) != 0 || ::pipe(end) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::close(end[1]);
      if (::setuid(kUid) != 0) ::_exit(1);
      const auto listening = listen_at("127.0.0.1");
      if (::write(port[1], &listening.port, sizeof listening.port) < 0) ::_exit(1);
      char nothing = 0;
      ::_exit(::read(end[0], &nothing, 1) == 0 ? 0 : 1);
    }
    ::close(port[1]);
    ::close(end[0]);
    end_ = net::Descriptor(end[1]);
    if (::read(port[0], &port_, sizeof port_) != sizeof port_) port_ = 0;
    ::close(port[0]);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() {
    end_ = net::Descriptor();
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  pid_t child_ = -1;
  net::Descriptor end_;
  std::uint16_t port_ = 0;
};

TEST(ReadListeners, KnowsASocketOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  const Stranger stranger;
  ASSERT_NE(stranger.port(), 0);
  const auto listeners = read_listeners();
  ASSERT_TRUE(listeners) << listeners.error();
  const PortOwner expected{other, Stranger::kUid, {}};
  EXPECT_EQ(owner_of_port(listeners, stranger.port(), ::geteuid()), expected);
  EXPECT_EQ(owner_of_port(listeners, stranger.port(), kOwn), expected);
  EXPECT_EQ(owner_of_port(listeners, stranger.port(), Stranger::kUid).kind, trusted);
}

}  // namespace
}  // namespace weir::discovery
