#include "api/access_line.hpp"

#include <charconv>
#include <cstring>
#include <string_view>

#include "codec/json_text.hpp"
#include "codec/visible.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::api {
namespace {

constexpr std::size_t kMaxPath = 256;
constexpr std::string_view kKeyPrefix = "sk-";

// Masks keys: a client may put one where a model id belongs.
std::string masked(std::string_view path) {
  std::string text{path.substr(0, kMaxPath)};
  if (const auto at = text.find(kKeyPrefix); at != std::string::npos) {
    text.replace(at + kKeyPrefix.size(), std::string::npos, "***");
  }
  return text;
}

// Bound of a line: texts of unbounded kinds are cut (kMaxPath, a key's name), and escaping makes
// them at most six times as long.
constexpr std::size_t kMaxLine = 6144;

// Writes into a buffer with room for kMaxLine: a line is a sixth of the cost of answering a list,
// and bounds checks at each of its parts would be half of that.
class Line {
 public:
  explicit Line(char* at) : at_(at) {}

  template <std::size_t N>
  Line& put(const char (&literal)[N]) {
    std::memcpy(at_, literal, N - 1);
    at_ += N - 1;
    return *this;
  }
  Line& put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }
  Line& put(std::int64_t number) {
    at_ = std::to_chars(at_, at_ + kMaxDigits, number).ptr;
    return *this;
  }
  Line& put(WallTime time) {
    at_ = telemetry::put_timestamp(at_, time);
    return *this;
  }
  /// Writes a JSON string, escaped if necessary.
  Line& put_escaped(std::string_view text) {
    if (codec::is_plain_json(text)) return put("\"").put(text).put("\"");
    std::string escaped;
    codec::append_json_string(escaped, text);
    return put(codec::visible_json(std::move(escaped)));
  }
  [[nodiscard]] char* end() const { return at_; }

 private:
  static constexpr std::size_t kMaxDigits = 20;
  char* at_;
};

void put_time(Line& line, std::string_view name, MonotonicTime from, MonotonicTime to) {
  if (from == MonotonicTime{} || to == MonotonicTime{}) return;
  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
  line.put(",\"").put(name).put("\":").put(std::int64_t{time});
}

// Writes the upstream's part of the call, as far as it is known.
void put_call(Line& line, const gateway::CallRecord& call) {
  if (!call.model.empty()) {
    line.put(",\"model\":").put_escaped(std::string_view(call.model).substr(0, kMaxPath));
  }
  if (!call.upstream.empty()) line.put(",\"upstream\":\"").put(call.upstream).put("\"");
  if (!call.upstream_request_id.empty()) {
    line.put(",\"upstream_request_id\":\"").put(call.upstream_request_id).put("\"");
  }
  line.put(",\"phase\":\"").put(gateway::name(call.phase));
  line.put("\",\"attempts\":").put(std::int64_t{call.attempts});
  if (call.limited_by) {
    line.put(",\"limit\":\"").put(limit::short_name(*call.limited_by)).put("\"");
  }
  if (call.streamed) line.put(",\"events\":").put(static_cast<std::int64_t>(call.events));
  if (call.usage.input) line.put(",\"input_tokens\":").put(*call.usage.input);
  if (call.usage.output) line.put(",\"output_tokens\":").put(*call.usage.output);
  if (const auto cached = call.usage.cached.value_or(0); cached > 0) {
    line.put(",\"cached_tokens\":").put(cached);
  }
  if (const auto reasoning = call.usage.reasoning.value_or(0); reasoning > 0) {
    line.put(",\"reasoning_tokens\":").put(reasoning);
  }
  if (call.images > 0) line.put(",\"images\":").put(call.images);
  if (call.estimated) line.put(",\"estimated_tokens\":").put(call.charged_tokens);
  put_time(line, "sent_us", call.received, call.sent);
  put_time(line, "first_byte_us", call.received, call.first_byte);
  put_time(line, "first_event_us", call.received, call.first_event);
}

char* write_line(char* at, const http::Exchange& exchange, const gateway::CallRecord* call) {
  using std::chrono::duration_cast, std::chrono::microseconds;
  Line line(at);
  line.put("{\"time\":\"").put(exchange.whole_at);
  line.put("\",\"trace_id\":\"").put(exchange.trace_id.text());
  line.put("\",\"peer\":\"").put(exchange.peer_text);
  if (exchange.request != nullptr) {
    line.put("\",\"method\":\"").put(http::wire_name(exchange.request->method));
    const auto path = exchange.request->path;
    const bool as_it_is = path.size() <= kMaxPath && path.find(kKeyPrefix) == path.npos;
    line.put("\",\"path\":").put_escaped(as_it_is ? path : std::string_view(masked(path)));
    line.put(",\"route\":\"").put(exchange.route);
  } else {
    line.put("\",\"route\":\"").put(exchange.route);
  }
  line.put("\",\"status\":").put(std::int64_t{exchange.status});
  if (exchange.reason) {
    const ErrorRow& row = describe(*exchange.reason);
    line.put(",\"reason\":\"").put(row.slug).put("\",\"party\":\"").put(name(row.party)).put("\"");
  }
  if (!exchange.caller.empty()) line.put(",\"key_id\":").put_escaped(exchange.caller);
  line.put(",\"bytes\":").put(static_cast<std::int64_t>(exchange.body_bytes));
  if (call != nullptr) put_call(line, *call);
  const auto took = duration_cast<microseconds>(exchange.ended - exchange.started).count();
  return line.put(",\"duration_us\":").put(std::int64_t{took}).put("}\n").end();
}

}  // namespace

void append_access_line(std::string& out, const http::Exchange& exchange,
                        const gateway::CallRecord* call) {
  const auto before = out.size();
  out.resize_and_overwrite(before + kMaxLine, [&](char* text, std::size_t) {
    return static_cast<std::size_t>(write_line(text + before, exchange, call) - text);
  });
}

}  // namespace weir::api
