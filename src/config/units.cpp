#include "config/units.hpp"

#include <array>
#include <charconv>
#include <span>

#include <fmt/format.h>

namespace weir::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array<Unit, 4> kDurations = {
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kBytes = {
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}};

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_integer(text.substr(0, digits));
  if (!count) return std::nullopt;
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    std::int64_t total = 0;
    if (__builtin_mul_overflow(*count, unit.size, &total)) return std::nullopt;
    return total;
  }
  return std::nullopt;
}

std::string format_with_unit(std::int64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (amount >= unit.size && amount % unit.size == 0) {
      return fmt::format("{}{}", amount / unit.size, unit.name);
    }
  }
  return fmt::format("{}{}", amount, units.back().name);
}

/// Consumes fixed-width fields from the front of a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int number(std::size_t width) {
    const std::string_view field = rest_.substr(0, width);
    const bool digits = field.find_first_not_of("0123456789") == std::string_view::npos;
    const auto value = parse_integer(field);
    ok_ = ok_ && field.size() == width && digits && value;
    rest_.remove_prefix(field.size());
    return static_cast<int>(value.value_or(0));
  }
  int number(std::size_t width, int least, int most) {
    const int value = number(width);
    ok_ = ok_ && value >= least && value <= most;
    return value;
  }
  /// One character out of `allowed`.
  char mark(std::string_view allowed) {
    const char found = rest_.empty() ? '\0' : rest_.front();
    ok_ = ok_ && allowed.find(found) != std::string_view::npos;
    if (!rest_.empty()) rest_.remove_prefix(1);
    return found;
  }
  void fraction() {
    if (!rest_.starts_with('.')) return;
    rest_.remove_prefix(1);
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    ok_ = ok_ && digits > 0;
    rest_.remove_prefix(digits);
  }
  bool ended() const { return rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// Distance from UTC: `Z`, or sign, hours and minutes.
std::chrono::minutes parse_offset(Fields& fields) {
  const char sign = fields.mark("Zz+-");
  if (sign == 'Z' || sign == 'z') return {};
  const int hours = fields.number(2, 0, 23);
  fields.mark(":");
  const std::chrono::minutes offset{hours * 60 + fields.number(2, 0, 59)};
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto amount = parse_with_unit(text, kDurations);
  if (!amount) return std::nullopt;
  return std::chrono::milliseconds(*amount);
}

std::string format_duration(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  return format_with_unit(duration.count(), kDurations);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  return parse_with_unit(text, kBytes);
}

std::string format_bytes(std::int64_t bytes) { return format_with_unit(bytes, kBytes); }

std::optional<WallTime> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  Fields fields(text);
  const year years{fields.number(4, 1970, 2199)};
  fields.mark("-");
  const month months{static_cast<unsigned>(fields.number(2))};
  fields.mark("-");
  const year_month_day date{years, months, day{static_cast<unsigned>(fields.number(2))}};
  seconds time{};
  if (!fields.ended()) {
    fields.mark("Tt ");
    time += hours(fields.number(2, 0, 23));
    fields.mark(":");
    time += minutes(fields.number(2, 0, 59));
    fields.mark(":");
    time += seconds(fields.number(2, 0, 59));
    fields.fraction();
    time -= parse_offset(fields);
  }
  if (!fields.ok() || !fields.ended() || !date.ok()) return std::nullopt;
  return WallTime(sys_days(date)) + time;
}

std::string format_timestamp(WallTime time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date{day_start};
  const hh_mm_ss clock{floor<seconds>(time - day_start)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace weir::config
