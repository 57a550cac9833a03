// Any text as a base URL: an accepted one yields targets that a server can parse.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "discovery/base_url.hpp"

namespace {

bool is_target(const std::string& text) {
  bool good = text.starts_with('/');
  for (const char c : text) good = good && c > 0x20 && c < 0x7F && c != '#';
  return good;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::discovery;
  const auto base = parse_base_url({reinterpret_cast<const char*>(data), size});
  if (!base) return 0;
  CHECK(!base->host.empty() && base->port != 0);
  CHECK(base->authority().contains(base->host));
  for (const auto& kind : all_kinds()) {
    for (const auto root : api_roots(*base, kind)) {
      CHECK(is_target(request_target(*base, kind, root, Ask::api("/models"))));
      CHECK(is_target(request_target(*base, kind, root, Ask::server("/api/tags"))));
    }
  }
  return 0;
}
