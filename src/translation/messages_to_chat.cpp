// Anthropic's messages as a request for chat completions.
//
// Source: docs.claude.com, Messages; the types of anthropic-sdk-python 2.12, with its betas;
// platform.openai.com, API reference: chat completions; 2026-11.
#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "translation/detail/directions.hpp"
#include "translation/detail/findings.hpp"
#include "translation/detail/messages_tools.hpp"
#include "translation/detail/messages_turns.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/messages_answer.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

// Dropped are those that change the price, the speed or the place of a call, or what a cache keeps.
// A budget of thinking is an upper bound; a model that thinks less keeps it.
constexpr KnownMembers kKnown{
    {"model", "messages", "system", "tools", "tool_choice", "max_tokens", "stop_sequences",
     "temperature", "top_p", "top_k", "stream", "output_config", "output_format", "mcp_servers"},
    {"anthropic_beta", "anthropic_version", "betas", "billing_policy", "cache_control",
     "context_management", "diagnostics", "fallback_credit_token", "fallbacks", "metadata",
     "service_tier", "speed", "thinking", "user_profile_id", "workspace_id"}};
constexpr KnownMembers kKnownOutput{{"effort", "format"}, {"task_budget"}};

bool is_number(const json::value& value) { return value.is_number(); }

void add_number(json::object& chat, std::string_view name, const json::object& request,
                std::string_view from, Findings& findings) {
  const auto* value = find(request, from);
  if (value == nullptr) return;
  if (!is_number(*value)) return findings.expect(from, "a number");
  chat[name] = *value;
}

// top_k is no parameter of OpenAI's, but of most servers that speak its API; the others refuse it
// by name.
void add_sampling(json::object& chat, const json::object& request, const Options& options,
                  Findings& findings) {
  add_number(chat, options.output_limit, request, "max_tokens", findings);
  add_number(chat, "temperature", request, "temperature", findings);
  add_number(chat, "top_p", request, "top_p", findings);
  add_number(chat, "top_k", request, "top_k", findings);
  const auto* stops = find(request, "stop_sequences");
  if (stops == nullptr) return;
  const auto* array = stops->if_array();
  if (array == nullptr || !std::ranges::all_of(*array, &json::value::is_string)) {
    return findings.expect("stop_sequences", "an array of strings");
  }
  if (!array->empty()) chat["stop"] = *array;
}

// An effort is a hint, and many models refuse the member: it goes only where it is known to be
// taken, in words that all of those know.
void add_effort(json::object& chat, const json::object& output, const Options& options,
                Findings& findings) {
  struct Effort {
    std::string_view anthropic;
    std::string_view chat;
  };
  static constexpr Effort kEfforts[] = {
      {"low", "low"}, {"medium", "medium"}, {"high", "high"}, {"xhigh", "high"}, {"max", "high"}};
  const auto* value = find(output, "effort");
  if (value == nullptr) return;
  if (!value->is_string()) return findings.expect("output_config.effort", "a string");
  const auto* known =
      std::ranges::find(kEfforts, std::string_view(value->get_string()), &Effort::anthropic);
  if (!options.takes_effort || known == std::end(kEfforts)) {
    return findings.drop("output_config.effort");
  }
  chat["reasoning_effort"] = known->chat;
}

void add_output(json::object& chat, const json::object& request, const Options& options,
                Findings& findings) {
  if (const auto* format = find(request, "output_format")) {
    add_format(chat, *format, "output_format", findings);
  }
  const auto* value = find(request, "output_config");
  if (value == nullptr) return;
  const auto* output = value->if_object();
  if (output == nullptr) return findings.expect("output_config", "an object");
  findings.check(*output, "output_config.", kKnownOutput);
  add_effort(chat, *output, options, findings);
  if (const auto* format = find(*output, "format")) {
    add_format(chat, *format, "output_config.format", findings);
  }
}

void add_stream(json::object& chat, const json::object& request, const Options& options,
                Findings& findings) {
  const auto* stream = find(request, "stream");
  if (stream == nullptr) return;
  if (!stream->is_bool()) return findings.expect("stream", "a boolean");
  chat["stream"] = *stream;
  if (stream->get_bool() && options.asks_usage) {
    chat["stream_options"] = json::object{{"include_usage", true}};
  }
}

void refuse_servers(const json::object& request, Findings& findings) {
  const auto* servers = find(request, "mcp_servers");
  if (servers == nullptr) return;
  const auto* array = servers->if_array();
  if (array == nullptr || !array->empty()) findings.refuse("mcp_servers");
}

std::vector<std::string> stops_of(const json::object& request) {
  std::vector<std::string> stops;
  const auto* value = find(request, "stop_sequences");
  if (value == nullptr) return stops;
  for (const auto& stop : value->as_array()) stops.emplace_back(stop.as_string());
  return stops;
}

// A client that does not show the thinking says so; one that wants none can ignore it.
bool hides_thinking(const json::object& request) {
  const auto* value = find(request, "thinking");
  const auto* thinking = value == nullptr ? nullptr : value->if_object();
  return thinking != nullptr &&
         (text_of(*thinking, "display") == "omitted" || text_of(*thinking, "type") == "disabled");
}

json::array turns_of(const json::object& request, Findings& findings) {
  Turns turns(findings);
  if (const auto* system = find(request, "system")) turns.add_system(*system);
  if (const auto* messages = find(request, "messages")) {
    turns.add_messages(*messages);
  } else {
    findings.expect("messages", "an array");
  }
  return turns.finish();
}

}  // namespace

Result<Request> chat_of_messages(const json::object& request, const Options& options) {
  Findings findings;
  findings.check(request, "", kKnown);
  refuse_servers(request, findings);
  json::object chat{{"model", options.upstream_model}, {"messages", turns_of(request, findings)}};
  add_tools(chat, request, findings);
  add_sampling(chat, request, options, findings);
  add_output(chat, request, options, findings);
  add_stream(chat, request, options, findings);
  if (const auto& error = findings.error()) return std::unexpected(*error);

  auto body = json_of(json::value(std::move(chat)));
  auto answer = std::make_unique<MessagesAnswer>(
      MessagesAnswer::Setup{.model = std::string(options.model),
                            .seed = seed_of(body),
                            .stop_sequences = stops_of(request),
                            .hides_thinking = hides_thinking(request)});
  return Request{std::move(body), findings.take_dropped(), std::move(answer)};
}

}  // namespace weir::translation::detail
