#include "telemetry/timestamp.hpp"

#include <array>
#include <ctime>

namespace weir::telemetry {
namespace {

std::string format_second(std::time_t second, const char* pattern) {
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), pattern, &parts)};
}

}  // namespace

void append_timestamp(std::string& out, WallTime time) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  thread_local std::time_t last_second = -1;
  thread_local std::string text;
  const auto since_epoch = duration_cast<milliseconds>(time.time_since_epoch()).count();
  const auto second = static_cast<std::time_t>(since_epoch / 1000);
  if (second != last_second) {
    text = format_second(second, "%Y-%m-%dT%H:%M:%S.");
    last_second = second;
  }
  const auto ms = static_cast<unsigned>(since_epoch % 1000);
  out += text;
  out += static_cast<char>('0' + ms / 100);
  out += static_cast<char>('0' + ms / 10 % 10);
  out += static_cast<char>('0' + ms % 10);
  out += 'Z';
}

std::string format_http_date(WallTime time) {
  return format_second(WallClock::to_time_t(time), "%a, %d %b %Y %H:%M:%S GMT");
}

}  // namespace weir::telemetry
