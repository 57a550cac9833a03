#include "app/command_line/try_call.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "codec/visible.hpp"

namespace weir::app {
namespace {

namespace json = boost::json;
using catalogue::SubType;

struct Magic {
  std::string_view bytes;
  std::string_view suffix;
};

constexpr std::array kMagic{
    Magic{"\x89PNG", ".png"}, Magic{"\xff\xd8\xff", ".jpg"}, Magic{"RIFF", ".wav"},
    Magic{"ID3", ".mp3"},     Magic{"\xff\xfb", ".mp3"},     Magic{"\xff\xf3", ".mp3"},
    Magic{"OggS", ".ogg"},    Magic{"fLaC", ".flac"},        Magic{"GIF8", ".gif"}};

std::string_view suffix_of(std::string_view bytes) {
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return ".webp";
  for (const auto& magic : kMagic) {
    if (bytes.starts_with(magic.bytes)) return magic.suffix;
  }
  return ".bin";
}

std::string or_else(std::string_view text, std::string_view usual) {
  return std::string(text.empty() ? usual : text);
}

std::string body_with(std::string_view model, std::string_view member, std::string_view text,
                      std::string_view rest = {}) {
  std::string body;
  codec::JsonWriter writer(body);
  writer.begin_object().key("model").value(model).key(member).value(text).end_object();
  if (!rest.empty()) body.insert(body.size() - 1, rest);
  return body;
}

std::string chat_body(std::string_view model, std::string_view text) {
  json::object body{{"model", model},
                    {"stream", true},
                    {"messages", json::array{json::object{{"role", "user"}, {"content", text}}}}};
  return json::serialize(body);
}

Result<TryAnswer> unexpected_answer() {
  return fail(Errc::upstream_answer_invalid, "the answer has another shape than expected");
}

const json::value* find(const json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  return value.find_pointer(pointer, error);
}

Result<TryAnswer> read_vector(const json::value& answer) {
  const auto* vector = find(answer, "/data/0/embedding");
  if (vector == nullptr || !vector->is_array()) return unexpected_answer();
  const auto& numbers = vector->get_array();
  auto text = fmt::format("{} numbers:", numbers.size());
  constexpr std::size_t kShown = 6;
  for (std::size_t i = 0; i < std::min(numbers.size(), kShown); ++i) {
    if (!numbers[i].is_number()) return unexpected_answer();
    text += fmt::format(" {:.4g}", numbers[i].to_number<double>());
  }
  return TryAnswer{text + (numbers.size() > kShown ? " ...\n" : "\n"), {}};
}

constexpr std::array<std::string_view, 3> kDocuments{
    "A weir is a low dam across a river.", "Bread is made of flour, water and salt.",
    "A gateway forwards calls to several servers."};

Result<TryAnswer> read_ranks(const json::value& answer) {
  const auto* results = find(answer, "/results");
  if (results == nullptr || !results->is_array()) return unexpected_answer();
  TryAnswer shown;
  for (const auto& result : results->get_array()) {
    const auto* index = find(result, "/index");
    const auto* score = find(result, "/relevance_score");
    if (index == nullptr || score == nullptr || !index->is_int64() || !score->is_number()) {
      return unexpected_answer();
    }
    const auto number = static_cast<std::size_t>(index->get_int64());
    if (number >= kDocuments.size()) return unexpected_answer();
    shown.text += fmt::format("{:.3f}  {}\n", score->to_number<double>(), kDocuments[number]);
  }
  return shown;
}

std::optional<std::string> bytes_of_data_url(std::string_view url) {
  constexpr std::string_view kEncoded = ";base64,";
  const auto at = url.find(kEncoded);
  if (!url.starts_with("data:") || at == url.npos) return std::nullopt;
  return codec::parse_base64(url.substr(at + kEncoded.size()));
}

Result<TryAnswer> read_image(const json::value& answer) {
  for (const auto* place : {"/data/0", "/images/0"}) {
    const auto* image = find(answer, place);
    if (image == nullptr || !image->is_object()) continue;
    if (const auto* encoded = find(*image, "/b64_json"); encoded && encoded->is_string()) {
      auto bytes = codec::parse_base64(encoded->get_string());
      if (!bytes) return unexpected_answer();
      const auto suffix = suffix_of(*bytes);
      return TryAnswer{{}, TryFile{std::move(*bytes), suffix}};
    }
    if (const auto* url = find(*image, "/url"); url && url->is_string()) {
      if (auto bytes = bytes_of_data_url(url->get_string())) {
        const auto suffix = suffix_of(*bytes);
        return TryAnswer{{}, TryFile{std::move(*bytes), suffix}};
      }
      return TryAnswer{codec::visible_text(url->get_string()) + "\n", {}};
    }
  }
  return unexpected_answer();
}

}  // namespace

Result<TryCall> make_call(SubType sub_type, std::string_view model, std::string_view text) {
  switch (sub_type) {
    case SubType::chat:
      return TryCall{"/v1/chat/completions",
                     chat_body(model, or_else(text, "In one sentence: what is a weir?")), true};
    case SubType::embedding:
      return TryCall{"/v1/embeddings", body_with(model, "input", or_else(text, "a weir")), false};
    case SubType::reranker: {
      json::array documents;
      for (const auto document : kDocuments) documents.emplace_back(document);
      return TryCall{"/v1/rerank",
                     body_with(model, "query", or_else(text, "What is a weir?"),
                               R"(,"documents":)" + json::serialize(documents)),
                     false};
    }
    case SubType::text_to_image:
      return TryCall{"/v1/images/generations",
                     body_with(model, "prompt", or_else(text, "a weir in the mist")), false};
    case SubType::text_to_speech:
      return TryCall{"/v1/audio/speech",
                     body_with(model, "input", or_else(text, "The river flows over the weir."),
                               R"(,"response_format":"wav")"),
                     false};
    case SubType::image_to_image:
    case SubType::speech_to_text:
    case SubType::text_to_video:
    case SubType::image_to_video:
      return fail(
          Errc::invalid_parameter,
          fmt::format("a {} model needs a file or minutes; the API reference at /docs has the "
                      "command for it",
                      catalogue::kSubTypeNames[sub_type]));
  }
  __builtin_unreachable();
}

Result<TryAnswer> read_answer(SubType sub_type, std::string body) {
  if (sub_type == SubType::text_to_speech) {
    const auto suffix = suffix_of(body);
    return TryAnswer{{}, TryFile{std::move(body), suffix}};
  }
  boost::system::error_code error;
  const auto answer = json::parse(body, error);
  if (error) return unexpected_answer();
  if (sub_type == SubType::embedding) return read_vector(answer);
  if (sub_type == SubType::reranker) return read_ranks(answer);
  return read_image(answer);
}

std::string message_of(std::string_view body) {
  boost::system::error_code error;
  const auto value = json::parse(body, error);
  if (!error) {
    if (value.is_string()) return std::string(value.get_string());
    for (const auto* place : {"/error/message", "/message", "/error"}) {
      const auto* message = find(value, place);
      if (message != nullptr && message->is_string()) return std::string(message->get_string());
    }
  }
  return codec::visible_excerpt(body);
}

ImageProtocol image_protocol(std::string_view term, std::string_view program) {
  if (term.contains("kitty") || program == "ghostty") return ImageProtocol::kitty;
  const bool is_iterm = program == "iTerm.app" || program == "WezTerm";
  return is_iterm ? ImageProtocol::iterm : ImageProtocol::none;
}

std::string image_sequence(ImageProtocol protocol, std::string_view png) {
  if (protocol == ImageProtocol::none) return {};
  const auto encoded = codec::format_base64(png);
  if (protocol == ImageProtocol::iterm) {
    return fmt::format("\x1b]1337;File=inline=1;size={}:{}\a\n", png.size(), encoded);
  }
  constexpr std::size_t kChunk = 4096;
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += kChunk) {
    const bool is_last = at + kChunk >= encoded.size();
    out += fmt::format("\x1b_G{}m={};{}\x1b\\", at == 0 ? "a=T,f=100," : "", is_last ? 0 : 1,
                       encoded.substr(at, kChunk));
  }
  return out + "\n";
}

}  // namespace weir::app
