#include "telemetry/text_line.hpp"

#include <fmt/format.h>

#include "codec/visible.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::telemetry {
namespace {

constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string_view colour_of(Level level) {
  switch (level) {
    case Level::trace:
    case Level::debug:
      return kDim;
    case Level::info:
      return "\x1b[32m";
    case Level::warn:
      return "\x1b[33m";
    case Level::error:
      return "\x1b[31m";
  }
  __builtin_unreachable();
}

std::string value_text(const Field& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return fmt::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&field.value)) return *truth ? "true" : "false";
  const auto text = codec::visible_text(std::get<std::string_view>(field.value));
  const bool is_word = !text.empty() && !text.contains(' ') && !text.contains('"');
  return is_word ? text : fmt::format("\"{}\"", text);
}

}  // namespace

std::string text_line(WallTime time, Level level, std::string_view message, Fields fields,
                      bool coloured) {
  constexpr std::size_t kClockAt = 11;
  constexpr std::size_t kClockChars = 8;
  const auto colour = [&](std::string_view code) { return coloured ? code : std::string_view{}; };
  std::string stamp;
  append_timestamp(stamp, time);
  auto line = fmt::format("{} {}{:<5}{}  {}", std::string_view(stamp).substr(kClockAt, kClockChars),
                          colour(colour_of(level)), kLevelNames[level], colour(kPlain),
                          codec::visible_text(message));
  for (const Field& field : fields) {
    line += fmt::format("  {}{}={}{}", colour(kDim), field.name, colour(kPlain), value_text(field));
  }
  return line;
}

}  // namespace weir::telemetry
