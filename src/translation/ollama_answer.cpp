#include "translation/ollama_answer.hpp"

#include <algorithm>
#include <vector>

#include <boost/json/array.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "translation/detail/finish_reason.hpp"
#include "translation/detail/json_object.hpp"
#include "translation/detail/members.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/detail/tool_arguments.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using codec::JsonWriter;

dialect::TokenUsage usage_of(const json::object& report) {
  std::string text;
  detail::append_json(text, report);
  return dialect::read_usage(text);
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  codec::append_json_string(out, text);
}

void append_member(std::string& out, std::string_view name, std::int64_t number) {
  out.append(",\"").append(name).append("\":");
  codec::append_json_integer(out, number);
}

void append_times(std::string& out, std::chrono::nanoseconds total) {
  append_member(out, "total_duration", total.count());
  append_member(out, "load_duration", 0);
}

}  // namespace

std::string OllamaAnswer::rewrite(const json::object& answer) {
  const auto delta = detail::read_chat(answer);
  read_end(delta);
  Said said{.text = delta.text.empty() ? std::string_view(delta.refusal) : delta.text,
            .thinking = delta.reasoning};
  for (const auto& call : delta.tool_calls) {
    if (call.id.empty() && call.name.empty() && call.arguments.empty()) continue;
    append_call(said.tool_calls, call.id, call.name, call.arguments);
  }
  failed_ = failed_ || tools_ > detail::ToolCalls::kMaxCalls;
  first_at_ = std::chrono::nanoseconds(0);  // clients divide by the time that the answer took
  std::string out;
  append_line(out, said, true);
  return out;
}

void OllamaAnswer::take(const json::object& event, std::string& out) {
  if (failed()) return;
  const auto delta = detail::read_chat(event);
  read_end(delta);
  for (const auto& piece : delta.tool_calls) {
    calls_.take(piece);
    if (failed()) return;
  }
  const std::string text = delta.text + delta.refusal;
  const std::string_view thinking =
      setup_.hides_thinking ? std::string_view{} : std::string_view(delta.reasoning);
  const Said said{.text = text, .thinking = thinking, .tool_calls = take_calls(false)};
  failed_ = failed_ || calls_.held_bytes() > detail::ToolCalls::kMaxHeldBytes;
  const bool is_empty = said.text.empty() && said.thinking.empty() && said.tool_calls.empty();
  if (is_empty || failed()) return;
  append_line(out, said, false);
  out += '\n';
}

void OllamaAnswer::end(std::string& out) {
  // A tool call is no part of the last line: clients read that for its figures alone.
  if (Said said{.tool_calls = take_calls(true)}; !said.tool_calls.empty()) {
    append_line(out, said, false);
    out += '\n';
  }
  append_line(out, {}, true);
  out += '\n';
}

void OllamaAnswer::read_end(const detail::ChatDelta& delta) {
  if (!delta.finish_reason.empty()) {
    has_finished_ = true;
    is_cut_ = detail::is_cut(delta.finish_reason);
    failed_ = failed_ || detail::is_failure(delta.finish_reason);
  }
  if (delta.usage != nullptr) usage_.take(usage_of(*delta.usage));
}

std::string OllamaAnswer::take_calls(bool ending) {
  std::string told;
  if (ending) calls_.admit_unnamed();
  for (;;) {
    if (auto* call = calls_.open()) {
      if (calls_.blocks() && !ending) return told;
      append_call(told, call->id, call->name, call->held);
      call->held.clear();
      calls_.close();
    }
    if (calls_.open_next() == nullptr) return told;
  }
}

void OllamaAnswer::append_call(std::string& out, std::string_view id, std::string_view name,
                               std::string_view arguments) {
  if (!out.empty()) out += ',';
  out += '{';
  if (!id.empty()) {
    out += "\"id\":";
    codec::append_json_string(out, id);
    out += ',';
  }
  out += R"("function":{"index":)";
  codec::append_json_integer(out, static_cast<std::uint64_t>(tools_++));
  append_member(out, "name", name);
  out += R"(,"arguments":)";
  detail::append_arguments(out, arguments);
  out += "}}";
}

void OllamaAnswer::append_line(std::string& out, const Said& said, bool is_done) {
  ++lines_;
  if (!first_at_) first_at_ = elapsed_;
  const auto begin = out.size();
  out += R"({"model":)";
  codec::append_json_string(out, setup_.model);
  const std::chrono::sys_seconds called_at{std::chrono::seconds(setup_.called_at)};
  append_member(out, "created_at", fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", called_at));
  const bool is_chat = setup_.form == Form::chat;
  if (is_chat) out += R"(,"message":{"role":"assistant")";
  append_member(out, is_chat ? "content" : "response", said.text);
  if (!said.thinking.empty() && !setup_.hides_thinking) {
    append_member(out, "thinking", said.thinking);
  }
  if (!said.tool_calls.empty()) {
    out.append(R"(,"tool_calls":[)").append(said.tool_calls).append("]");
  }
  if (is_chat) out += '}';
  out += is_done ? R"(,"done":true)" : R"(,"done":false)";
  if (is_done) append_end(out);
  out += '}';
  detail::make_one_line(out, begin);
}

// A chat answer does not tell how long its prompt took: until its first line, at most.
void OllamaAnswer::append_end(std::string& out) const {
  append_member(out, "done_reason", is_cut_ ? "length" : "stop");
  append_times(out, elapsed_);
  const auto first_at = first_at_.value_or(elapsed_);
  if (usage_.input) append_member(out, "prompt_eval_count", *usage_.input);
  append_member(out, "prompt_eval_duration", first_at.count());
  if (usage_.output) append_member(out, "eval_count", *usage_.output);
  append_member(out, "eval_duration", (elapsed_ - first_at).count());
}

std::string OllamaEmbeddings::rewrite(const json::object& answer) {
  struct Row {
    std::int64_t index;
    const json::value* embedding;
  };
  std::vector<Row> rows;
  for (const auto& element : answer.at("data").as_array()) {
    const auto* object = element.if_object();
    const auto* embedding = object == nullptr ? nullptr : detail::find(*object, "embedding");
    if (embedding == nullptr || !embedding->is_array()) {
      failed_ = true;
      return {};
    }
    const auto* index = object->if_contains("index");
    const bool has_index = index != nullptr && index->is_int64();
    rows.push_back(
        {has_index ? index->get_int64() : static_cast<std::int64_t>(rows.size()), embedding});
  }
  std::ranges::sort(rows, {}, &Row::index);
  std::string out;
  if (form_ == Form::single) {
    out += R"({"embedding":)";
    if (rows.empty()) out += "[]";
    if (!rows.empty()) detail::append_json(out, *rows.front().embedding);
    return out + "}";
  }
  out += R"({"model":)";
  codec::append_json_string(out, model_);
  out += R"(,"embeddings":[)";
  for (const auto& row : rows) {
    if (&row != &rows.front()) out += ',';
    detail::append_json(out, *row.embedding);
  }
  out += ']';
  append_times(out, elapsed_);
  const auto* report = detail::find(answer, "usage");
  if (const auto* usage = report == nullptr ? nullptr : report->if_object()) {
    append_member(out, "prompt_eval_count", usage_of(*usage).input.value_or(0));
  }
  return out + "}";
}

}  // namespace weir::translation
