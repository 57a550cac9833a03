#include "telemetry/timestamp.hpp"

#include <array>
#include <cstring>
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

char* put_timestamp(char* at, WallTime time) {
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
  std::memcpy(at, text.data(), kTimestampChars - 4);
  at += kTimestampChars - 4;
  *at++ = static_cast<char>('0' + ms / 100);
  *at++ = static_cast<char>('0' + ms / 10 % 10);
  *at++ = static_cast<char>('0' + ms % 10);
  *at++ = 'Z';
  return at;
}

void append_timestamp(std::string& out, WallTime time) {
  std::array<char, kTimestampChars> text;
  out.append(text.data(), put_timestamp(text.data(), time));
}

std::string format_http_date(WallTime time) {
  return format_second(WallClock::to_time_t(time), "%a, %d %b %Y %H:%M:%S GMT");
}

}  // namespace weir::telemetry
