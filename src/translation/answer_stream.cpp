#include "translation/answer_stream.hpp"

#include <array>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "codec/sse.hpp"
#include "dialect/endpoint.hpp"
#include "dialect/fault.hpp"
#include "translation/detail/lenient_json.hpp"
#include "translation/detail/members.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;

// An event is seldom larger.
constexpr std::size_t kEventBytes = 4096;
// More is released after each event.
constexpr std::size_t kKeptBytes = 256 << 10;
constexpr std::size_t kMaxDepth = 64;

dialect::Family family_of(catalogue::Endpoint endpoint) { return dialect::of(endpoint).family; }

// The code whose status is nearest to an upstream's.
Errc code_of(int status) {
  switch (status) {
    case 404:
      return Errc::model_not_found;
    case 413:
      return Errc::payload_too_large;
    case 429:
      return Errc::upstream_rate_limited;
    default:
      return status < 500 ? Errc::invalid_parameter : Errc::upstream_refused;
  }
}

Errc code_of_error(std::string_view data) {
  if (dialect::blames_request(data)) return Errc::invalid_parameter;
  const auto status = dialect::read_stated_error(data, {}).status;
  return status == 429 ? Errc::upstream_rate_limited : Errc::upstream_refused;
}

// A chat completion has a message in its first choice.
bool has_message(const json::object& answer) {
  const auto* choices = detail::find(answer, "choices");
  const auto* array = choices == nullptr ? nullptr : choices->if_array();
  if (array == nullptr || array->empty()) return false;
  const auto* choice = array->front().if_object();
  return choice != nullptr && detail::find(*choice, "message") != nullptr;
}

bool is_answer_of(catalogue::Endpoint target, const json::object& answer) {
  if (target == catalogue::Endpoint::chat_completions) return has_message(answer);
  const auto* data = detail::find(answer, "data");
  return data != nullptr && data->is_array();
}

void release(std::string& buffer) {
  if (buffer.capacity() > kKeptBytes) std::string().swap(buffer);
  buffer.clear();
}

}  // namespace

AnswerStream::AnswerStream(std::unique_ptr<Answer> answer, catalogue::Endpoint from,
                           std::string_view model)
    : answer_(std::move(answer)),
      family_(family_of(from)),
      target_(*target_of(from)),
      model_(model) {}

Result<std::string> AnswerStream::rewrite(std::string_view body) {
  const auto value = detail::parse_lenient(body, kMaxDepth);
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr || !is_answer_of(target_, *object)) {
    return fail(Errc::upstream_answer_invalid, "no answer of the endpoint called");
  }
  auto text = answer_->rewrite(*object);
  if (answer_->failed())
    return fail(Errc::upstream_answer_invalid, "an answer that cannot be told");
  return text;
}

std::string AnswerStream::rewrite_error(int status, std::string_view body) const {
  const bool is_alike =
      dialect::of(family_).append_error == dialect::of(family_of(target_)).append_error;
  const auto value = is_alike ? detail::parse_lenient(body, kMaxDepth) : std::nullopt;
  if (value && value->is_object()) return std::string(body);
  const auto message = dialect::error_message(body);
  return dialect::error_body(family_, {.code = code_of(status), .message = message});
}

std::string_view AnswerStream::pass(std::string_view events) {
  release(out_);
  while (!events.empty()) take_event(codec::take_event(events));
  return framed();
}

std::string_view AnswerStream::finish(std::string_view events) {
  release(out_);
  while (!events.empty()) take_event(codec::take_event(events));
  if (!is_over_ && answer_->has_finished()) {
    end();
  } else if (!is_over_) {
    break_with(Errc::upstream_broke);
  }
  return framed();
}

std::string_view AnswerStream::break_off(Errc code) {
  release(out_);
  tell(code, {});
  return framed();
}

// The elements are the data of the events: one line each.
std::string_view AnswerStream::framed() {
  constexpr std::string_view kData = "data: ";
  constexpr std::string_view kEnd = "\n\n";
  if (!is_array_) return out_;
  release(array_);
  std::string_view events = out_;
  while (!events.empty()) {
    const auto end = events.find(kEnd);
    array_ += std::exchange(bracket_, ',');
    array_ += events.substr(kData.size(), end - kData.size());
    array_ += "\r\n";
    events.remove_prefix(end + kEnd.size());
  }
  if (is_over_ && bracket_ != 0) array_ += std::exchange(bracket_, 0) == '[' ? "[]" : "]";
  return array_;
}

void AnswerStream::take_event(std::string_view event) {
  if (is_over_) return;
  const auto data = codec::event_data(event, scratch_);
  if (data.empty()) {
    const bool is_comment = event.starts_with(':') && event.ends_with('\n');
    const auto framing = dialect::of(family_).stream.framing;
    if (is_comment && framing == dialect::Framing::events) out_ += event;
  } else if (data == dialect::kDone) {
    end();
  } else if (scan_.read_event(data).is_error_event() || codec::event_name(event) == "error") {
    tell(code_of_error(data), dialect::error_message(data));
  } else {
    take_data(data);
  }
  release(scratch_);
}

// Data that begins no JSON is some server's sign of life.
void AnswerStream::take_data(std::string_view data) {
  std::array<unsigned char, kEventBytes> buffer;
  json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto value = detail::parse_lenient(data, kMaxDepth, &memory);
  if (const auto* object = value ? value->if_object() : nullptr) {
    answer_->take(*object, out_);
    if (answer_->failed()) break_with(Errc::upstream_answer_invalid);
  } else if (data.starts_with('{')) {
    break_with(Errc::upstream_answer_invalid);
  }
}

void AnswerStream::end() {
  if (!std::exchange(is_over_, true)) answer_->end(out_);
}

void AnswerStream::break_with(Errc code) {
  broken_ = code;
  tell(code, {});
}

void AnswerStream::tell(Errc code, std::string_view message) {
  if (std::exchange(is_over_, true)) return;
  out_ += dialect::break_event(family_, {.code = code,
                                         .events = answer_->events(),
                                         .model = model_,
                                         .id = answer_->id(),
                                         .message = message});
}

}  // namespace weir::translation
