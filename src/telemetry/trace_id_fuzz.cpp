#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "telemetry/trace_id.hpp"

// Input: X-Trace-Id, a line break, traceparent. The logged id is short and plain for any input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::telemetry::TraceId;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto cut = input.find('\n');
  const auto own = input.substr(0, cut);
  const auto parent = cut == std::string_view::npos ? std::string_view() : input.substr(cut + 1);

  const auto chosen = TraceId::choose(own, parent);
  const auto text = chosen.text();
  CHECK(!text.empty() && text.size() <= TraceId::kMaxLength);
  CHECK(text.find_first_not_of(kAllowed) == std::string_view::npos);
  CHECK(text.find("sk-") == std::string_view::npos);
  const auto again = TraceId::choose(text, parent);
  CHECK(again.text() == text);

  const auto id = weir::telemetry::traceparent_id(parent);
  CHECK(id.empty() || (id.size() == 32 && id == parent.substr(3, 32)));
  return 0;
}
