#include "migration/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "config/sources.hpp"

namespace weir::migration {
namespace {

constexpr std::size_t kMinKey = 16;
constexpr std::size_t kMaxKey = 512;

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~+/").contains(c);
}

}  // namespace

std::string literal(std::string_view text) { return config::escape(text); }

std::optional<std::string> quantity(std::string_view text, std::string_view unit) {
  constexpr double kMost = 1e15;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if (!(value >= 1) || value > kMost || std::floor(value) != value) return {};
  return fmt::format("{}{}", static_cast<std::int64_t>(value), unit);
}

bool is_key(std::string_view text) {
  return text.size() >= kMinKey && text.size() <= kMaxKey && std::ranges::all_of(text, is_key_byte);
}

}  // namespace weir::migration
