#include "telemetry/log.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.hpp"
#include "codec/json_text.hpp"
#include "codec/visible.hpp"
#include "telemetry/text_line.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::telemetry {
namespace {

// Each slot of spdlog's queue is allocated up front, and the operational log has few lines.
constexpr std::size_t kQueueLines = 256;

std::shared_ptr<spdlog::details::thread_pool>& writer() {
  static std::shared_ptr<spdlog::details::thread_pool> pool;
  return pool;
}

std::shared_ptr<spdlog::logger> make_logger(bool async) {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::shared_ptr<spdlog::logger> logger;
  if (async) {
    logger = std::make_shared<spdlog::async_logger>("weir", sink, writer(),
                                                    spdlog::async_overflow_policy::overrun_oldest);
  } else {
    logger = std::make_shared<spdlog::logger>("weir", sink);
  }
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = make_logger(false);
  return instance;
}

// How lines are written; set before other threads log.
struct Form {
  bool is_text = false;
  bool is_coloured = false;
};

Form& form() {
  static Form instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::trace:
      return spdlog::level::trace;
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  __builtin_unreachable();
}

void append_value(std::string& line, const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    codec::append_json_string(line, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    line += fmt::to_string(*number);
  } else {
    line += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

void start_log(Level level) {
  writer() = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
  logger() = make_logger(true);
  set_log_level(level);
}

void use_text_lines(bool coloured) { form() = {.is_text = true, .is_coloured = coloured}; }

void stop_log() {
  // Kept until the writer has ended; otherwise the writer might be the one to destroy it.
  const auto ended = std::exchange(logger(), make_logger(false));
  logger()->set_level(ended->level());
  writer().reset();  // joins after the queued lines are out
}

void set_log_level(Level level) { logger()->set_level(to_spdlog(level)); }

Level parse_level(std::string_view text) { return kLevelNames.find(text).value_or(Level::info); }

void log(Level level, std::string_view message, Fields fields) {
  if (!logger()->should_log(to_spdlog(level))) return;
  if (form().is_text) {
    logger()->log(to_spdlog(level),
                  text_line(wall_now(), level, message, fields, form().is_coloured));
    return;
  }
  std::string line = R"({"time":")";
  append_timestamp(line, wall_now());
  line.append(R"(","level":")").append(kLevelNames[level]);
  line += R"(","msg":)";
  codec::append_json_string(line, message);
  for (const Field& field : fields) {
    line += ',';
    codec::append_json_string(line, field.name);
    line += ':';
    append_value(line, field);
  }
  line += '}';
  logger()->log(to_spdlog(level), codec::visible_json(std::move(line)));
}

}  // namespace weir::telemetry
