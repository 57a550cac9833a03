#include "translation/detail/messages_parts.hpp"

#include <algorithm>
#include <utility>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

// Claude Code's first system block, which differs in every request and is no instruction.
constexpr std::string_view kBillingHeader = "x-anthropic-billing-header";

constexpr KnownMembers kText{{"type", "text"}, {"cache_control", "citations"}};
constexpr KnownMembers kImage{{"type", "source"}, {"cache_control", "transformations"}};
constexpr KnownMembers kDocument{{"type", "source", "title", "context", "citations"},
                                 {"cache_control"}};
constexpr KnownMembers kSearchResult{{"type", "source", "title", "content", "citations"},
                                     {"cache_control"}};
constexpr KnownMembers kToolReference{{"type", "tool_name"}, {"cache_control"}};
constexpr KnownMembers kToolResult{{"type", "tool_use_id", "content", "is_error"},
                                   {"cache_control", "toolset_name"}};
constexpr KnownMembers kSource{{"type", "media_type", "data", "url", "content"}};

std::string data_url(const json::object& source, std::string_view path, Findings& findings) {
  const auto media_type = findings.required_text(source, path, "media_type");
  return std::string("data:")
      .append(media_type)
      .append(";base64,")
      .append(findings.required_text(source, path, "data"));
}

bool is_text(const json::value& part) { return text_of(part.as_object(), "type") == "text"; }

std::string_view text_in(const json::value& part) { return text_of(part.as_object(), "text"); }

std::string text_among(const json::array& parts) {
  std::string text;
  for (const auto& part : parts) {
    if (is_text(part)) join(text, text_in(part));
  }
  return text;
}

const json::object* source_of(const json::object& block, std::string_view path,
                              Findings& findings) {
  const auto* value = find(block, "source");
  const auto* source = value == nullptr ? nullptr : value->if_object();
  if (source == nullptr) findings.expect(path_of(path, "source"), "an object");
  return source;
}

void refuse_source(std::string_view type, std::string_view path, Findings& findings) {
  findings.refuse_value(path_of(path, "source.type"), type);
}

void add_image(json::array& parts, const json::object& block, std::string_view path,
               Findings& findings) {
  findings.check(block, path, kImage);
  const auto* source = source_of(block, path, findings);
  if (source == nullptr) return;
  const auto type = text_of(*source, "type");
  if (type != "base64" && type != "url") return refuse_source(type, path, findings);
  const auto inner = path_of(path, "source.");
  findings.check(*source, inner, kSource);
  const auto url = type == "url" ? std::string(findings.required_text(*source, inner, "url"))
                                 : data_url(*source, inner, findings);
  parts.push_back(image_part(url));
}

// Citations are blocks of the answer, which chat completions does not have.
void refuse_citations(const json::object& block, std::string_view path, Findings& findings) {
  const auto* value = find(block, "citations");
  const auto* citations = value == nullptr ? nullptr : value->if_object();
  if (citations != nullptr && findings.flag(*citations, path_of(path, "citations."), "enabled")) {
    findings.refuse(path_of(path, "citations"));
  }
}

// A text, or a list of blocks.
void add_contents(json::array& parts, const json::object& object, std::string_view path,
                  Findings& findings) {
  const auto* content = find(object, "content");
  if (content == nullptr) return;
  if (const auto* text = content->if_string()) return add_text(parts, *text);
  const auto* blocks = content->if_array();
  if (blocks == nullptr) return findings.expect(path_of(path, "content"), "a string or an array");
  const auto inner = path_of(path, "content[].");
  for (const auto& value : *blocks) {
    const auto* block = value.if_object();
    const auto type = block == nullptr ? std::string_view() : text_of(*block, "type");
    if (block == nullptr || !add_part(parts, *block, type, inner, findings)) {
      findings.refuse_value(inner + "type", type);
    }
  }
}

void add_document(json::array& parts, const json::object& block, std::string_view path,
                  Findings& findings) {
  findings.check(block, path, kDocument);
  refuse_citations(block, path, findings);
  const auto* source = source_of(block, path, findings);
  if (source == nullptr) return;
  const auto inner = path_of(path, "source.");
  findings.check(*source, inner, kSource);
  const auto type = text_of(*source, "type");
  const auto title = findings.text(block, path, "title");
  add_text(parts, findings.text(block, path, "context"));
  if (type == "base64") {
    parts.push_back(pdf_part(title, data_url(*source, inner, findings)));
    return;
  }
  add_text(parts, title);
  if (type == "text") return add_text(parts, findings.required_text(*source, inner, "data"));
  if (type == "content") return add_contents(parts, *source, inner, findings);
  refuse_source(type, path, findings);
}

void add_search_result(json::array& parts, const json::object& block, std::string_view path,
                       Findings& findings) {
  findings.check(block, path, kSearchResult);
  refuse_citations(block, path, findings);
  add_text(parts, findings.text(block, path, "title"));
  add_text(parts, findings.text(block, path, "source"));
  add_contents(parts, block, path, findings);
}

}  // namespace

bool add_part(json::array& parts, const json::object& block, std::string_view type,
              std::string_view path, Findings& findings) {
  if (type == "text") {
    findings.check(block, path, kText);
    add_text(parts, findings.required_text(block, path, "text"));
  } else if (type == "image") {
    add_image(parts, block, path, findings);
  } else if (type == "document") {
    add_document(parts, block, path, findings);
  } else if (type == "search_result") {
    add_search_result(parts, block, path, findings);
  } else if (type == "tool_reference") {
    // All tools are loaded: their definitions are in the request.
    findings.check(block, path, kToolReference);
    add_text(parts, std::string("Tool: ").append(findings.required_text(block, path, "tool_name")));
  } else {
    return false;
  }
  return true;
}

void add_text(json::array& parts, std::string_view text) {
  if (!text.empty()) parts.push_back(json::object{{"type", "text"}, {"text", text}});
}

ToolResult read_tool_result(const json::object& block, std::string_view path, Findings& findings) {
  findings.check(block, path, kToolResult);
  const auto id = findings.required_text(block, path, "tool_use_id");
  json::array parts;
  add_contents(parts, block, path, findings);
  auto result = tool_result_of(std::move(parts), id);
  if (findings.flag(block, path, "is_error")) {
    result.text.insert(0, result.text.empty() ? "Error" : "Error: ");
  }
  return result;
}

ToolResult tool_result_of(json::array parts, std::string_view id) {
  ToolResult result{.text = text_among(parts), .others = {}};
  for (auto& part : parts) {
    if (!is_text(part)) result.others.push_back(std::move(part));
  }
  if (!result.others.empty()) {
    join(result.text, "[Attachments of this result are in the next user message.]");
    result.others.insert(
        result.others.begin(),
        json::object{
            {"type", "text"},
            {"text",
             std::string("[Attachments of the result of tool call ").append(id).append("]")}});
  }
  return result;
}

json::object pdf_part(std::string_view title, std::string_view data) {
  if (title.empty()) title = "document.pdf";
  return {{"type", "file"}, {"file", json::object{{"filename", title}, {"file_data", data}}}};
}

json::object image_part(std::string_view url) {
  return {{"type", "image_url"}, {"image_url", json::object{{"url", url}}}};
}

void join(std::string& text, std::string_view more) {
  if (!text.empty() && !more.empty()) text += "\n\n";
  text += more;
}

void join_texts(std::string& text, const json::value& content, std::string_view path,
                Findings& findings) {
  if (const auto* whole = content.if_string()) return join(text, *whole);
  const auto* blocks = content.if_array();
  if (blocks == nullptr) return findings.expect(path, "a string or an array");
  const auto inner = path_of(path, "[].");
  for (const auto& value : *blocks) {
    const auto* block = value.if_object();
    const auto type = block == nullptr ? std::string_view() : text_of(*block, "type");
    if (type != "text") {
      findings.refuse_value(inner + "type", type);
      continue;
    }
    findings.check(*block, inner, kText);
    const auto piece = findings.required_text(*block, inner, "text");
    if (piece.starts_with(kBillingHeader)) {
      findings.drop(std::string(path).append("[").append(kBillingHeader).append("]"));
    } else {
      join(text, piece);
    }
  }
}

void add_user_turn(json::array& messages, json::array results, json::array parts) {
  const bool speaks = !parts.empty() || results.empty();
  for (auto& result : results) messages.push_back(std::move(result));
  if (!speaks) return;
  messages.push_back(json::object{{"role", "user"}, {"content", content_of(std::move(parts))}});
}

json::value content_of(json::array parts) {
  if (!std::ranges::all_of(parts, is_text)) return parts;
  return json::value(text_among(parts));
}

}  // namespace weir::translation::detail
