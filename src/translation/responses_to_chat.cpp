// OpenAI's responses over chat completions: the request.
//
// Source: platform.openai.com, API reference: responses, chat completions; openai/codex,
// codex-rs/codex-api/src/common.rs (ResponsesApiRequest); openai-python 3.54,
// types/responses/response_create_params.py, 2026.
#include <array>
#include <cstdint>

#include "base/stable_hash.hpp"
#include "codec/json_text.hpp"
#include "translation/detail/directions.hpp"
#include "translation/detail/members.hpp"
#include "translation/detail/request_checks.hpp"
#include "translation/detail/responses_input.hpp"
#include "translation/detail/responses_tools.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/responses_answer.hpp"

namespace weir::translation::detail {

namespace json = boost::json;

namespace {

constexpr std::array<std::string_view, 20> kUsed = {"model",
                                                    "input",
                                                    "instructions",
                                                    "tools",
                                                    "tool_choice",
                                                    "parallel_tool_calls",
                                                    "reasoning",
                                                    "text",
                                                    "stream",
                                                    "max_output_tokens",
                                                    "temperature",
                                                    "top_p",
                                                    "presence_penalty",
                                                    "frequency_penalty",
                                                    "user",
                                                    "metadata",
                                                    "include",
                                                    "store",
                                                    "background",
                                                    "top_logprobs"};
// Billing, caching and tracing at OpenAI; truncation, which shortens only what would be refused;
// max_tool_calls, which counts calls of hosted tools.
constexpr std::array<std::string_view, 9> kUnused = {
    "safety_identifier",    "prompt_cache_key", "prompt_cache_retention",
    "prompt_cache_options", "service_tier",     "max_tool_calls",
    "client_metadata",      "stream_options",   "truncation"};

bool is_true(const json::object& object, std::string_view name) {
  const auto* value = find(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Result<> check_request(const json::object& request, Dropped& dropped) {
  if (auto known = check_members(request, {}, kUsed, kUnused, dropped); !known) return known;
  if (is_true(request, "background")) return cannot_translate("background", "true");
  // The default of the API, and the answer is the same; only that it cannot be retrieved.
  if (is_true(request, "store")) dropped.add("store");
  const auto* logprobs = find(request, "top_logprobs");
  if (logprobs != nullptr && *logprobs != json::value(0)) return cannot_translate("top_logprobs");
  auto options = optional_object(request, "prompt_cache_options", {});
  if (!options) return std::unexpected(std::move(options.error()));
  if (*options != nullptr && is_true(**options, "prewarm")) {
    return cannot_translate("prompt_cache_options.prewarm");
  }
  return {};
}

// Everything but probabilities is output of hosted tools, or is encrypted for OpenAI.
Result<> check_include(const json::object& request, Dropped& dropped) {
  auto include = optional_list(request, "include", {});
  if (!include) return std::unexpected(std::move(include.error()));
  if (*include == nullptr) return {};
  for (const auto& value : **include) {
    const auto* text = value.if_string();
    if (text == nullptr) return malformed("include[]", "a string");
    if (*text == "message.output_text.logprobs") return cannot_translate("include[]", *text);
    if (*text != "reasoning.encrypted_content") dropped.add("include[]");
  }
  return {};
}

Result<> copy_settings(const json::object& request, const Options& options, json::object& chat) {
  for (const auto* name :
       {"temperature", "top_p", "presence_penalty", "frequency_penalty", "user"}) {
    if (const auto* value = find(request, name)) chat[name] = *value;
  }
  if (const auto* most = find(request, "max_output_tokens")) chat[options.output_limit] = *most;
  // True is the default of chat completions, where the member is refused if there are no tools.
  const auto* parallel = find(request, "parallel_tool_calls");
  if (parallel != nullptr && !parallel->is_bool()) {
    return malformed("parallel_tool_calls", "true or false");
  }
  if (parallel != nullptr && !parallel->get_bool() && chat.contains("tools")) {
    chat["parallel_tool_calls"] = false;
  }
  return {};
}

Result<> copy_reasoning(const json::object& request, const Options& options, json::object& chat,
                        Dropped& dropped) {
  constexpr std::array<std::string_view, 3> kCarried = {"effort", "summary", "generate_summary"};
  constexpr std::array<std::string_view, 1> kLeft = {"context"};
  auto reasoning = optional_object(request, "reasoning", {});
  if (!reasoning) return std::unexpected(std::move(reasoning.error()));
  if (*reasoning == nullptr) return {};
  auto known = check_members(**reasoning, "reasoning.", kCarried, kLeft, dropped);
  if (!known) return known;
  const auto* effort = find(**reasoning, "effort");
  if (effort == nullptr) return {};
  if (!effort->is_string()) return malformed("reasoning.effort", "a string");
  if (options.takes_effort) {
    chat["reasoning_effort"] = *effort;
  } else {
    dropped.add("reasoning.effort");
  }
  return {};
}

/// Whether the client shows summaries only. Thoughts of chat models are not summarised.
bool wants_summary(const json::object& request) {
  const auto* value = find(request, "reasoning");
  const auto* reasoning = value == nullptr ? nullptr : value->if_object();
  if (reasoning == nullptr) return false;
  auto summary = text_of(*reasoning, "summary");
  if (summary.empty()) summary = text_of(*reasoning, "generate_summary");
  return !summary.empty() && summary != "none";
}

Result<> copy_format(const json::object& format, json::object& chat, Dropped& dropped) {
  constexpr std::array<std::string_view, 5> kCarried = {"type", "name", "schema", "strict",
                                                        "description"};
  const auto type = text_of(format, "type");
  if (type == "text" || type.empty()) return {};
  auto known = check_members(format, "text.format.", kCarried, {}, dropped);
  if (!known) return known;
  if (type == "json_object") {
    chat["response_format"] = {{"type", "json_object"}};
    return {};
  }
  if (type != "json_schema") return cannot_translate("text.format.type", type);
  json::object schema;
  for (const auto* name : {"name", "description", "schema", "strict"}) {
    if (const auto* value = find(format, name)) schema[name] = *value;
  }
  chat["response_format"] = {{"type", "json_schema"}, {"json_schema", std::move(schema)}};
  return {};
}

Result<> copy_text(const json::object& request, json::object& chat, Dropped& dropped) {
  constexpr std::array<std::string_view, 2> kCarried = {"format", "verbosity"};
  auto text = optional_object(request, "text", {});
  if (!text) return std::unexpected(std::move(text.error()));
  if (*text == nullptr) return {};
  if (auto known = check_members(**text, "text.", kCarried, {}, dropped); !known) return known;
  // A hint that few models take, and other servers refuse; "medium" is the default.
  const auto* verbosity = find(**text, "verbosity");
  if (verbosity != nullptr && *verbosity != "medium") dropped.add("text.verbosity");
  auto format = optional_object(**text, "format", "text.");
  if (!format) return std::unexpected(std::move(format.error()));
  return *format == nullptr ? Result<>{} : copy_format(**format, chat, dropped);
}

Result<json::object> chat_body(const json::object& request, const Options& options, ToolList& tools,
                               Dropped& dropped) {
  ChatMessages messages(tools, dropped);
  if (find(request, "instructions") != nullptr) {
    auto text = required_text(request, "instructions", {});
    if (!text) return std::unexpected(std::move(text.error()));
    if (!text->empty()) messages.add_system(*text);
  }
  const auto* input = find(request, "input");
  if (input == nullptr) return malformed("input", "a string or a list");
  auto listed = optional_list(request, "tools", {});
  if (!listed) return std::unexpected(std::move(listed.error()));
  if (*listed != nullptr) {
    if (auto added = tools.add(**listed, "tools[]", dropped); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  if (auto added = messages.add_input(*input); !added) {
    return std::unexpected(std::move(added.error()));
  }
  json::object chat{{"model", options.upstream_model}, {"messages", messages.take()}};
  auto written = tools.write(find(request, "tool_choice"), chat);
  if (written) written = copy_settings(request, options, chat);
  if (written) written = copy_reasoning(request, options, chat, dropped);
  if (written) written = copy_text(request, chat, dropped);
  if (!written) return std::unexpected(std::move(written.error()));
  if (is_true(request, "stream")) {
    chat["stream"] = true;
    if (options.asks_usage) chat["stream_options"] = {{"include_usage", true}};
  }
  return chat;
}

/// Members of the request that its response repeats, as raw members of an object.
std::string echo_of(const json::object& request) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kEchoed = {{
      {"instructions", "null"},
      {"max_output_tokens", "null"},
      {"max_tool_calls", "null"},
      {"metadata", "{}"},
      {"parallel_tool_calls", "true"},
      {"previous_response_id", "null"},
      {"prompt_cache_key", "null"},
      {"reasoning", R"({"effort":null,"summary":null})"},
      {"safety_identifier", "null"},
      {"temperature", "null"},
      {"text", R"({"format":{"type":"text"}})"},
      {"tool_choice", R"("auto")"},
      {"tools", "[]"},
      {"top_p", "null"},
      {"truncation", R"("disabled")"},
      {"user", "null"},
  }};
  std::string echo = R"("background":false,"store":false)";
  for (const auto& [name, otherwise] : kEchoed) {
    const auto* value = find(request, name);
    echo.append(",\"").append(name).append("\":");
    if (value == nullptr) {
      echo += otherwise;
    } else {
      append_json(echo, *value);
    }
  }
  return echo;
}

}  // namespace

Result<Request> chat_of_responses(const json::object& request, const Options& options) {
  Dropped dropped;
  ToolList tools;
  if (auto checked = check_request(request, dropped); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  if (auto checked = check_include(request, dropped); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto chat = chat_body(request, options, tools, dropped);
  if (!chat) return std::unexpected(std::move(chat.error()));
  Request result{.body = json_of(*chat), .dropped = dropped.take(), .answer = nullptr};
  const auto seed = stable_hash(result.body);
  result.answer = std::make_unique<ResponsesAnswer>(
      ResponsesAnswer::Setup{.model = std::string(options.model),
                             .echo = echo_of(request),
                             .tools = tools.take_origins(),
                             .seed = seed,
                             .summarises = wants_summary(request)});
  return result;
}

}  // namespace weir::translation::detail
