#include "gateway/answer_fields.hpp"

#include <array>
#include <chrono>
#include <string_view>

#include "codec/json_text.hpp"

namespace weir::gateway {
namespace {

constexpr std::array<std::string_view, 4> kForwarded = {"content-type", "content-encoding",
                                                        "content-disposition", "content-language"};

// "12.345"
void put_milliseconds(std::string& text, MonotonicClock::duration time) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  codec::append_json_integer(text, std::int64_t{us / 1000});
  const auto rest = us % 1000;
  text += '.';
  text += static_cast<char>('0' + rest / 100);
  text += static_cast<char>('0' + rest / 10 % 10);
  text += static_cast<char>('0' + rest % 10);
}

}  // namespace

void put_forwarded_fields(std::string& fields, const http::ResponseHead& head) {
  for (const auto name : kForwarded) {
    const auto value = head.header(name);
    if (!value.empty()) fields.append(name).append(": ").append(value).append("\r\n");
  }
}

void put_server_timing(std::string& fields, MonotonicClock::duration weir,
                       MonotonicClock::duration upstream) {
  put_milliseconds(fields.append("Server-Timing: weir;dur="), weir);
  put_milliseconds(fields.append(", upstream;dur="), upstream);
  fields += "\r\n";
}

}  // namespace weir::gateway
