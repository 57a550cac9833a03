#include "translation/detail/gemini_parts.hpp"

#include <algorithm>
#include <utility>

#include "codec/base64.hpp"
#include "translation/detail/serialize.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr KnownMembers kData{{"mimeType", "data", "displayName"}};
constexpr KnownMembers kFile{{"mimeType", "fileUri"}, {"displayName"}};
constexpr KnownMembers kResponse{{"id", "name", "response", "parts"},
                                 {"willContinue", "scheduling"}};
constexpr KnownMembers kResponsePart{{"inlineData", "fileData"}};

// Formats that chat completions takes.
struct AudioFormat {
  std::string_view media_type;
  std::string_view format;
};
constexpr AudioFormat kAudioFormats[] = {{"audio/wav", "wav"},
                                         {"audio/x-wav", "wav"},
                                         {"audio/wave", "wav"},
                                         {"audio/mp3", "mp3"},
                                         {"audio/mpeg", "mp3"}};

// Google's own library for Python writes the URL's alphabet, which no data URL has.
std::string data_url(std::string_view media_type, std::string_view data) {
  return std::string("data:")
      .append(media_type)
      .append(";base64,")
      .append(codec::to_standard_base64(data));
}

void add_inline_data(json::array& parts, const json::object& data, std::string_view path,
                     Findings& findings) {
  findings.check(data, path, kData);
  const auto type = findings.required_text(data, path, "mimeType");
  const auto text = findings.required_text(data, path, "data");
  const auto name = findings.text(data, path, "displayName");
  const bool is_text = type.starts_with("text/") || type == "application/json";
  if (!name.empty() && !is_text && type != "application/pdf") {
    findings.drop(path_of(path, "displayName"));
  }
  if (type.starts_with("image/")) {
    parts.push_back(image_part(data_url(type, text)));
  } else if (type == "application/pdf") {
    parts.push_back(pdf_part(name, data_url(type, text)));
  } else if (const auto* audio = std::ranges::find(kAudioFormats, type, &AudioFormat::media_type);
             audio != std::end(kAudioFormats)) {
    json::object input{{"data", codec::to_standard_base64(text)}, {"format", audio->format}};
    parts.push_back(json::object{{"type", "input_audio"}, {"input_audio", std::move(input)}});
  } else if (is_text) {
    const auto bytes = codec::parse_base64(text);
    if (!bytes) return findings.expect(path_of(path, "data"), "base64");
    add_text(parts, name);
    add_text(parts, *bytes);
  } else {
    findings.refuse_value(path_of(path, "mimeType"), type);
  }
}

// Files that were given to Google are known to no other upstream.
void add_file(json::array& parts, const json::object& file, std::string_view path,
              Findings& findings) {
  findings.check(file, path, kFile);
  const auto uri = findings.required_text(file, path, "fileUri");
  const auto type = text_of(file, "mimeType");
  const bool is_url =
      uri.starts_with("https://") || uri.starts_with("http://") || uri.starts_with("data:image/");
  const bool is_image = type.starts_with("image/") || (type.empty() && uri.starts_with("data:"));
  if (!is_url || uri.contains("generativelanguage.googleapis.com")) {
    return findings.refuse_value(path_of(path, "fileUri"), uri);
  }
  if (!is_image) return findings.refuse_value(path_of(path, "mimeType"), type);
  parts.push_back(image_part(uri));
}

// Source: Part.functionResponse: `output` is the function's output and `error` its error; without
// either, all of it is the output.
std::string text_of_response(const json::object& response) {
  if (response.size() == 1) {
    if (const auto output = text_of(response, "output"); !output.empty()) {
      return std::string(output);
    }
    if (const auto error = text_of(response, "error"); !error.empty()) {
      return std::string("Error: ").append(error);
    }
  }
  std::string text;
  append_json(text, response);
  return text;
}

}  // namespace

void add_media(json::array& parts, const json::object& part, std::string_view path,
               Findings& findings) {
  if (const auto* data = findings.object(part, path, "inlineData")) {
    add_inline_data(parts, *data, path_of(path, "inlineData."), findings);
  }
  if (const auto* file = findings.object(part, path, "fileData")) {
    add_file(parts, *file, path_of(path, "fileData."), findings);
  }
}

ToolResult read_function_response(const json::object& response, std::string_view id,
                                  std::string_view path, Findings& findings) {
  findings.check(response, path, kResponse);
  json::array parts;
  if (const auto* result = findings.object(response, path, "response")) {
    add_text(parts, text_of_response(*result));
  }
  if (const auto* media = find(response, "parts")) {
    for_each_object(*media, path_of(path, "parts"), findings, [&](const json::object& part) {
      findings.check(part, path_of(path, "parts[]."), kResponsePart);
      add_media(parts, part, path_of(path, "parts[]."), findings);
    });
  }
  return tool_result_of(std::move(parts), id);
}

}  // namespace weir::translation::detail
