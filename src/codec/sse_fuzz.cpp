#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "codec/sse.hpp"

namespace {

std::vector<std::string> split(std::string_view stream, std::size_t piece_bytes) {
  std::vector<std::string> events;
  weir::codec::SseSplitter splitter(stream.size());
  std::size_t taken = 0;
  for (std::size_t end = 0; end < stream.size();) {
    end = std::min(stream.size(), end + piece_bytes);
    const auto bytes = stream.substr(taken, end - taken);
    const auto whole = splitter.whole_events(bytes);
    CHECK(whole && *whole <= bytes.size());
    auto ready = bytes.substr(0, *whole);
    while (!ready.empty()) events.emplace_back(weir::codec::take_event(ready));
    taken += *whole;
  }
  return events;
}

// With a bound, every event is within it, and so is an incomplete one.
void check_bound(std::string_view stream, std::size_t piece_bytes) {
  constexpr std::size_t kBound = 16;
  weir::codec::SseSplitter splitter(kBound);
  std::size_t taken = 0;
  for (std::size_t end = 0; end < stream.size();) {
    end = std::min(stream.size(), end + piece_bytes);
    const auto bytes = stream.substr(taken, end - taken);
    const auto whole = splitter.whole_events(bytes);
    if (!whole) {
      CHECK(bytes.size() > kBound);
      return;
    }
    auto ready = bytes.substr(0, *whole);
    while (!ready.empty()) CHECK(weir::codec::take_event(ready).size() <= kBound);
    taken += *whole;
  }
}

}  // namespace

// However the stream is cut, the same events result, and no byte is lost between them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = split(input, size + 1);
  for (std::size_t piece_bytes : {1U, 2U, 7U}) CHECK(split(input, piece_bytes) == whole);

  std::string joined;
  std::string scratch;
  for (const auto& event : whole) {
    joined += event;
    static_cast<void>(weir::codec::event_name(event));
    CHECK(weir::codec::event_data(event, scratch).size() <= event.size());
  }
  CHECK(input.starts_with(joined));
  for (std::size_t piece_bytes : {1U, 40U}) check_bound(input, piece_bytes);
  return 0;
}
