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
  return Complaint{"max_refusal", "is shorter than first_refusal", "at least first_refusal"};
}

std::optional<Complaint> bodies_fit_the_buffer(const Settings& settings) {
  const bool is_derived = settings.buffer_bytes == 0;
  if (is_derived || settings.buffer_bytes >= settings.max_body_bytes) return std::nullopt;
  return Complaint{"buffer_bytes", "is smaller than max_body_bytes", "at least max_body_bytes"};
}

std::optional<Complaint> connecting_is_part_of_the_call(const Settings& settings) {
  if (settings.total_timeout >= settings.connect_timeout) return std::nullopt;
  return Complaint{"total_timeout", "is shorter than connect_timeout", "at least connect_timeout"};
}

config::Schema<BreakerSettings> breaker_schema() {
  config::Schema<BreakerSettings> schema(Apply::live);
  schema
      .field(
          "consecutive_failures", &BreakerSettings::consecutive_failures,
          integer<int>({1, 1'000, "disabled"}),
          "Number of consecutive failures after which a model at an upstream, or an upstream that "
          "cannot be reached or refuses Weir's account, is not called for some time.")
      .field(
          "failure_percent", &BreakerSettings::failure_percent, integer<int>({1, 100, "disabled"}),
          "Percentage of failures among the calls within `window` after which it is not called for "
          "some time.")
      .field("min_calls", &BreakerSettings::min_calls, integer<int>({1, 1'000'000}),
             "Minimum number of calls within `window` for failure_percent to apply.")
      .field("window", &BreakerSettings::window, duration({kSecond, kHour}),
             "How long a call counts for failure_percent, and the success of one key against the "
             "failures of another.")
      .field(
          "first_refusal", &BreakerSettings::first_refusal, duration({100, kHour}),
          "How long it is not called before one call is let through as a probe; doubled each time "
          "the probe fails. A model list from the upstream ends this time if all that failed was "
          "connections.")
      .field(
          "max_refusal", &BreakerSettings::max_refusal, duration({100, 24 * kHour}),
          "Maximum of first_refusal after doubling, and how long a probe may take before another "
          "is let through.")
      .check(refusal_may_grow);
  return schema;
}

void add_timeouts(config::Schema<Settings>& schema) {
  schema
      .field("connect_timeout", &Settings::connect_timeout, duration({10, 300 * kSecond}),
             "Time limit for connecting to an upstream, including name resolution and TLS.")
      .field("first_byte_timeout", &Settings::first_byte_timeout, duration({100, 24 * kHour}),
             "Time limit for the first byte of an answer that is not streamed. Upstreams usually "
             "send it only when they have generated the whole answer.")
      .field("first_event_timeout", &Settings::first_event_timeout, duration({100, 24 * kHour}),
             "Time limit for the first event of a stream.")
      .field(
          "comment_interval", &Settings::comment_interval, duration({100, kHour, "off"}),
          "Interval of comments (`: keep-alive`) to a client that waits for the first event of a "
          "stream, for proxies that end a connection on which nothing is sent. The first one "
          "commits the status to 200: a failure is then an event.")
      .field("idle_timeout", &Settings::idle_timeout, duration({100, 24 * kHour}),
             "Maximum pause within an answer.")
      .field(
          "stream_end_timeout", &Settings::stream_end_timeout, duration({10, 60 * kSecond}),
          "Time limit for the end of a stream's connection after its last event, which frees its "
          "slot; the stream is complete, whatever comes.")
      .field("total_timeout", &Settings::total_timeout, duration({kSecond, 168 * kHour}),
             "Time limit for a whole call.")
      .field(
          "unacknowledged_timeout", &Settings::unacknowledged_timeout,
          duration({kSecond, kHour, "the system's limit"}),
          "How long an upstream's host may leave data or keep-alive probes unacknowledged before "
          "the connection counts as lost.")
      .field("keepalive_interval", &Settings::keepalive_interval,
             duration({kSecond, kHour, "no probes"}),
             "Interval of TCP keep-alive probes on a connection to an upstream on which nothing "
             "arrives.")
      .field("list_after_silence", &Settings::list_after_silence, duration({100, kHour, "never"}),
             "If calls wait for an upstream and none was answered for this long, its model list is "
             "requested, then after twice this time, and so on.")
      .field("silent_lists", &Settings::silent_lists, integer<int>({1, 1'000, "never"}),
             "Number of consecutive list requests that an upstream must leave unanswered "
             "(discovery.timeout) before the calls end to which it has answered nothing.")
      .field("health_interval", &Settings::health_interval, duration({100, kHour, "never"}),
             "If calls wait for an engine and none was answered for this long, its own health path "
             "is requested, if its kind has one, and again after each such interval until it is "
             "healthy. While it is not, other upstreams are called; after silent_lists requests in "
             "a row without an answer, or with an answer 5xx, the calls end to which it has "
             "answered nothing.")
      .field("video_request_id_lifetime", &Settings::video_request_id_lifetime,
             duration({kSecond, 366 * 24 * kHour}),
             "How long a requestId stays valid after a video has been submitted.")
      .field("response_id_lifetime", &Settings::response_id_lifetime,
             duration({kSecond, 366 * 24 * kHour}),
             "How long the id of a response, a file or a batch stays valid that its upstream "
             "keeps.")
      .field("realtime_first_timeout", &Settings::realtime_first_timeout,
             duration({100, 300 * kSecond}),
             "Time limit for the first event of a realtime session whose address names no model.")
      .field("realtime_idle_timeout", &Settings::realtime_idle_timeout,
             duration({kSecond, 24 * kHour}),
             "A realtime session ends when neither side has sent anything for this long.")
      .field("realtime_max_duration", &Settings::realtime_max_duration,
             duration({kSecond, 24 * kHour}), "Maximum duration of a realtime session.");
}

void add_choice(config::Schema<Settings>& schema) {
  schema
      .field("max_in_flight", &Settings::max_in_flight, integer<int>({1, 1'000'000, "unlimited"}),
             "Maximum number of concurrent calls to one upstream.")
      .field("queue_length", &Settings::queue_length, integer<int>({1, 65'536, "no queue"}),
             "Maximum number of calls that wait for an upstream that has max_in_flight calls; more "
             "are answered 503.")
      .field("queue_timeout", &Settings::queue_timeout, duration({1, 300 * kSecond}),
             "How long a call may wait in the queue before it is answered 503.")
      .field("affinity", &Settings::affinity, config::one_of(kAffinityNames),
             "Which calls of a model go to the same upstream, among those of equal priority that "
             "are healthy: none: the less busy of two drawn by weight is called; prefix: the turns "
             "of a conversation, by its system prompt and first message, so that the upstream has "
             "them in its prefix cache; key: the calls of a key. An upstream that has 1.25 times "
             "its share of the calls in flight gets no more: the next one is called.")
      .field("retries", &Settings::retries, integer<int>({1, 10, "never"}),
             "Maximum number of retries of a call, at another upstream, if that is safe: the "
             "upstream answered 429 or 503. Unless it is never, a call is also retried, at each "
             "upstream once, where that costs nothing: nothing was sent, or the upstream refused "
             "Weir's account or the model.")
      .field("retry_budget_percent", &Settings::retry_budget_percent,
             integer<int>({1, 100, "only retry_budget_min applies"}),
             "Retries allowed at an upstream, in percent of its calls, while others are failing. "
             "Those "
             "of calls that were in flight when the failures began are always allowed.")
      .field("retry_budget_min", &Settings::retry_budget_min,
             integer<int>({1, 10'000, "only retry_budget_percent applies"}),
             "Additional retries allowed at an upstream within 10 s.")
      .field(
          "hedge_after", &Settings::hedge_after, duration({50, kHour, "never"}),
          "If a call that generates nothing (embeddings, ranks, scores, moderations, tokens) has "
          "no answer after this long, it is sent to another upstream too, as a retry within the "
          "budget; the first answer is forwarded, and the other call is cancelled.")
      .section(
          "breaker", &Settings::breaker, breaker_schema(),
          "Circuit breaker: when what fails is not called. Answers with status 4xx do not count as "
          "failures, unless they are about Weir's account or the model.");
}

void add_sizes(config::Schema<Settings>& schema) {
  schema
      .field(
          "max_idle_connections", &Settings::max_idle_connections,
          integer<int>({1, 10'000, "a new connection for each call"}),
          "Maximum number of idle connections kept open for later calls, per upstream and thread.")
      .field("idle_connection_timeout", &Settings::idle_connection_timeout, duration({100, kHour}),
             "How long an idle connection is kept open.")
      .field("max_body_bytes", &Settings::max_body_bytes, bytes({kKiB, kGiB}),
             "Maximum size of a request that is held in memory as a whole, which is JSON or images "
             "to be edited; a larger one is answered 413.")
      .field("max_json_depth", &Settings::max_json_depth, integer<int>({4, 64}),
             "Maximum nesting of arrays and objects in a JSON request; more is answered 400.")
      .field("max_upload_bytes", &Settings::max_upload_bytes, bytes({kKiB, 64 * kGiB}),
             "Maximum size of any other file upload, which is forwarded as it arrives and not held "
             "in memory; a larger one is answered 413.")
      .field("buffer_bytes", &Settings::buffer_bytes,
             bytes({kMiB, 1'024 * kGiB,
                    "a quarter of the memory that the process may use, from 64MiB to 8GiB"}),
             "Total memory for the requests that are held until they are answered, so that they "
             "can be retried, and for events of more than 256 KiB; beyond it requests wait, at "
             "most for total_timeout, and are then answered 503, and streams end with an error "
             "event.")
      .field("kept_buffer_bytes", &Settings::kept_buffer_bytes,
             bytes({kMiB, 1'024 * kGiB, "each large request gets memory of its own"}),
             "Memory of large requests that is kept for the next ones, in total; what is not "
             "needed for two seconds is released.")
      .field("max_event_bytes", &Settings::max_event_bytes, bytes({4 * kKiB, 64 * kMiB}),
             "Maximum size of an event of a stream, which is held until it is complete.")
      .field("max_response_head_bytes", &Settings::max_response_head_bytes, bytes({kKiB, kMiB}),
             "Maximum size of the head of an upstream's answer.")
      .field("error_body_timeout", &Settings::error_body_timeout, duration({10, 60 * kSecond}),
             "Time limit for reading those of an error's bytes that are read before any of it is "
             "forwarded (max_error_bytes); what has come by then decides.")
      .field("max_error_bytes", &Settings::max_error_bytes, bytes({kKiB, kMiB}),
             "How much of the body of an upstream's error is read, before any of it is forwarded, "
             "to tell whether the request is at fault, Weir's account there, or the upstream.");
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
