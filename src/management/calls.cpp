// The resource `calls`: the last calls.
#include <array>
#include <charconv>

#include "management/answer_json.hpp"
#include "management/resources.hpp"
#include "management/since.hpp"

namespace weir::management {
namespace {

using telemetry::CallSummary;

struct Filter {
  std::string_view key;
  std::string_view model;
  std::string_view upstream;
  std::string_view route;
  std::string_view outcome;
  std::optional<WallTime> since;

  [[nodiscard]] bool admits(const CallSummary& call) const {
    const auto is = [](std::string_view wanted, std::string_view has) {
      return wanted.empty() || wanted == has;
    };
    const bool has_outcome = outcome == "error" ? call.failed : is(outcome, call.reason);
    return is(key, call.key.view()) && is(model, call.model.view()) &&
           is(upstream, call.upstream.view()) && is(route, call.route) && has_outcome;
  }
  [[nodiscard]] bool is_too_old(const CallSummary& call) const {
    return since && WallTime(WallClock::duration(call.at)) < *since;
  }
};

Answered<Filter> parse_filter(const codec::Query& query) {
  Filter filter;
  const std::array parts{std::pair("key", &filter.key), std::pair("model", &filter.model),
                         std::pair("upstream", &filter.upstream), std::pair("route", &filter.route),
                         std::pair("outcome", &filter.outcome)};
  for (const auto& [name, part] : parts) {
    const auto value = parameter(query, name);
    if (!value) return std::unexpected(value.error());
    *part = value->value_or("");
  }
  const auto since = parse_since(query);
  if (!since) return std::unexpected(since.error());
  filter.since = *since;
  return filter;
}

void write_timings(codec::JsonWriter& json, const CallSummary& call) {
  json.key("timings").begin_object().key("total_us").value(call.total_us);
  json.key("overhead_us").value(call.overhead_us);
  const auto write = [&json](std::string_view name, std::uint32_t us) {
    write_number_or_null(json, name, us == 0 ? std::nullopt : std::optional<std::int64_t>(us));
  };
  write("received_us", call.received_us);
  write("sent_us", call.sent_us);
  write("first_byte_us", call.first_byte_us);
  write("first_event_us", call.first_event_us);
  write("complete_us", call.complete_us);
  json.end_object();
}

void write_call(codec::JsonWriter& json, const CallSummary& call, const auth::Keyring& keys) {
  json.begin_object().key("id").value(std::to_string(call.id));
  json.key("trace_id").value(call.trace_id.view());
  write_time(json, "at", WallTime(WallClock::duration(call.at)));
  json.key("route").value(call.route);
  write_text_or_null(json, "key", call.key.view());
  const auto key = keys.find(call.key.view());
  write_text_or_null(json, "key_name", key ? key->name() : std::string_view());
  write_text_or_null(json, "model", call.model.view());
  write_text_or_null(json, "upstream", call.upstream.view());
  json.key("status").value(call.status).key("reason").value(call.reason);
  json.key("phase").value(call.phase).key("attempts").value(call.attempts);
  json.key("streamed").value(call.streamed).key("estimated").value(call.estimated);
  json.key("prompt_tokens").value(call.input_tokens);
  json.key("completion_tokens").value(call.output_tokens);
  json.key("cached_tokens").value(call.cached_tokens);
  json.key("reasoning_tokens").value(call.reasoning_tokens);
  json.key("images").value(call.images).key("events").value(call.events);
  json.key("bytes").value(call.bytes);
  write_timings(json, call);
  json.end_object();
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t id = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, id);
  if (read.ec != std::errc{} || read.ptr != end || id == 0) return std::nullopt;
  return id;
}

}  // namespace

Serving list_calls(Context& context) {
  const auto page = parse_page(context.query);
  if (!page) co_return std::unexpected(page.error());
  const auto before = page->after.empty() ? std::optional(UINT64_MAX) : parse_id(page->after);
  if (!before) {
    co_return refuse(Reason::invalid_parameter, "Take the cursor from `next`.", "cursor");
  }
  const auto filter = parse_filter(context.query);
  if (!filter) co_return std::unexpected(filter.error());
  const auto& calls = context.services.calls;
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("data").begin_array();
  std::size_t written = 0;
  std::uint64_t last = 0;
  bool has_more = false;
  calls.visit(*before, [&](const CallSummary& call) {
    // In the order of their ends, so an older one may follow.
    if (filter->is_too_old(call) || !filter->admits(call)) return true;
    has_more = written == page->limit;
    if (has_more) return false;
    write_call(json, call, context.services.keys);
    last = call.id;
    ++written;
    return true;
  });
  json.end_array();
  write_next(json, has_more ? std::to_string(last) : "");
  json.key("kept").value(calls.kept()).end_object();
  co_return Body{.json = std::move(text)};
}

Serving show_call(Context& context) {
  const auto id = parse_id(context.name);
  const auto call = id ? context.services.calls.find(*id) : std::nullopt;
  if (!call) co_return refuse(Reason::not_found);
  std::string text;
  codec::JsonWriter json(text);
  write_call(json, *call, context.services.keys);
  co_return Body{.json = std::move(text)};
}

}  // namespace weir::management
