// Ollama's chat and generate as requests for chat completions, its embeddings as embeddings.
//
// Source: ollama/ollama api/types.go (ChatRequest, GenerateRequest, EmbedRequest, Options) and
// docs/api, 2026-11. Ollama ignores members and options that it does not know, and its clients send
// such: they are left out, and said to be.
#include <algorithm>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "translation/detail/directions.hpp"
#include "translation/detail/findings.hpp"
#include "translation/detail/messages_tools.hpp"
#include "translation/detail/ollama_turns.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/ollama_answer.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

// Names that are not known are the client's text, which a header does not repeat.
void drop_others(const json::object& object, std::string_view path, const KnownMembers& known,
                 Findings& findings) {
  for (const auto& [key, value] : object) {
    const std::string_view name = key;
    if (value.is_null() || std::ranges::find(known.read, name) != known.read.end()) continue;
    const bool is_known = std::ranges::find(known.dropped, name) != known.dropped.end();
    findings.drop(path_of(path, is_known ? name : "*"));
  }
}

constexpr KnownMembers kKnownChat{{"model", "messages", "stream", "format", "options", "tools",
                                   "think", "logprobs", "top_logprobs"},
                                  {"keep_alive", "truncate", "shift"}};
constexpr KnownMembers kKnownGenerate{
    {"model", "prompt", "system", "images", "stream", "format", "options", "think", "suffix", "raw",
     "template", "context", "logprobs", "top_logprobs"},
    {"keep_alive", "truncate", "shift"}};
constexpr KnownMembers kKnownEmbed{{"model", "input", "dimensions"},
                                   {"keep_alive", "options", "truncate"}};
constexpr KnownMembers kKnownEmbeddings{{"model", "prompt"}, {"keep_alive", "options"}};

// Sampling that few servers but Ollama know, and the size and place of a model that is loaded.
constexpr KnownMembers kKnownOptions{
    {"temperature", "top_p", "top_k", "seed", "stop", "num_predict", "presence_penalty",
     "frequency_penalty"},
    {"f16_kv",           "logits_all",    "low_vram",       "main_gpu",   "min_p",
     "mirostat",         "mirostat_eta",  "mirostat_tau",   "num_batch",  "num_ctx",
     "num_gpu",          "num_gqa",       "num_keep",       "num_thread", "numa",
     "penalize_newline", "repeat_last_n", "repeat_penalty", "tfs_z",      "typical_p",
     "use_mlock",        "use_mmap",      "vocab_only"}};

void add_number(json::object& chat, const json::object& options, std::string_view name,
                Findings& findings) {
  const auto* value = find(options, name);
  if (value == nullptr) return;
  if (!value->is_number()) return findings.expect(path_of("options.", name), "a number");
  chat[name] = *value;
}

// A limit of 0 or less means none.
void add_limit(json::object& chat, const json::object& given, const Options& options,
               Findings& findings) {
  const auto* value = find(given, "num_predict");
  if (value == nullptr) return;
  if (!value->is_number()) return findings.expect("options.num_predict", "a number");
  const auto limit = value->to_number<double>();
  if (limit >= 1) chat[options.output_limit] = *value;
}

void add_stop(json::object& chat, const json::object& given, Findings& findings) {
  const auto* stop = find(given, "stop");
  if (stop == nullptr) return;
  const auto* array = stop->if_array();
  const bool is_list = array != nullptr && std::ranges::all_of(*array, &json::value::is_string);
  if (!is_list && !stop->is_string()) {
    return findings.expect("options.stop", "an array of strings");
  }
  if (array == nullptr || !array->empty()) chat["stop"] = *stop;
}

void add_options(json::object& chat, const json::object& request, const Options& options,
                 Findings& findings) {
  const auto* value = find(request, "options");
  if (value == nullptr) return;
  const auto* given = value->if_object();
  if (given == nullptr) return findings.expect("options", "an object");
  drop_others(*given, "options.", kKnownOptions, findings);
  for (const std::string_view name :
       {"temperature", "top_p", "top_k", "seed", "presence_penalty", "frequency_penalty"}) {
    add_number(chat, *given, name, findings);
  }
  add_limit(chat, *given, options, findings);
  add_stop(chat, *given, findings);
}

// "json", or a schema; an empty string is none.
void add_ollama_format(json::object& chat, const json::object& request, Findings& findings) {
  const auto* format = find(request, "format");
  if (format == nullptr) return;
  if (const auto* schema = format->if_object()) {
    json::object described{{"name", "output"}, {"schema", *schema}};
    if (is_strict(*format)) described["strict"] = true;
    chat["response_format"] =
        json::object{{"type", "json_schema"}, {"json_schema", std::move(described)}};
    return;
  }
  if (!format->is_string()) return findings.expect("format", "\"json\" or a JSON schema");
  const std::string_view name = format->get_string();
  if (name.empty()) return;
  if (name != "json") return findings.refuse_value("format", name);
  chat["response_format"] = json::object{{"type", "json_object"}};
}

// Whether, or how hard, to think is a hint: many servers refuse the member.
void add_think(json::object& chat, const json::object& request, const Options& options,
               Findings& findings) {
  static constexpr std::string_view kEfforts[] = {"low", "medium", "high"};
  const auto* think = find(request, "think");
  if (think == nullptr) return;
  const bool is_effort = think->is_string();
  if (!is_effort && !think->is_bool()) return findings.expect("think", "a boolean or a string");
  const std::string_view effort = is_effort ? std::string_view(think->get_string()) : "";
  if (options.takes_effort && std::ranges::find(kEfforts, effort) != std::end(kEfforts)) {
    chat["reasoning_effort"] = effort;
  } else {
    findings.drop("think");
  }
}

bool hides_thinking(const json::object& request) {
  const auto* think = find(request, "think");
  return think != nullptr && think->is_bool() && !think->get_bool();
}

void add_stream(json::object& chat, const json::object& request, const Options& options,
                Findings& findings) {
  const auto* value = find(request, "stream");
  const bool streams = value == nullptr || findings.flag(request, "", "stream");
  chat["stream"] = streams;
  if (streams && options.asks_usage) {
    chat["stream_options"] = json::object{{"include_usage", true}};
  }
}

void copy_tools(json::object& chat, const json::object& request, Findings& findings) {
  const auto* tools = find(request, "tools");
  if (tools == nullptr) return;
  const auto* array = tools->if_array();
  if (array == nullptr) return findings.expect("tools", "an array");
  if (!array->empty()) chat["tools"] = *array;
}

bool says_nothing(const json::value& value) {
  if (const auto* flag = value.if_bool()) return !*flag;
  if (const auto* text = value.if_string()) return text->empty();
  if (const auto* list = value.if_array()) return list->empty();
  return value.is_number() && value.to_number<double>() == 0;
}

// Members that change the answer and have no equivalent in chat.
void refuse_set(const json::object& request, std::initializer_list<std::string_view> names,
                Findings& findings) {
  for (const auto name : names) {
    const auto* value = find(request, name);
    if (value != nullptr && !says_nothing(*value)) findings.refuse(name);
  }
}

Result<Request> finish(json::object chat, OllamaAnswer::Setup setup, Findings& findings) {
  if (const auto& error = findings.error()) return std::unexpected(*error);
  return Request{json_of(json::value(std::move(chat))), findings.take_dropped(),
                 std::make_unique<OllamaAnswer>(std::move(setup))};
}

Result<Request> finish_embeddings(json::object body, std::string_view model,
                                  OllamaEmbeddings::Form form, Findings& findings) {
  if (const auto& error = findings.error()) return std::unexpected(*error);
  return Request{json_of(json::value(std::move(body))), findings.take_dropped(),
                 std::make_unique<OllamaEmbeddings>(std::string(model), form)};
}

OllamaAnswer::Setup setup_of(const json::object& request, const Options& options,
                             OllamaAnswer::Form form) {
  return {.model = std::string(options.model),
          .called_at = options.called_at,
          .form = form,
          .hides_thinking = hides_thinking(request)};
}

void add_common(json::object& chat, const json::object& request, const Options& options,
                Findings& findings) {
  refuse_set(request, {"logprobs", "top_logprobs"}, findings);
  add_options(chat, request, options, findings);
  add_ollama_format(chat, request, findings);
  add_think(chat, request, options, findings);
  add_stream(chat, request, options, findings);
}

}  // namespace

Result<Request> chat_of_ollama_chat(const json::object& request, const Options& options) {
  Findings findings;
  drop_others(request, "", kKnownChat, findings);
  OllamaTurns turns(findings);
  if (const auto* messages = find(request, "messages")) {
    turns.add_messages(*messages);
  } else {
    findings.expect("messages", "an array");
  }
  json::object chat{{"model", options.upstream_model}, {"messages", turns.finish()}};
  copy_tools(chat, request, findings);
  add_common(chat, request, options, findings);
  return finish(std::move(chat), setup_of(request, options, OllamaAnswer::Form::chat), findings);
}

Result<Request> chat_of_ollama_generate(const json::object& request, const Options& options) {
  Findings findings;
  drop_others(request, "", kKnownGenerate, findings);
  refuse_set(request, {"suffix", "raw", "template", "context"}, findings);
  OllamaTurns turns(findings);
  turns.add_system(findings.text(request, "", "system"));
  turns.add_prompt(findings.text(request, "", "prompt"), find(request, "images"));
  json::object chat{{"model", options.upstream_model}, {"messages", turns.finish()}};
  add_common(chat, request, options, findings);
  return finish(std::move(chat), setup_of(request, options, OllamaAnswer::Form::generate),
                findings);
}

Result<Request> embeddings_of_ollama_embed(const json::object& request, const Options& options) {
  Findings findings;
  drop_others(request, "", kKnownEmbed, findings);
  json::object body{{"model", options.upstream_model}};
  const auto* input = find(request, "input");
  if (input == nullptr || (!input->is_string() && !input->is_array())) {
    findings.expect("input", "a string or an array of strings");
  } else {
    body["input"] = *input;
  }
  if (const auto* dimensions = find(request, "dimensions")) body["dimensions"] = *dimensions;
  return finish_embeddings(std::move(body), options.model, OllamaEmbeddings::Form::list, findings);
}

Result<Request> embeddings_of_ollama_embeddings(const json::object& request,
                                                const Options& options) {
  Findings findings;
  drop_others(request, "", kKnownEmbeddings, findings);
  json::object body{{"model", options.upstream_model},
                    {"input", findings.required_text(request, "", "prompt")}};
  return finish_embeddings(std::move(body), options.model, OllamaEmbeddings::Form::single,
                           findings);
}

}  // namespace weir::translation::detail
