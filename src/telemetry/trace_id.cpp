#include "telemetry/trace_id.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>

namespace weir::telemetry {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

constexpr auto kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) pairs[byte] = {kHex[byte >> 4], kHex[byte & 15]};
  return pairs;
}();

bool is_id_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == ':' || c == '-';
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of(kHex) == std::string_view::npos;
}

// Ids need to be unique, not secret: SplitMix64 from a random start, a few instructions each.
std::uint64_t next_random() {
  thread_local std::uint64_t state = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  std::uint64_t bits = state += 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

}  // namespace

TraceId::TraceId(std::string_view text) : length_(static_cast<std::uint8_t>(text.size())) {
  std::memcpy(text_.data(), text.data(), text.size());
}

TraceId TraceId::random() {
  TraceId id;
  char* out = id.text_.data();
  for (int word = 0; word < 2; ++word) {
    auto bits = next_random();
    for (int byte = 0; byte < 8; ++byte, bits >>= 8) {
      const auto& pair = kHexPairs[bits & 0xff];
      *out++ = pair[0];
      *out++ = pair[1];
    }
  }
  id.length_ = 32;
  return id;
}

TraceId TraceId::choose(std::string_view x_trace_id, std::string_view traceparent) {
  if (!x_trace_id.empty() && x_trace_id.size() <= kMaxLength &&
      x_trace_id.find("sk-") == std::string_view::npos &&
      std::all_of(x_trace_id.begin(), x_trace_id.end(), is_id_char)) {
    return TraceId(x_trace_id);
  }
  if (const auto id = traceparent_id(traceparent); !id.empty()) return TraceId(id);
  return random();
}

std::string_view traceparent_id(std::string_view text) {
  // version "-" trace-id(32) "-" parent-id(16) "-" flags(2); a later version may append more.
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const auto version = text.substr(0, 2);
  const auto id = text.substr(3, 32);
  const auto parent = text.substr(36, 16);
  if (!is_hex(version) || version == "ff" || !is_hex(id) || !is_hex(parent)) return {};
  if (!is_hex(text.substr(53, 2)) || (text.size() > 55 && (version == "00" || text[55] != '-'))) {
    return {};
  }
  if (id.find_first_not_of('0') == std::string_view::npos) return {};
  if (parent.find_first_not_of('0') == std::string_view::npos) return {};
  return id;
}

}  // namespace weir::telemetry
