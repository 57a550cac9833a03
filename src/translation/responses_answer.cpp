#include "translation/responses_answer.hpp"

#include <algorithm>
#include <utility>

#include "base/stable_hash.hpp"
#include "codec/json_text.hpp"
#include "translation/detail/finish_reason.hpp"
#include "translation/detail/response_usage.hpp"
#include "translation/detail/serialize.hpp"

namespace weir::translation {

namespace json = boost::json;

using detail::ItemKind;
using detail::OutputItem;
using detail::ToolKind;

namespace {

// A longer one would be repeated with each item.
constexpr std::size_t kMaxIdBytes = 64;

ItemKind kind_of(ToolKind kind) {
  switch (kind) {
    case ToolKind::function:
      return ItemKind::function_call;
    case ToolKind::custom:
      return ItemKind::custom_call;
    case ToolKind::local_shell:
      return ItemKind::shell_call;
    case ToolKind::tool_search:
      return ItemKind::search_call;
  }
  return ItemKind::function_call;
}

std::string_view prefix_of(ItemKind kind) {
  switch (kind) {
    case ItemKind::reasoning:
      return "rs_";
    case ItemKind::message:
      return "msg_";
    case ItemKind::function_call:
      return "fc_";
    case ItemKind::custom_call:
      return "ctc_";
    case ItemKind::shell_call:
      return "lsh_";
    case ItemKind::search_call:
      return "tsc_";
  }
  return {};
}

bool is_text(ItemKind kind) { return kind == ItemKind::reasoning || kind == ItemKind::message; }

bool says_something(const detail::ChatDelta& delta) {
  return !delta.id.empty() || !delta.text.empty() || !delta.reasoning.empty() ||
         !delta.refusal.empty() || !delta.tool_calls.empty() || !delta.finish_reason.empty();
}

void end_event(std::string& out) { out += "}\n\n"; }

}  // namespace

std::string ResponsesAnswer::item_id(std::string_view prefix) const {
  return std::string(prefix) + chat_id_ + "_" + std::to_string(items_.size());
}

// An answer without a reason to end is complete: its stream was.
std::string_view ResponsesAnswer::status() const {
  if (detail::is_failure(finish_reason_)) return "failed";
  const bool is_whole = !detail::is_cut(finish_reason_) && !detail::is_filtered(finish_reason_);
  return is_whole ? "completed" : "incomplete";
}

void ResponsesAnswer::begin_event(std::string_view type, std::string& out) {
  out.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type);
  out += R"(","sequence_number":)";
  codec::append_json_integer(out, events_++);
}

void ResponsesAnswer::begin_event(std::string_view type, std::size_t at, std::string& out) {
  begin_event(type, out);
  out += R"(,"item_id":)";
  codec::append_json_string(out, items_[at].id);
  out += R"(,"output_index":)";
  codec::append_json_integer(out, std::uint64_t{at});
}

void ResponsesAnswer::append_item_event(std::string_view type, std::size_t at, std::string& out) {
  begin_event(type, out);
  out += R"(,"output_index":)";
  codec::append_json_integer(out, std::uint64_t{at});
  out += R"(,"item":)";
  append_item(out, items_[at]);
  end_event(out);
}

void ResponsesAnswer::append_response(std::string_view status, std::string& out) const {
  out.append(R"({"id":)").append(raw_id_).append(R"(,"object":"response","created_at":)");
  codec::append_json_integer(out, created_);
  out.append(R"(,"status":")").append(status).append(R"(","error":)");
  if (status == "failed") {
    out += R"({"code":"server_error","message":)";
    codec::append_json_string(out, "The upstream ended the answer with " + finish_reason_ + ".");
    out += '}';
  } else {
    out += "null";
  }
  out += R"(,"incomplete_details":)";
  if (status != "incomplete") {
    out += "null";
  } else {
    out += detail::is_cut(finish_reason_) ? R"({"reason":"max_output_tokens"})"
                                          : R"({"reason":"content_filter"})";
  }
  out += R"(,"model":)";
  codec::append_json_string(out, setup_.model);
  out += R"(,"output":[)";
  const bool in_progress = status == "in_progress";
  for (std::size_t at = 0; at < items_.size() && !in_progress; ++at) {
    if (at != 0) out += ',';
    append_item(out, items_[at]);
  }
  out += R"(],"usage":)";
  detail::append_usage(out, in_progress ? dialect::TokenUsage{} : usage_);
  out.append(",").append(setup_.echo).append("}");
}

void ResponsesAnswer::start(const detail::ChatDelta& delta, std::string& out) {
  started_ = true;
  created_ = delta.created;
  chat_id_ = delta.id;
  if (chat_id_.empty()) chat_id_ = std::to_string(setup_.seed);
  if (chat_id_.size() > kMaxIdBytes) chat_id_ = std::to_string(stable_hash(chat_id_));
  codec::append_json_string(raw_id_, "resp_" + chat_id_);
  for (const auto* type : {"response.created", "response.in_progress"}) {
    begin_event(type, out);
    out += R"(,"response":)";
    append_response("in_progress", out);
    end_event(out);
  }
}

std::size_t ResponsesAnswer::open_item(ItemKind kind, std::string& out) {
  const auto at = items_.size();
  items_.push_back({.kind = kind, .id = item_id(prefix_of(kind)), .summary = setup_.summarises});
  if (is_text(kind)) {
    text_item_ = at;
    append_item_event("response.output_item.added", at, out);
  }
  return at;
}

void ResponsesAnswer::append_text_event(std::string_view type, std::string_view place,
                                        std::string_view key, std::string_view text,
                                        std::string& out) {
  begin_event(type, text_item_, out);
  out += place;
  codec::append_json_integer(out, std::uint64_t{items_[text_item_].parts.size() - 1});
  out.append(",\"").append(key).append("\":");
  codec::append_json_string(out, text);
}

void ResponsesAnswer::add_reasoning(const detail::ChatDelta& delta, std::string& out) {
  if (delta.reasoning.empty()) return;
  if (text_item_ != kNoItem && items_[text_item_].kind != ItemKind::reasoning) close_text(out);
  const bool summary = setup_.summarises;
  if (text_item_ == kNoItem) {
    const auto at = open_item(ItemKind::reasoning, out);
    items_[at].parts.emplace_back();
    items_[at].member = delta.reasoning_member;
    if (summary) {
      begin_event("response.reasoning_summary_part.added", at, out);
      out += R"(,"summary_index":0,"part":{"type":"summary_text","text":""})";
    } else {
      begin_event("response.content_part.added", at, out);
      out += R"(,"content_index":0,"part":{"type":"reasoning_text","text":""})";
    }
    end_event(out);
  }
  append_text_event(
      summary ? "response.reasoning_summary_text.delta" : "response.reasoning_text.delta",
      summary ? R"(,"summary_index":)" : R"(,"content_index":)", "delta", delta.reasoning, out);
  end_event(out);
  items_[text_item_].parts.front().text += delta.reasoning;
}

void ResponsesAnswer::open_part(bool refusal, std::string& out) {
  auto& item = items_[text_item_];
  if (!item.parts.empty()) close_part(out);
  item.parts.push_back({refusal, {}});
  begin_event("response.content_part.added", text_item_, out);
  out += R"(,"content_index":)";
  codec::append_json_integer(out, std::uint64_t{item.parts.size() - 1});
  out += R"(,"part":)";
  append_part(out, item.parts.back());
  end_event(out);
}

void ResponsesAnswer::add_text(std::string_view text, bool refusal, std::string& out) {
  if (text.empty()) return;
  if (text_item_ != kNoItem && items_[text_item_].kind != ItemKind::message) close_text(out);
  if (text_item_ == kNoItem) static_cast<void>(open_item(ItemKind::message, out));
  auto& parts = items_[text_item_].parts;
  if (parts.empty() || parts.back().refusal != refusal) open_part(refusal, out);
  append_text_event(refusal ? "response.refusal.delta" : "response.output_text.delta",
                    R"(,"content_index":)", "delta", text, out);
  if (!refusal) out += R"(,"logprobs":[])";
  end_event(out);
  parts.back().text += text;
}

void ResponsesAnswer::close_part(std::string& out) {
  const auto& item = items_[text_item_];
  const auto& part = item.parts.back();
  if (item.kind == ItemKind::reasoning) {
    const bool summary = item.summary;
    append_text_event(
        summary ? "response.reasoning_summary_text.done" : "response.reasoning_text.done",
        summary ? R"(,"summary_index":)" : R"(,"content_index":)", "text", part.text, out);
    end_event(out);
    begin_event(summary ? "response.reasoning_summary_part.done" : "response.content_part.done",
                text_item_, out);
    out += summary ? R"(,"summary_index":0,"part":{"type":"summary_text","text":)"
                   : R"(,"content_index":0,"part":{"type":"reasoning_text","text":)";
    codec::append_json_string(out, part.text);
    out += '}';
    end_event(out);
    return;
  }
  append_text_event(part.refusal ? "response.refusal.done" : "response.output_text.done",
                    R"(,"content_index":)", part.refusal ? "refusal" : "text", part.text, out);
  if (!part.refusal) out += R"(,"logprobs":[])";
  end_event(out);
  begin_event("response.content_part.done", text_item_, out);
  out += R"(,"content_index":)";
  codec::append_json_integer(out, std::uint64_t{item.parts.size() - 1});
  out += R"(,"part":)";
  append_part(out, part);
  end_event(out);
}

void ResponsesAnswer::close_item(std::size_t at, std::string& out) {
  auto& item = items_[at];
  if (item.status != "in_progress") return;
  if (is_text(item.kind)) {
    close_part(out);
    text_item_ = kNoItem;
  } else {
    close_call(at, out);
  }
  item.status = status() == "completed" ? "completed" : "incomplete";
  append_item_event("response.output_item.done", at, out);
}

void ResponsesAnswer::close_text(std::string& out) {
  if (text_item_ != kNoItem) close_item(text_item_, out);
}

ResponsesAnswer::Call& ResponsesAnswer::call_of(const detail::ToolCallDelta& delta) {
  const auto last = std::ranges::find(calls_.rbegin(), calls_.rend(), delta.index, &Call::index);
  if (last != calls_.rend() && !last->is_followed_by(delta)) return *last;
  auto& call = calls_.emplace_back();
  call.index = delta.index;
  return call;
}

void ResponsesAnswer::open_call(Call& call, std::string_view name, std::string& out) {
  close_text(out);
  const auto tool = std::ranges::find(setup_.tools, name, &detail::ToolOrigin::chat_name);
  const bool known = tool != setup_.tools.end();
  call.item = open_item(known ? kind_of(tool->kind) : ItemKind::function_call, out);
  auto& item = items_[call.item];
  item.name = known ? tool->name : std::string(name);
  if (known) item.name_space = tool->name_space;
  if (call.id.empty()) call.id = "call_" + chat_id_ + "_" + std::to_string(call.item);
  item.call_id = call.id;
  // Clients read the action of the other kinds only when it is there.
  if (item.kind == ItemKind::function_call || item.kind == ItemKind::custom_call) {
    append_item_event("response.output_item.added", call.item, out);
  }
  const auto early = std::exchange(call.early_arguments, {});
  add_arguments(call, early, out);
}

// Arguments of other kinds than functions are the JSON around their input: that is passed on once
// it is whole.
void ResponsesAnswer::add_arguments(const Call& call, std::string_view text, std::string& out) {
  auto& item = items_[call.item];
  if (text.empty() || item.status != "in_progress") return;
  item.arguments += text;
  if (item.kind != ItemKind::function_call) return;
  begin_event("response.function_call_arguments.delta", call.item, out);
  out += R"(,"delta":)";
  codec::append_json_string(out, text);
  end_event(out);
}

void ResponsesAnswer::add_call(const detail::ToolCallDelta& delta, std::string& out) {
  auto& call = call_of(delta);
  if (call.id.empty()) call.id = delta.id;
  if (call.name.empty()) call.name = delta.name;
  call.end.feed(delta.arguments);
  if (call.item == kNoItem && !delta.name.empty()) open_call(call, delta.name, out);
  if (call.item == kNoItem) {
    call.early_arguments += delta.arguments;
  } else {
    add_arguments(call, delta.arguments, out);
  }
}

void ResponsesAnswer::close_call(std::size_t at, std::string& out) {
  auto& item = items_[at];
  if (item.kind == ItemKind::function_call) {
    // Some servers write no arguments where there are none; clients parse them.
    if (detail::is_empty(item.arguments) && status() == "completed") item.arguments = "{}";
    begin_event("response.function_call_arguments.done", at, out);
    out += R"(,"name":)";
    codec::append_json_string(out, item.name);
    out += R"(,"arguments":)";
    codec::append_json_string(out, item.arguments);
    end_event(out);
    return;
  }
  if (item.kind != ItemKind::custom_call) {
    append_item_event("response.output_item.added", at, out);
    return;
  }
  const auto input = detail::custom_input(item.arguments);
  for (const auto* key : {"delta", "input"}) {
    begin_event(*key == 'd' ? "response.custom_tool_call_input.delta"
                            : "response.custom_tool_call_input.done",
                at, out);
    out.append(",\"").append(key).append("\":");
    codec::append_json_string(out, input);
    end_event(out);
  }
}

void ResponsesAnswer::close_all(std::string& out) {
  for (auto& call : calls_) {
    if (call.item == kNoItem && !call.early_arguments.empty()) open_call(call, {}, out);
  }
  for (std::size_t at = 0; at < items_.size(); ++at) close_item(at, out);
}

// False: the answer is beyond a bound, and nothing of the event is told.
bool ResponsesAnswer::count(const detail::ChatDelta& delta) {
  bytes_ += delta.text.size() + delta.reasoning.size() + delta.refusal.size();
  for (const auto& call : delta.tool_calls) bytes_ += call.arguments.size();
  failed_ =
      failed_ || bytes_ > kMaxBytes || calls_.size() + delta.tool_calls.size() > kMaxCalls * 2;
  return !failed_;
}

void ResponsesAnswer::take(const json::object& event, std::string& out) {
  const auto delta = detail::read_chat(event);
  if (!count(delta)) return;
  if (delta.usage != nullptr) usage_.take(dialect::read_usage(detail::json_of(*delta.usage)));
  if (!says_something(delta)) return;
  if (!started_) start(delta, out);
  add_reasoning(delta, out);
  add_text(delta.text, false, out);
  add_text(delta.refusal, true, out);
  for (const auto& call : delta.tool_calls) add_call(call, out);
  failed_ = failed_ || calls_.size() > kMaxCalls;
  if (!delta.finish_reason.empty()) finish_reason_ = delta.finish_reason;
  failed_ = failed_ || detail::is_failure(finish_reason_);
}

void ResponsesAnswer::end(std::string& out) {
  if (!started_) start({}, out);
  close_all(out);
  begin_event(std::string("response.").append(status()), out);
  out += R"(,"response":)";
  append_response(status(), out);
  end_event(out);
}

std::string ResponsesAnswer::rewrite(const json::object& answer) {
  std::string events;
  take(answer, events);
  if (!started_) start({}, events);
  close_all(events);
  std::string body;
  append_response(status(), body);
  return body;
}

}  // namespace weir::translation
