// Untrusted input before any key is looked up, and the networks of a key.
// Covers: auth/key_text.cpp auth/bearer.cpp auth/network.cpp
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auth/bearer.hpp"
#include "auth/key_text.hpp"
#include "auth/network.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::auth;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto token = parse_bearer(input)) {
    CHECK(!token->empty() && input.ends_with(*token));
    CHECK(token->find(' ') == std::string_view::npos);
  }
  CHECK(!describe(parse_key(input)).empty());
  if (parse_key(input) == KeyFault::none) {
    CHECK(input.size() >= kMinKeyChars && input.size() <= kMaxKeyChars);
    CHECK(display_prefix(input).size() + display_last4(input).size() <= input.size());
  }
  if (const auto network = Network::parse(input)) {
    const auto base = Address::parse(input.substr(0, input.find('/')));
    CHECK(base.has_value() && network->contains(*base));
  }
  return 0;
}
