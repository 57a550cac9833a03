#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

#include "base/check.hpp"
#include "translation/ollama_answer.hpp"
#include "translation/translation.hpp"

namespace {

namespace json = boost::json;
using weir::catalogue::Endpoint;
using weir::translation::OllamaAnswer;
using weir::translation::OllamaEmbeddings;

// The request's own depth, and what is put around it.
constexpr std::size_t kMaxDepth = 64 + 16;

json::value parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  auto value = json::parse(text, error, {}, options);
  return error ? json::value() : value;
}

void translate(Endpoint from, std::string_view body) {
  const auto request =
      weir::translation::translate(from, body, {.model = "m", .upstream_model = "u"});
  if (!request) {
    CHECK(!request.error().detail.empty());
    return;
  }
  CHECK(parse(request->body).is_object());
  for (const auto& path : request->dropped) {
    CHECK(path.find_first_of("\r\n\"") == std::string::npos);
  }
}

void check_lines(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    CHECK(end != std::string_view::npos && parse(lines.substr(0, end)).is_object());
    lines.remove_prefix(end + 1);
  }
}

void check_embeddings(const json::object& answer) {
  const auto* data = answer.if_contains("data");
  if (data == nullptr || !data->is_array()) return;
  for (const auto form : {OllamaEmbeddings::Form::list, OllamaEmbeddings::Form::single}) {
    OllamaEmbeddings embeddings("m", form);
    const auto text = embeddings.rewrite(answer);
    CHECK(embeddings.failed() || parse(text).is_object());
  }
}

}  // namespace

// Input: a request, and lines of events. Whatever they are, requests and answers are JSON, and a
// stream is a JSON object in each line.
// Covers: translation/ollama_to_chat.cpp translation/ollama_answer.cpp
// translation/detail/ollama_turns.cpp translation/detail/tool_arguments.cpp
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  auto cut = input.find('\n');
  for (const auto from : {Endpoint::ollama_chat, Endpoint::ollama_generate, Endpoint::ollama_embed,
                          Endpoint::ollama_embeddings}) {
    translate(from, input.substr(0, cut));
  }
  const OllamaAnswer::Setup setup{.model = "m"};
  OllamaAnswer stream(setup);
  std::string out;
  while (cut != std::string_view::npos) {
    const auto next = input.find('\n', cut + 1);
    const auto event = parse(input.substr(cut + 1, next - cut - 1));
    cut = next;
    const auto* object = event.if_object();
    if (object == nullptr) continue;
    stream.take(*object, out);
    CHECK(parse(OllamaAnswer(setup).rewrite(*object)).is_object());
    check_embeddings(*object);
  }
  stream.end(out);
  check_lines(out);
  return 0;
}
