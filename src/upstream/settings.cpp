#include "upstream/settings.hpp"

#include <optional>

#include "config/schema.hpp"

namespace weir::upstream {
namespace {

using config::Apply;
using config::bytes;
using config::Complaint;
using config::duration;
using config::integer;

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kHour = 3'600 * kSecond;
constexpr std::int64_t kKiB = 1 << 10;
constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

std::optional<Complaint> refusal_may_grow(const BreakerSettings& settings) {
  if (settings.max_refusal >= settings.first_refusal) return std::nullopt;
  return Complaint{"max_refusal", "is shorter than first_refusal", "at least as long a time"};
}

std::optional<Complaint> bodies_fit_the_buffer(const Settings& settings) {
  if (settings.buffer_bytes >= settings.max_body_bytes) return std::nullopt;
  return Complaint{"buffer_bytes", "has no room for one request of max_body_bytes",
                   "at least as many bytes"};
}

std::optional<Complaint> connecting_is_part_of_the_call(const Settings& settings) {
  if (settings.total_timeout >= settings.connect_timeout) return std::nullopt;
  return Complaint{"total_timeout", "is shorter than connect_timeout", "a longer time"};
}

config::Schema<BreakerSettings> breaker_schema() {
  config::Schema<BreakerSettings> schema(Apply::live);
  schema
      .field("consecutive_failures", &BreakerSettings::consecutive_failures,
             integer<int>({1, 1'000, "not for these"}),
             "Failures in a row after which an upstream is not called for a while.")
      .field("failure_percent", &BreakerSettings::failure_percent,
             integer<int>({1, 100, "not for these"}),
             "Failures among the latest calls, in percent, after which it is not.")
      .field("min_calls", &BreakerSettings::min_calls, integer<int>({1, 1'000'000}),
             "Calls within `window` below which there is no percentage.")
      .field("window", &BreakerSettings::window, duration({kSecond, kHour}),
             "How long a call is one of the latest.")
      .field("first_refusal", &BreakerSettings::first_refusal, duration({100, kHour}),
             "How long a failing upstream is not called before one call is let through to see; "
             "doubled each time that call fails. A list of models that it gives ends it.")
      .field("max_refusal", &BreakerSettings::max_refusal, duration({100, 24 * kHour}),
             "Longest such time.")
      .check(refusal_may_grow);
  return schema;
}

void add_timeouts(config::Schema<Settings>& schema) {
  schema
      .field("connect_timeout", &Settings::connect_timeout, duration({10, 300 * kSecond}),
             "How long connecting to an upstream may take, name and TLS included.")
      .field("first_byte_timeout", &Settings::first_byte_timeout, duration({100, 24 * kHour}),
             "How long an upstream may take to begin an answer that is not streamed: as long as "
             "the whole of it takes to make.")
      .field("first_event_timeout", &Settings::first_event_timeout, duration({100, 24 * kHour}),
             "How long a stream may take to its first event.")
      .field("idle_timeout", &Settings::idle_timeout, duration({100, 24 * kHour}),
             "Longest silence within an answer.")
      .field("total_timeout", &Settings::total_timeout, duration({kSecond, 168 * kHour}),
             "How long a call may take in all.")
      .field("video_request_id_lifetime", &Settings::video_request_id_lifetime,
             duration({kSecond, 366 * 24 * kHour}),
             "How long after a video was submitted its requestId can be asked for.");
}

void add_choice(config::Schema<Settings>& schema) {
  schema
      .field("max_in_flight", &Settings::max_in_flight, integer<int>({1, 1'000'000, "unlimited"}),
             "Calls under way at one upstream.")
      .field("queue_length", &Settings::queue_length, integer<int>({1, 65'536, "none may wait"}),
             "Calls that may wait for one upstream that has max_in_flight; more are answered 503.")
      .field("queue_timeout", &Settings::queue_timeout, duration({1, 300 * kSecond}),
             "How long a call may wait so before it is answered 503.")
      .field("retries", &Settings::retries, integer<int>({1, 10, "never"}),
             "How often a call may be tried again, at another upstream, when that is safe: nothing "
             "was sent, or it was refused with 429 or 503.")
      .field("retry_budget_percent", &Settings::retry_budget_percent,
             integer<int>({1, 100, "retry_budget_min alone counts"}),
             "Retries that an upstream may be given, in percent of its calls.")
      .field("retry_budget_min", &Settings::retry_budget_min,
             integer<int>({1, 10'000, "retry_budget_percent alone counts"}),
             "Retries within 10 s that it may be given besides.")
      .section("breaker", &Settings::breaker, breaker_schema(),
               "When a failing upstream is left alone. Answers with 4xx are no failures.");
}

void add_sizes(config::Schema<Settings>& schema) {
  schema
      .field("max_idle_connections", &Settings::max_idle_connections,
             integer<int>({1, 10'000, "a connection per call"}),
             "Open connections kept for the next call, per upstream and thread.")
      .field("idle_connection_timeout", &Settings::idle_connection_timeout, duration({100, kHour}),
             "How long one is kept.")
      .field(
          "max_body_bytes", &Settings::max_body_bytes, bytes({kKiB, kGiB}),
          "Largest request that is held whole, which is JSON or images to be edited; a larger one "
          "is answered 413.")
      .field("max_json_depth", &Settings::max_json_depth, integer<int>({4, 64}),
             "Arrays and objects within one another in a JSON request; more are answered 400.")
      .field("max_upload_bytes", &Settings::max_upload_bytes, bytes({kKiB, 64 * kGiB}),
             "Largest other upload of files; it is passed on as it comes and not held.")
      .field("buffer_bytes", &Settings::buffer_bytes, bytes({kMiB, 1'024 * kGiB}),
             "Memory for requests that are held until they are answered, so that they can be tried "
             "again, all together; beyond it calls are answered 503.")
      .field("max_event_bytes", &Settings::max_event_bytes, bytes({4 * kKiB, 64 * kMiB}),
             "Largest event of a stream.")
      .field("max_response_head_bytes", &Settings::max_response_head_bytes, bytes({kKiB, kMiB}),
             "Largest head of an upstream's answer.");
}

}  // namespace

config::Schema<Settings> settings_schema() {
  config::Schema<Settings> schema(Apply::live);
  add_timeouts(schema);
  add_choice(schema);
  add_sizes(schema);
  schema.check(connecting_is_part_of_the_call).check(bodies_fit_the_buffer);
  return schema;
}

}  // namespace weir::upstream
