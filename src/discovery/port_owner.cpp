#include "discovery/port_owner.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "net/descriptor.hpp"

namespace weir::discovery {
namespace {

using Address = std::array<std::uint8_t, 16>;

constexpr std::string_view kListen = "0A";
// A user without a number in this user namespace has this one (/proc/sys/kernel/overflowuid).
constexpr std::uint32_t kOverflowUid = 65534;
constexpr std::uint32_t kRoot = 0;
// The addresses that accept connections to 127.0.0.1.
constexpr Address kAddresses[] = {
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0},
    {},
};
constexpr std::size_t kPieceBytes = 64 << 10;

// Nothing unless all of `text` is a number.
template <class T>
std::optional<T> read_number(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<Address> read_address(std::string_view text) {
  constexpr std::size_t kWordDigits = 8;
  Address address{};
  std::size_t at = 0;
  if (text.size() == kWordDigits) {
    address[10] = address[11] = 0xFF;
    at = 12;
  } else if (text.size() != 4 * kWordDigits) {
    return std::nullopt;
  }
  for (; !text.empty(); text.remove_prefix(kWordDigits), at += sizeof(std::uint32_t)) {
    const auto word = read_number<std::uint32_t>(text.substr(0, kWordDigits), 16);
    if (!word) return std::nullopt;
    std::memcpy(address.data() + at, &*word, sizeof *word);
  }
  return address;
}

// Parses "sl: address:port address:port state queues timer retransmits uid …".
std::optional<Listener> read_listener(std::string_view place, std::string_view uid) {
  const auto colon = place.find(':');
  if (colon == place.npos) return std::nullopt;
  const auto address = read_address(place.substr(0, colon));
  const auto port = read_number<std::uint16_t>(place.substr(colon + 1), 16);
  const auto number = read_number<std::uint32_t>(uid, 10);
  if (!address || !port || !number) return std::nullopt;
  return Listener{*address, *port, *number};
}

std::expected<std::string, std::string> read_table(const char* path) {
  const net::Descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  const auto failed = [path] {
    return std::unexpected(fmt::format("{}: {}", path, std::generic_category().message(errno)));
  };
  if (!file) return failed();
  std::string text;
  for (;;) {
    const auto before = text.size();
    text.resize(before + kPieceBytes);
    const auto got = ::read(file.number(), text.data() + before, kPieceBytes);
    if (got < 0 && errno != EINTR) return failed();
    text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return text;
    if (text.size() > kMaxSocketTableBytes) {
      return std::unexpected(fmt::format("{} has more than {} bytes", path, kMaxSocketTableBytes));
    }
  }
}

}  // namespace

Listeners parse_listeners(std::string_view table) {
  std::vector<Listener> listeners;
  bool is_head = true;
  while (!table.empty()) {
    const auto end = table.find('\n');
    if (end == table.npos) return std::unexpected("the socket table is truncated");
    auto line = table.substr(0, end);
    table.remove_prefix(end + 1);
    if (std::exchange(is_head, false)) continue;
    std::array<std::string_view, 8> words;
    for (auto& word : words) word = take_word(line);
    if (words.back().empty()) return std::unexpected("the socket table has an unknown format");
    if (words[3] != kListen) continue;
    const auto listener = read_listener(words[1], words[7]);
    if (!listener) return std::unexpected("the socket table has an unknown format");
    listeners.push_back(*listener);
  }
  return listeners;
}

Listeners read_listeners() {
  const auto v4 = read_table("/proc/self/net/tcp");
  if (!v4) return std::unexpected(v4.error());
  auto listeners = parse_listeners(*v4);
  // Absent if the kernel has no IPv6.
  const bool has_v6 = ::access("/proc/self/net/tcp6", F_OK) == 0;
  if (!listeners || !has_v6) return listeners;
  const auto v6 = read_table("/proc/self/net/tcp6");
  if (!v6) return std::unexpected(v6.error());
  const auto more = parse_listeners(*v6);
  if (!more) return more;
  listeners->insert(listeners->end(), more->begin(), more->end());
  return listeners;
}

PortOwner owner_of_port(const Listeners& listeners, std::uint16_t port, std::uint32_t own_uid) {
  using enum PortOwner::Kind;
  if (!listeners) return {hidden, 0, listeners.error()};
  PortOwner owner;
  for (const Listener& listener : *listeners) {
    const bool counts = listener.port == port &&
                        std::ranges::find(kAddresses, listener.address) != std::end(kAddresses);
    if (!counts) continue;
    if (listener.uid == kOverflowUid) return {hidden, 0, {}};
    if (listener.uid != own_uid && listener.uid != kRoot) {
      owner = {other, listener.uid, {}};
    } else if (owner.kind == none) {
      owner.kind = trusted;
    }
  }
  return owner;
}

}  // namespace weir::discovery
