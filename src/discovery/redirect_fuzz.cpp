// Any Location from an upstream: a followed one is the requested path, except for one slash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "discovery/redirect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::discovery;
  static const auto base = parse_base_url("http://host:8000");
  const std::string location(reinterpret_cast<const char*>(data), size);
  for (const char* asked : {"/v1/models", "/v1/models/", "/v1/models?a=1"}) {
    Ask ask = Ask::api("/models");
    ask.target = asked;
    const auto target =
        redirect_target(*base, ask, {.status = 307, .body = {}, .location = location});
    if (!target) continue;
    CHECK(*target != asked);
    CHECK(*target == "/v1/models" || *target == "/v1/models/" || *target == "/v1/models/?a=1");
  }
  for (const char c : shown_location(location)) CHECK(c > 0x20 && c < 0x7F && c != '@');
  return 0;
}
