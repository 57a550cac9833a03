#include "translation/detail/responses_content.hpp"

#include <array>
#include <utility>

#include "translation/detail/request_checks.hpp"

namespace weir::translation::detail {

namespace json = boost::json;

namespace {

using Part = Result<json::object>;

Part text_part(const json::object& part, std::string_view prefix, Dropped& dropped) {
  constexpr std::array<std::string_view, 2> kUsed = {"type", "text"};
  constexpr std::array<std::string_view, 4> kUnused = {"annotations", "logprobs", "parsed",
                                                       "prompt_cache_breakpoint"};
  if (auto known = check_members(part, prefix, kUsed, kUnused, dropped); !known) {
    return std::unexpected(std::move(known.error()));
  }
  auto text = required_text(part, "text", prefix);
  if (!text) return std::unexpected(std::move(text.error()));
  return json::object{{"type", "text"}, {"text", *text}};
}

Part refusal_part(const json::object& part, std::string_view prefix) {
  auto text = required_text(part, "refusal", prefix);
  if (!text) return std::unexpected(std::move(text.error()));
  return json::object{{"type", "text"}, {"text", *text}};
}

Part image_part(const json::object& part, std::string_view prefix, Dropped& dropped) {
  constexpr std::array<std::string_view, 3> kUsed = {"type", "image_url", "detail"};
  constexpr std::array<std::string_view, 1> kUnused = {"prompt_cache_breakpoint"};
  if (auto known = check_members(part, prefix, kUsed, kUnused, dropped); !known) {
    return std::unexpected(std::move(known.error()));
  }
  auto url = required_text(part, "image_url", prefix);
  if (!url) return std::unexpected(std::move(url.error()));
  json::object image{{"url", *url}};
  auto detail = text_of(part, "detail");
  if (detail == "original") {  // finer than the finest of chat completions
    detail = "high";
    dropped.add(std::string(prefix) + "detail=original");
  }
  if (!detail.empty() && detail != "auto") image["detail"] = detail;
  return json::object{{"type", "image_url"}, {"image_url", std::move(image)}};
}

// A file in the request itself; a file_id or a URL is for OpenAI's servers to resolve.
Part file_part(const json::object& part, std::string_view prefix, Dropped& dropped) {
  constexpr std::array<std::string_view, 3> kUsed = {"type", "filename", "file_data"};
  constexpr std::array<std::string_view, 2> kUnused = {"detail", "prompt_cache_breakpoint"};
  if (auto known = check_members(part, prefix, kUsed, kUnused, dropped); !known) {
    return std::unexpected(std::move(known.error()));
  }
  auto data = required_text(part, "file_data", prefix);
  if (!data) return std::unexpected(std::move(data.error()));
  json::object file{{"file_data", *data}};
  if (const auto name = text_of(part, "filename"); !name.empty()) file["filename"] = name;
  return json::object{{"type", "file"}, {"file", std::move(file)}};
}

Part audio_part(const json::object& part, std::string_view prefix, Dropped& dropped) {
  constexpr std::array<std::string_view, 2> kUsed = {"type", "input_audio"};
  if (auto known = check_members(part, prefix, kUsed, {}, dropped); !known) {
    return std::unexpected(std::move(known.error()));
  }
  auto audio = optional_object(part, "input_audio", prefix);
  if (!audio) return std::unexpected(std::move(audio.error()));
  if (*audio == nullptr) return malformed(std::string(prefix) + "input_audio", "an object");
  return json::object{{"type", "input_audio"}, {"input_audio", **audio}};
}

bool is_text(std::string_view type) {
  return type == "input_text" || type == "output_text" || type == "text" || type == "refusal";
}

Part chat_part(const json::object& part, std::string_view prefix, Dropped& dropped) {
  auto type = required_text(part, "type", prefix);
  if (!type) return std::unexpected(std::move(type.error()));
  if (*type == "refusal") return refusal_part(part, prefix);
  if (is_text(*type)) return text_part(part, prefix, dropped);
  if (*type == "input_image") return image_part(part, prefix, dropped);
  if (*type == "input_file") return file_part(part, prefix, dropped);
  if (*type == "input_audio") return audio_part(part, prefix, dropped);
  return cannot_translate(std::string(prefix) + "type", *type);
}

}  // namespace

json::value ChatContent::take() && {
  if (only_text) return json::string(text);
  return std::move(parts);
}

Result<ChatContent> chat_content(const json::value& content, std::string_view path,
                                 Dropped& dropped) {
  ChatContent result;
  if (const auto* text = content.if_string()) {
    result.text = *text;
    result.parts.push_back(json::object{{"type", "text"}, {"text", *text}});
    return result;
  }
  const auto* list = content.if_array();
  if (list == nullptr) return malformed(path, "a string or a list");
  const auto prefix = std::string(path) + "[].";
  for (const auto& value : *list) {
    const auto* object = value.if_object();
    if (object == nullptr) return malformed(std::string(path) + "[]", "an object");
    auto part = chat_part(*object, prefix, dropped);
    if (!part) return std::unexpected(std::move(part.error()));
    const auto text = text_of(*part, "text");
    if (text_of(*part, "type") == "text") {
      if (!result.text.empty()) result.text += '\n';
      result.text += text;
    } else {
      result.only_text = false;
    }
    result.parts.push_back(std::move(*part));
  }
  return result;
}

}  // namespace weir::translation::detail
