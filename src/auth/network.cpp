#include "auth/network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace weir::auth {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

/// True if the first `bits` bits are equal.
bool same_prefix(std::span<const std::uint8_t, 16> a, std::span<const std::uint8_t, 16> b,
                 int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + bits / 8, b.begin())) return false;
  if (bits % 8 == 0) return true;
  const int mask = 0xff << (8 - bits % 8) & 0xff;
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

std::optional<int> parse_bits(std::string_view text, int most) {
  int bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  const bool plain = text.size() == 1 || (!text.empty() && text[0] != '0');
  if (!whole || !plain || bits < 0 || bits > most) return std::nullopt;
  return bits;
}

}  // namespace

Address Address::from_v4(const std::array<std::uint8_t, 4>& bytes) {
  Address address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  std::ranges::copy(bytes, address.bytes_.begin() + kMappedPrefix.size());
  return address;
}

Address Address::from_v6(const std::array<std::uint8_t, 16>& bytes) {
  Address address;
  address.bytes_ = bytes;
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  // inet_pton stops at a NUL; an address contains none.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string terminated(text);
  std::array<std::uint8_t, 4> v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1) return from_v4(v4);
  std::array<std::uint8_t, 16> v6{};
  if (::inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return from_v6(v6);
  return std::nullopt;
}

bool Address::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base) {
    return fail(Errc::invalid_parameter,
                fmt::format("\"{}\" is not an address or a network such as 10.0.0.0/8", text));
  }
  if (slash == std::string_view::npos) return Network(*base, 128);

  // Mapped addresses have two spellings: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  const int most = dotted ? 128 - kMappedBits : 128;
  const auto bits = parse_bits(text.substr(slash + 1), most);
  if (!bits) {
    return fail(
        Errc::invalid_parameter,
        fmt::format("\"{}\": the prefix length must be an integer from 0 to {}", text, most));
  }
  const Network network(*base, dotted ? *bits + kMappedBits : *bits);
  for (int bit = network.prefix_bits_; bit < 128; ++bit) {
    const auto byte = base->bytes()[static_cast<std::size_t>(bit / 8)];
    if ((byte >> (7 - bit % 8) & 1) != 0) {
      return fail(
          Errc::invalid_parameter,
          fmt::format("\"{}\" has bits set after the first {}; for a single address omit the slash",
                      text, *bits));
    }
  }
  return network;
}

bool Network::contains(const Address& address) const {
  return base_.is_v4() == address.is_v4() &&
         same_prefix(base_.bytes(), address.bytes(), prefix_bits_);
}

}  // namespace weir::auth
