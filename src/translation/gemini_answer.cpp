#include "translation/gemini_answer.hpp"

#include <algorithm>

#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "translation/detail/carried_reasoning.hpp"
#include "translation/detail/finish_reason.hpp"
#include "translation/detail/json_object.hpp"
#include "translation/detail/lenient_json.hpp"
#include "translation/detail/serialize.hpp"
#include "translation/detail/thinking.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using codec::JsonWriter;

constexpr std::size_t kMaxArgumentsDepth = 256;
// A file that a model writes is an argument of one call, and is held until it is whole.
constexpr std::size_t kMaxHeldBytes = std::size_t{8} << 20;

// Arguments as a JSON object: as the model wrote them, if a reader can take them so. Empty: they
// are not an object.
std::string object_of(std::string_view arguments) {
  if (detail::is_empty(arguments)) return "{}";
  if (detail::is_json_object(arguments, kMaxArgumentsDepth)) return std::string(arguments);
  const auto lenient = detail::parse_lenient(arguments, kMaxArgumentsDepth);
  return lenient && lenient->is_object() ? detail::json_of(*lenient) : std::string();
}

}  // namespace

std::string GeminiAnswer::rewrite(const json::object& answer) {
  const auto delta = detail::read_chat(answer);
  set_id(delta.id);
  read_end(delta);
  add_texts(delta);
  // Each is whole, whatever its index and id: servers repeat them.
  for (std::size_t place = 0; place < delta.tool_calls.size(); ++place) {
    auto call = delta.tool_calls[place];
    call.index = place;
    calls_.take(call);
  }
  add_calls(true);
  std::string out;
  append_response(true, out);
  return out;
}

void GeminiAnswer::take(const json::object& event, std::string& out) {
  if (failed()) return;
  const auto delta = detail::read_chat(event);
  if (id_.empty()) set_id(delta.id);
  read_end(delta);
  add_texts(delta);
  for (const auto& piece : delta.tool_calls) calls_.take(piece);
  failed_ = failed_ || held_bytes() > kMaxHeldBytes;
  if (failed()) return;
  add_calls(false);
  if (!parts_.empty()) append_event(false, out);
}

void GeminiAnswer::end(std::string& out) {
  if (id_.empty()) set_id({});
  add_calls(true);
  append_event(true, out);
}

std::size_t GeminiAnswer::held_bytes() const { return calls_.held_bytes() + reasoning_.size(); }

void GeminiAnswer::read_end(const detail::ChatDelta& delta) {
  if (!delta.finish_reason.empty()) {
    finish_reason_ = delta.finish_reason;
    failed_ = failed_ || detail::is_failure(delta.finish_reason);
  }
  if (delta.usage != nullptr) {
    std::string report;
    detail::append_json(report, *delta.usage);
    usage_.take(dialect::read_usage(report));
  }
  refused_ = refused_ || !delta.refusal.empty();
}

void GeminiAnswer::set_id(std::string_view upstream_id) {
  id_.clear();
  codec::append_json_string(
      id_, upstream_id.empty() ? std::to_string(setup_.seed) : std::string(upstream_id));
}

void GeminiAnswer::add_texts(const detail::ChatDelta& delta) {
  if (!delta.reasoning.empty()) {
    reasoning_member_ = delta.reasoning_member;
    const bool is_carried = told_calls_ == 0 && detail::can_carry(reasoning_member_);
    if (is_carried && reasoning_.size() <= detail::kMaxSignedBytes) {
      reasoning_ += delta.reasoning;
    }
    if (setup_.shows_thoughts) add_text(delta.reasoning, true);
  }
  add_text(delta.text, false);
  add_text(delta.refusal, false);
}

void GeminiAnswer::add_text(std::string_view text, bool is_thought) {
  if (text.empty()) return;
  if (!parts_.empty()) parts_ += ',';
  JsonWriter writer(parts_);
  writer.begin_object().key("text").value(text);
  if (is_thought) writer.key("thought").value(true);
  writer.end_object();
}

// A call has ended when the next one begins, or the answer ends: some servers send more of it than
// one object.
void GeminiAnswer::add_calls(bool ending) {
  if (ending) calls_.admit_unnamed();
  for (;;) {
    if (const auto* call = calls_.open()) {
      if (!ending && (calls_.blocks() || !calls_.has_next())) return;
      add_call(*call);
      calls_.close();
    }
    if (calls_.open_next() == nullptr) return;
  }
}

void GeminiAnswer::add_call(const detail::ToolCall& call) {
  const auto arguments = object_of(call.held);
  malformed_ = malformed_ || arguments.empty();
  if (arguments.empty()) return;
  if (!parts_.empty()) parts_ += ',';
  JsonWriter writer(parts_);
  writer.begin_object().key("functionCall").begin_object();
  if (!call.id.empty()) writer.key("id").value(call.id);
  writer.key("name").value(call.name).key("args");
  parts_ += arguments;
  writer.end_object();
  if (const auto signature = signature_of(call); !signature.empty()) {
    writer.key("thoughtSignature").value(codec::format_base64(signature));
  }
  writer.end_object();
  reasoning_.clear();
  ++told_calls_;
}

std::string GeminiAnswer::signature_of(const detail::ToolCall& call) const {
  if (!call.signature.empty()) return detail::carried_signature(call.signature);
  const bool carries = told_calls_ == 0 && !reasoning_.empty();
  if (!carries || reasoning_.size() > detail::kMaxSignedBytes) return {};
  return detail::carried_text({.member = reasoning_member_, .text = reasoning_});
}

std::string_view GeminiAnswer::finish_reason() const {
  if (refused_ || detail::is_filtered(finish_reason_)) return "SAFETY";
  if (detail::is_cut(finish_reason_)) return "MAX_TOKENS";
  if (malformed_) return finish_reason_.empty() ? "MAX_TOKENS" : "MALFORMED_FUNCTION_CALL";
  return "STOP";
}

void GeminiAnswer::append_event(bool is_last, std::string& out) {
  ++events_;
  out += "data: ";
  const auto begin = out.size();
  append_response(is_last, out);
  detail::make_one_line(out, begin);
  out += "\n\n";
}

// A client takes a content without parts for none, and drops the turn from its history.
void GeminiAnswer::append_response(bool is_last, std::string& out) {
  out += R"({"candidates":[{"content":{"parts":[)";
  out += parts_.empty() ? std::string_view(R"({"text":""})") : std::string_view(parts_);
  out += R"(],"role":"model"})";
  parts_.clear();
  if (is_last) {
    const auto reason = finish_reason();
    out.append(R"(,"finishReason":")").append(reason).append("\"");
    if (reason == "MALFORMED_FUNCTION_CALL") {
      out += R"(,"finishMessage":"The arguments of a function call are not a JSON object.")";
    }
  }
  out += R"(,"index":0}])";
  if (is_last) append_usage(out);
  out += R"(,"modelVersion":)";
  codec::append_json_string(out, setup_.model);
  out.append(R"(,"responseId":)").append(id_).append("}");
}

// Google counts thoughts beside the candidates, and caches within the prompt.
void GeminiAnswer::append_usage(std::string& out) const {
  if (!usage_.known()) return;
  const auto thoughts = usage_.reasoning.value_or(0);
  out += R"(,"usageMetadata":)";
  JsonWriter writer(out);
  writer.begin_object().key("promptTokenCount").value(usage_.input.value_or(0));
  writer.key("candidatesTokenCount");
  writer.value(std::max<std::int64_t>(usage_.output.value_or(0) - thoughts, 0));
  writer.key("totalTokenCount").value(usage_.total());
  if (usage_.reasoning) writer.key("thoughtsTokenCount").value(thoughts);
  if (usage_.cached) writer.key("cachedContentTokenCount").value(*usage_.cached);
  writer.end_object();
}

}  // namespace weir::translation
