#include "net/upstream_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <fmt/format.h>

namespace weir::net {
namespace {

namespace ip = boost::asio::ip;

struct Block {
  std::array<std::uint8_t, 16> base;
  unsigned bits;
  std::string_view what;
};

constexpr Block kV4[] = {
    {{0}, 8, "unspecified"},
    {{169, 254}, 16, "link-local, used for cloud metadata"},
    {{100, 100, 100, 200}, 32, "a cloud metadata service"},
    {{168, 63, 129, 16}, 32, "a cloud metadata service"},
    {{224}, 4, "multicast"},
    {{240}, 4, "reserved or broadcast"},
};
// IPv4-mapped addresses are checked as IPv4: they would bypass the table above.
constexpr Block kV6[] = {
    {{0xfe, 0x80}, 10, "link-local"},
    {{0xff}, 8, "multicast"},
    {{0xfe, 0xc0}, 10, "site-local, which is deprecated"},
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
     128,
     "a cloud metadata service"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "an IPv4 address in IPv6 form"},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "an IPv4 address in IPv6 form"},
    {{0x20, 0x02}, 16, "an IPv4 address in IPv6 form"},
    {{0x20, 0x01, 0, 0}, 32, "an IPv4 address in IPv6 form"},
};
constexpr Block kCompatible{{}, 96, "unspecified, or an IPv4 address in IPv6 form"};
// NAT64 (RFC 6052): a network without IPv4 uses it to reach IPv4; the embedded address decides.
constexpr Block kTranslated{{0, 0x64, 0xff, 0x9b}, 96, ""};

bool lies_in(std::span<const std::uint8_t> address, const Block& block) {
  const auto bytes = block.bits / 8;
  if (!std::equal(address.begin(), address.begin() + bytes, block.base.begin())) return false;
  const auto rest = block.bits % 8;
  return rest == 0 || ((address[bytes] ^ block.base[bytes]) >> (8 - rest)) == 0;
}

std::string_view find(std::span<const std::uint8_t> address, std::span<const Block> blocks) {
  const auto found =
      std::ranges::find_if(blocks, [&](const Block& block) { return lies_in(address, block); });
  return found == blocks.end() ? std::string_view{} : found->what;
}

}  // namespace

std::string_view refusal_of(const ip::address& address) {
  if (address.is_v4()) return find(address.to_v4().to_bytes(), kV4);
  const auto bytes = address.to_v6().to_bytes();
  if (lies_in(bytes, kTranslated)) return find(std::span(bytes).last(4), kV4);
  if (lies_in(bytes, kCompatible) && !address.is_loopback()) return kCompatible.what;
  return find(bytes, kV6);
}

Result<Endpoints> allowed_of(const Endpoints& endpoints) {
  Endpoints allowed;
  for (const auto& endpoint : endpoints) {
    if (refusal_of(endpoint.address()).empty()) allowed.push_back(endpoint);
  }
  if (!allowed.empty() || endpoints.empty()) return allowed;
  const auto& first = endpoints.front().address();
  return fail(Errc::upstream_unreachable,
              fmt::format("an upstream must not have the address {}: it is {}", first.to_string(),
                          refusal_of(first)));
}

}  // namespace weir::net
