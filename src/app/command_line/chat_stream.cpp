#include "app/command_line/chat_stream.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/command_line/try_call.hpp"

namespace weir::app {
namespace {

namespace json = boost::json;

constexpr std::string_view kDone = "[DONE]";

std::string_view string_at(const json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  const auto* found = value.find_pointer(pointer, error);
  if (found == nullptr || !found->is_string()) return {};
  return found->get_string();
}

bool is_error(const json::value& event) {
  const auto* object = event.if_object();
  if (object == nullptr) return false;
  const auto* error = object->if_contains("error");
  return (error != nullptr && !error->is_null()) ||
         (object->contains("message") && !object->contains("choices"));
}

}  // namespace

std::string ChatStream::text_of(std::string_view data) {
  if (data.empty()) return {};
  has_event_ = true;
  if (data == kDone) is_done_ = true;
  boost::system::error_code failed;
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // shown as escapes
  const auto event = json::parse(data, failed, {}, options);
  if (failed) return {};
  if (error_.empty() && is_error(event)) error_ = message_of(data);
  if (const auto reason = string_at(event, "/choices/0/finish_reason"); !reason.empty()) {
    finish_reason_ = reason;
  }
  std::string text(string_at(event, "/choices/0/delta/content"));
  has_text_ = has_text_ || !text.empty();
  return text;
}

std::string ChatStream::take(std::string_view piece) {
  if (!error_.empty()) return {};
  pending_ += piece;
  const auto whole = splitter_.whole_events(pending_);
  if (!whole) {
    error_ = whole.error().detail;
    pending_.clear();
    return {};
  }
  std::string text;
  auto events = std::string_view(pending_).substr(0, *whole);
  while (!events.empty()) {
    text += text_of(codec::event_data(codec::take_event(events), scratch_));
  }
  pending_.erase(0, *whole);
  return text;
}

Result<> ChatStream::end() const {
  std::string scratch;
  const bool is_done = is_done_ || codec::event_data(pending_, scratch) == kDone;
  std::string detail = error_;
  if (!error_.empty()) {
  } else if (!has_event_ && !is_done) {
    detail = pending_.empty() ? "the answer is empty"
                              : "the answer is not a stream of events: " + message_of(pending_);
  } else if (!is_done) {
    detail = "the answer broke off before its end";
  } else if (!has_text_) {
    detail = fmt::format("the answer has no text (finish_reason {})",
                         finish_reason_.empty() ? "none" : finish_reason_);
  }
  if (detail.empty()) return {};
  return fail(Errc::upstream_answer_invalid, std::move(detail));
}

}  // namespace weir::app
