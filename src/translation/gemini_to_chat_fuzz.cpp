#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

#include "base/check.hpp"
#include "translation/detail/camel_case.hpp"
#include "translation/detail/directions.hpp"
#include "translation/gemini_answer.hpp"

namespace {

namespace json = boost::json;
using weir::translation::GeminiAnswer;

// The request's own depth, and what is put around it.
constexpr std::size_t kMaxDepth = 64 + 16;

json::value parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  auto value = json::parse(text, error, {}, options);
  return error ? json::value() : value;
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* text = object.if_contains(name);
  return text == nullptr || !text->is_string() ? std::string_view() : text->get_string();
}

// Servers refuse a tool's message unless the assistant's before it made the call.
void check_results(const json::array& messages) {
  std::set<std::string_view> called;
  for (const auto& each : messages) {
    const auto& message = each.as_object();
    if (text_of(message, "role") == "tool") {
      CHECK(called.contains(text_of(message, "tool_call_id")));
      continue;
    }
    called.clear();
    const auto* calls = message.if_contains("tool_calls");
    if (calls == nullptr) continue;
    for (const auto& call : calls->as_array()) called.insert(text_of(call.as_object(), "id"));
  }
}

void translate(std::string_view body) {
  auto value = parse(body);
  auto* asked = value.if_object();
  if (asked == nullptr) return;
  weir::translation::detail::use_camel_case(*asked);
  const auto request = weir::translation::detail::chat_of_gemini_stream(
      *asked, {.model = "m", .upstream_model = "u"});
  if (!request) {
    CHECK(!request.error().detail.empty());
    return;
  }
  const auto chat = parse(request->body);
  CHECK(chat.is_object() && chat.as_object().contains("messages"));
  check_results(chat.at("messages").as_array());
}

// Every event is one line of JSON.
void check_events(std::string_view events) {
  constexpr std::string_view kData = "data: ";
  while (!events.empty()) {
    const auto end = events.find("\n\n");
    CHECK(end != std::string_view::npos && events.starts_with(kData));
    const auto data = events.substr(kData.size(), end - kData.size());
    CHECK(!data.contains('\n') && parse(data).is_object());
    events.remove_prefix(end + 2);
  }
}

}  // namespace

// Input: a request, and lines of events. Whatever they are, requests and answers are JSON.
// Covers: translation/gemini_to_chat.cpp translation/gemini_answer.cpp
// translation/detail/gemini_turns.cpp translation/detail/gemini_parts.cpp
// translation/detail/gemini_tools.cpp translation/detail/gemini_schema.cpp
// translation/detail/gemini_calls.cpp translation/detail/json_object.cpp
// translation/detail/camel_case.cpp
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  auto cut = input.find('\n');
  translate(input.substr(0, cut));

  const GeminiAnswer::Setup setup{.model = "m", .seed = 1, .shows_thoughts = true};
  GeminiAnswer stream(setup);
  std::string out;
  while (cut != std::string_view::npos) {
    const auto next = input.find('\n', cut + 1);
    const auto event = parse(input.substr(cut + 1, next - cut - 1));
    cut = next;
    const auto* object = event.if_object();
    if (object == nullptr) continue;
    stream.take(*object, out);
    CHECK(parse(GeminiAnswer(setup).rewrite(*object)).is_object());
  }
  if (!stream.failed()) stream.end(out);
  check_events(out);
  return 0;
}
