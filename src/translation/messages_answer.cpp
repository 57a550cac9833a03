#include "translation/messages_answer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/stable_hash.hpp"
#include "codec/hex.hpp"
#include "codec/json_text.hpp"
#include "translation/detail/finish_reason.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/detail/thinking.hpp"
#include "translation/detail/tool_arguments.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using codec::JsonWriter;
using detail::ChatDelta;
using detail::ToolCall;
using detail::ToolCallDelta;

struct Reason {
  std::string_view chat;
  std::string_view anthropic;
};
constexpr Reason kReasons[] = {
    {"length", "max_tokens"},
    {"model_length", "max_tokens"},
    {"model_context_window_exceeded", "model_context_window_exceeded"},
};

// Empty for any other: it ends a turn, unless that calls tools.
std::string_view reason_of(std::string_view chat) {
  if (detail::is_filtered(chat)) return "refusal";
  const auto* known = std::ranges::find(kReasons, chat, &Reason::chat);
  return known == std::end(kReasons) ? "" : known->anthropic;
}

std::string hex_of(std::uint64_t number) {
  std::array<std::uint8_t, sizeof number> bytes;
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(number >> 56U);
    number <<= 8U;
  }
  std::string text;
  codec::append_hex(text, bytes);
  return text;
}

void write_thinking(JsonWriter& writer, std::string_view text, std::string_view signature) {
  writer.begin_object().key("type").value("thinking").key("thinking").value(text);
  writer.key("signature").value(signature).end_object();
}

void write_text(JsonWriter& writer, std::string_view text) {
  writer.begin_object().key("type").value("text").key("text").value(text).end_object();
}

// Without its end: the input is the last member.
void begin_tool_use(JsonWriter& writer, std::string_view id, std::string_view name) {
  writer.begin_object().key("type").value("tool_use").key("id").value(id);
  writer.key("name").value(name).key("input");
}

// Up to its content.
void begin_message(std::string& out, std::string_view id, std::string_view model) {
  out.append(R"({"id":)").append(id);
  out += R"(,"type":"message","role":"assistant","model":)";
  codec::append_json_string(out, model);
  out += R"(,"content":[)";
}

}  // namespace

std::uint64_t detail::seed_of(std::string_view request) { return stable_hash(request); }

std::string MessagesAnswer::rewrite(const json::object& answer) {
  const auto delta = detail::read_chat(answer);
  set_id(delta.id);
  read_end(delta);
  std::string out;
  begin_message(out, id_, setup_.model);
  JsonWriter content(out);
  if (!delta.reasoning.empty()) {
    const std::string_view hidden = setup_.hides_thinking ? delta.reasoning : std::string_view{};
    const std::string_view shown = setup_.hides_thinking ? std::string_view{} : delta.reasoning;
    write_thinking(content, shown, detail::signature_of(delta.reasoning_member, hidden));
  }
  if (!delta.text.empty()) write_text(content, delta.text);
  if (!delta.refusal.empty()) write_text(content, delta.refusal);
  for (const auto& call : delta.tool_calls) {
    if (call.id.empty() && call.name.empty() && call.arguments.empty()) continue;
    begin_tool_use(content, call_id(call.id), call.name);
    detail::append_arguments(out, call.arguments);
    content.end_object();
    ++tools_;
  }
  failed_ = failed_ || tools_ > detail::ToolCalls::kMaxCalls;
  content.end_array();
  out += ',';
  append_stop(out);
  out += ',';
  append_usage(out);
  out += '}';
  return out;
}

void MessagesAnswer::take(const json::object& event, std::string& out) {
  if (failed()) return;
  const auto delta = detail::read_chat(event);
  read_end(delta);
  if (!started_) {
    set_id(delta.id);
    start(out);
  }
  if (!delta.reasoning.empty()) {
    reasoning_member_ = delta.reasoning_member;
    tell(Block::thinking, delta.reasoning, out);
  }
  if (!delta.text.empty()) tell(Block::text, delta.text, out);
  if (!delta.refusal.empty()) tell(Block::text, delta.refusal, out);
  for (const auto& piece : delta.tool_calls) {
    calls_.take(piece);
    if (failed()) return;
    tell_calls(out, false);
  }
  const auto held = calls_.held_bytes() + held_text_.size() + held_thinking_.size();
  failed_ = failed_ || held > detail::ToolCalls::kMaxHeldBytes;
}

void MessagesAnswer::end(std::string& out) {
  if (!started_) {
    set_id({});
    start(out);
  }
  tell_calls(out, true);
  begin_event("message_delta", out);
  out += R"(,"delta":{)";
  append_stop(out);
  out += "},";
  append_usage(out);
  out += "}\n\n";
  begin_event("message_stop", out);
  out += "}\n\n";
}

void MessagesAnswer::read_end(const ChatDelta& delta) {
  if (!delta.finish_reason.empty()) {
    has_finished_ = true;
    finish_reason_ = reason_of(delta.finish_reason);
    failed_ = failed_ || detail::is_failure(delta.finish_reason);
  }
  // Some servers name their model's own end here.
  if (!delta.stop_sequence.empty()) {
    const auto stop = std::ranges::find(setup_.stop_sequences, delta.stop_sequence);
    if (stop != setup_.stop_sequences.end()) stop_sequence_ = *stop;
  }
  if (delta.usage != nullptr) {
    std::string report;
    detail::append_json(report, *delta.usage);
    usage_.take(dialect::read_usage(report));
  }
  refused_ = refused_ || !delta.refusal.empty();
}

void MessagesAnswer::set_id(std::string_view upstream_id) {
  constexpr std::string_view kPrefix = "msg_";
  for (const std::string_view prefix : {std::string_view("chatcmpl-"), kPrefix}) {
    if (upstream_id.starts_with(prefix)) upstream_id.remove_prefix(prefix.size());
  }
  id_.clear();
  codec::append_json_string(
      id_, std::string(kPrefix).append(upstream_id.empty() ? hex_of(setup_.seed) : upstream_id));
}

std::string MessagesAnswer::call_id(std::string_view upstream_id) const {
  if (!upstream_id.empty()) return std::string(upstream_id);
  return "toolu_" + hex_of(setup_.seed) + "_" + std::to_string(tools_);
}

void MessagesAnswer::start(std::string& out) {
  started_ = true;
  begin_event("message_start", out);
  out += R"(,"message":)";
  begin_message(out, id_, setup_.model);
  out += R"(],"stop_reason":null,"stop_sequence":null,)";
  append_usage(out);
  out += "}}\n\n";
}

void MessagesAnswer::tell(Block block, std::string_view text, std::string& out) {
  if (calls_.blocks()) {
    (block == Block::text ? held_text_ : held_thinking_) += text;
    if (!detail::is_empty(text) && calls_.settle()) tell_calls(out, false);
    return;
  }
  if (block_ != block) {
    close(out);
    open(block, nullptr, out);
  }
  if (block == Block::thinking && setup_.hides_thinking) {
    if (hidden_.size() <= detail::kMaxSignedBytes) hidden_ += text;
    return;
  }
  begin_delta(block == Block::text ? R"("text_delta","text":)" : R"("thinking_delta","thinking":)",
              out);
  codec::append_json_string(out, text);
  out += "}}\n\n";
}

void MessagesAnswer::tell_signature(std::string& out) {
  begin_delta(R"("signature_delta","signature":)", out);
  codec::append_json_string(out, detail::signature_of(reasoning_member_, hidden_));
  out += "}}\n\n";
  hidden_ = {};
}

void MessagesAnswer::tell_held(std::string& out) {
  const auto thinking = std::exchange(held_thinking_, {});
  const auto text = std::exchange(held_text_, {});
  if (!thinking.empty()) tell(Block::thinking, thinking, out);
  if (!text.empty()) tell(Block::text, text, out);
}

// An open call is closed once it has ended and something else waits: not before, as what comes late
// for a closed block is lost.
void MessagesAnswer::tell_calls(std::string& out, bool ending) {
  if (ending) calls_.admit_unnamed();
  for (;;) {
    if (auto* call = calls_.open()) tell_arguments(*call, out);
    if (calls_.blocks() && !ending) return;
    if (!calls_.has_next() && held_text_.empty() && held_thinking_.empty()) break;
    close(out);
    tell_held(out);
    if (const auto* next = calls_.open_next()) {
      close(out);
      open(Block::tool, next, out);
    }
  }
  if (ending) close(out);
}

void MessagesAnswer::tell_arguments(ToolCall& call, std::string& out) {
  if (call.held.empty() || call.end.may_be_null()) return;
  begin_delta(R"("input_json_delta","partial_json":)", out);
  codec::append_json_string(out, call.held);
  out += "}}\n\n";
  call.held.clear();
}

void MessagesAnswer::open(Block block, const ToolCall* call, std::string& out) {
  block_ = block;
  begin_event("content_block_start", out);
  append_index(out);
  out += R"(,"content_block":)";
  JsonWriter writer(out);
  if (block == Block::thinking) write_thinking(writer, {}, {});
  if (block == Block::text) write_text(writer, {});
  if (call != nullptr) {
    begin_tool_use(writer, call_id(call->id), call->name);
    out += "{}}";
    ++tools_;
  }
  out += "}\n\n";
}

void MessagesAnswer::close(std::string& out) {
  if (block_ == Block::none) return;
  if (const auto* call = calls_.open()) cut_ = call->end.inside();
  calls_.close();
  if (block_ == Block::thinking) tell_signature(out);
  block_ = Block::none;
  begin_event("content_block_stop", out);
  append_index(out);
  out += "}\n\n";
  ++index_;
}

void MessagesAnswer::begin_event(std::string_view type, std::string& out) {
  ++events_;
  out.append("event: ").append(type);
  out.append("\ndata: {\"type\":\"").append(type).append("\"");
}

void MessagesAnswer::begin_delta(std::string_view head, std::string& out) {
  begin_event("content_block_delta", out);
  append_index(out);
  out.append(R"(,"delta":{"type":)").append(head);
}

void MessagesAnswer::append_index(std::string& out) const {
  out += R"(,"index":)";
  codec::append_json_integer(out, static_cast<std::uint64_t>(index_));
}

std::string_view MessagesAnswer::stop_reason() const {
  if (refused_) return "refusal";
  if (!finish_reason_.empty()) return finish_reason_;
  if (!has_finished_ && cut_) return "max_tokens";
  if (tools_ > 0) return "tool_use";
  return stop_sequence_.empty() ? "end_turn" : "stop_sequence";
}

void MessagesAnswer::append_stop(std::string& out) const {
  const auto reason = stop_reason();
  out.append(R"("stop_reason":")").append(reason).append(R"(","stop_sequence":)");
  if (reason == "stop_sequence") {
    codec::append_json_string(out, stop_sequence_);
  } else {
    out += "null";
  }
}

void MessagesAnswer::append_usage(std::string& out) const {
  const auto cached = usage_.cached.value_or(0);
  out += R"("usage":)";
  JsonWriter writer(out);
  writer.begin_object();
  writer.key("input_tokens").value(std::max<std::int64_t>(usage_.input.value_or(0) - cached, 0));
  writer.key("cache_creation_input_tokens").value(0);
  writer.key("cache_read_input_tokens").value(cached);
  writer.key("output_tokens").value(usage_.output.value_or(0));
  if (usage_.reasoning) {
    writer.key("output_tokens_details").begin_object();
    writer.key("thinking_tokens").value(*usage_.reasoning).end_object();
  }
  writer.end_object();
}

}  // namespace weir::translation
