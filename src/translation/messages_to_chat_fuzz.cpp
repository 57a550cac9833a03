#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

#include "base/check.hpp"
#include "translation/messages_answer.hpp"
#include "translation/translation.hpp"

namespace {

namespace json = boost::json;
using weir::translation::MessagesAnswer;

// The request's own depth, and what is put around it.
constexpr std::size_t kMaxDepth = 64 + 16;

json::value parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  auto value = json::parse(text, error, {}, options);
  return error ? json::value() : value;
}

void translate(std::string_view body) {
  const auto request = weir::translation::translate(weir::catalogue::Endpoint::messages, body,
                                                    {.model = "m", .upstream_model = "u"});
  if (!request) {
    CHECK(!request.error().detail.empty());
    return;
  }
  const auto chat = parse(request->body);
  CHECK(chat.is_object() && chat.as_object().contains("messages"));
}

// Every event is one line of its name and one of JSON.
void check_events(std::string_view events) {
  while (!events.empty()) {
    const auto end = events.find("\n\n");
    CHECK(end != std::string_view::npos && events.starts_with("event: "));
    const auto event = events.substr(0, end);
    const auto data = event.find("\ndata: ");
    CHECK(data != std::string_view::npos && parse(event.substr(data + 7)).is_object());
    events.remove_prefix(end + 2);
  }
}

}  // namespace

// Input: a request, and lines of events. Whatever they are, requests and answers are JSON.
// Covers: translation/messages_to_chat.cpp translation/messages_answer.cpp
// translation/detail/messages_turns.cpp translation/detail/messages_parts.cpp
// translation/detail/messages_tools.cpp translation/detail/tool_calls.cpp
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  auto cut = input.find('\n');
  translate(input.substr(0, cut));

  const MessagesAnswer::Setup setup{.model = "m", .seed = 1, .stop_sequences = {"END"}};
  MessagesAnswer stream(setup);
  std::string out;
  while (cut != std::string_view::npos) {
    const auto next = input.find('\n', cut + 1);
    const auto event = parse(input.substr(cut + 1, next - cut - 1));
    cut = next;
    const auto* object = event.if_object();
    if (object == nullptr) continue;
    stream.take(*object, out);
    CHECK(parse(MessagesAnswer(setup).rewrite(*object)).is_object());
  }
  stream.end(out);
  check_events(out);
  return 0;
}
