/// The operational log: one JSON object per line on standard error.
///
/// For events of the server (started, reloaded, an upstream failed), not for requests: those go to
/// telemetry/line_writer.hpp. Never pass it bodies, keys or prompts.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/enum_table.hpp"

namespace weir::telemetry {

enum class Level : std::uint8_t { trace, debug, info, warn, error };
inline constexpr EnumNames<Level> kLevelNames({
    {Level::trace, "trace"},
    {Level::debug, "debug"},
    {Level::info, "info"},
    {Level::warn, "warn"},
    {Level::error, "error"},
});

/// One member of the line's object. Holds views: for use within one call.
struct Field {
  template <std::integral T>
  Field(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}

  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

using Fields = std::initializer_list<Field>;

/// Starts the writer. Lines before it, and after `stop_log`, are written directly.
/// Threads: once, before others log.
void start_log(Level level);
/// Writes queued lines and ends the writer.
void stop_log();
void set_log_level(Level level);
[[nodiscard]] Level parse_level(std::string_view text);

/// Threads: any. A full queue drops the oldest line instead of waiting.
void log(Level level, std::string_view message, Fields fields = {});

inline void log_debug(std::string_view message, Fields fields = {}) {
  log(Level::debug, message, fields);
}
inline void log_info(std::string_view message, Fields fields = {}) {
  log(Level::info, message, fields);
}
inline void log_warn(std::string_view message, Fields fields = {}) {
  log(Level::warn, message, fields);
}
inline void log_error(std::string_view message, Fields fields = {}) {
  log(Level::error, message, fields);
}

}  // namespace weir::telemetry
