#include "api/docs_values.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "codec/html.hpp"
#include "codec/json_text.hpp"
#include "codec/shell_word.hpp"

namespace weir::api {
namespace {

using config::find_item;
using config::Node;

constexpr int kLongestChain = 8;  // of references

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  const auto points = std::ranges::count(text, '.');
  const auto size = static_cast<std::ptrdiff_t>(text.size());
  return digits > 0 && points <= 1 && digits + points == size && !text.starts_with('.') &&
         !text.ends_with('.') && !(text.size() > 1 && text[0] == '0' && text[1] != '.');
}

void append_json(std::string& out, const Node& node) {
  using enum Node::Kind;
  const auto append_items = [&](char open, char close, bool has_keys) {
    out += open;
    for (const auto& item : node.items) {
      if (&item != node.items.data()) out += ", ";
      if (has_keys) {
        codec::append_json_string(out, item.key);
        out += ": ";
      }
      append_json(out, item);
    }
    out += close;
  };
  switch (node.kind) {
    case nothing:
      out += "null";
      return;
    case map:
      return append_items('{', '}', true);
    case list:
      return append_items('[', ']', false);
    case text:
      break;
  }
  const bool is_literal = node.text == "true" || node.text == "false" || node.text == "null";
  if (is_literal || is_number(node.text)) {
    out += node.text;
  } else {
    codec::append_json_string(out, node.text);
  }
}

std::string alternatives(const Node& schemas) {
  std::string out;
  for (const auto& schema : schemas.items) {
    const auto type = type_html(schema);
    if (type.empty() || out.contains(type)) continue;
    if (!out.empty()) out += " or ";
    out += type;
  }
  return out;
}

std::string values_html(const Node& values) {
  std::string out;
  for (const auto& value : values.items) {
    if (!out.empty()) out += ", ";
    out += fmt::format("<code>{}</code>", codec::html_text(value.text));
  }
  return out;
}

// The path with the examples of its parameters; a parameter without one keeps its braces.
std::string path_with_examples(const Node& root, const Operation& operation) {
  auto path = operation.path;
  const auto* parameters = find_item(*operation.node, "parameters");
  if (parameters == nullptr) return path;
  for (const auto& item : parameters->items) {
    const auto& parameter = resolve(root, item);
    const auto example = text_of(parameter, "example");
    if (text_of(parameter, "in") != "path" || example.empty()) continue;
    const auto place = fmt::format("{{{}}}", text_of(parameter, "name"));
    if (const auto at = path.find(place); at != path.npos) path.replace(at, place.size(), example);
  }
  return path;
}

std::string form_options(std::string_view path) {
  const auto* file = path.contains("/images/") ? "image=@picture.png" : "file=@speech.wav";
  return fmt::format(" \\\n  -F model=MODEL -F {}", file);
}

std::string body_options(const Operation& operation) {
  const auto* body = find_item(*operation.node, "requestBody");
  const auto* content = body == nullptr ? nullptr : find_item(*body, "content");
  if (content == nullptr || content->items.empty()) return {};
  const auto& first = content->items.front();
  if (first.key.starts_with("multipart/")) return form_options(operation.path);
  const auto* example = find_item(first, "example");
  if (example == nullptr) return {};
  return fmt::format(" \\\n  --json {}", codec::format_shell_word(example_json(*example)));
}

}  // namespace

std::string_view text_of(const Node& map, std::string_view key) {
  const auto* item = find_item(map, key);
  return item == nullptr ? std::string_view{} : std::string_view(item->text);
}

const Node& resolve(const Node& root, const Node& node) {
  const Node* at = &node;
  for (int i = 0; i < kLongestChain; ++i) {
    auto path = text_of(*at, "$ref");
    if (!path.starts_with("#/")) return *at;
    path.remove_prefix(2);
    const Node* found = &root;
    while (found != nullptr && !path.empty()) {
      const auto part = path.substr(0, path.find('/'));
      found = find_item(*found, part);
      path.remove_prefix(std::min(part.size() + 1, path.size()));
    }
    if (found == nullptr) return *at;
    at = found;
  }
  return *at;
}

std::string_view reference_name(const Node& node) {
  const auto path = text_of(node, "$ref");
  return path.substr(std::min(path.rfind('/') + 1, path.size()));
}

std::string type_html(const Node& schema) {
  if (const auto name = reference_name(schema); !name.empty()) {
    return fmt::format("<a href=\"#{0}\">{0}</a>", codec::html_text(name));
  }
  for (const auto* key : {"anyOf", "oneOf", "allOf"}) {
    if (const auto* schemas = find_item(schema, key)) return alternatives(*schemas);
  }
  if (const auto* values = find_item(schema, "enum")) return values_html(*values);
  const auto type = text_of(schema, "type");
  const auto* items = find_item(schema, "items");
  if (type == "array" && items != nullptr) return "array of " + type_html(*items);
  return codec::html_text(type);
}

std::string example_json(const Node& node) {
  std::string out;
  append_json(out, node);
  return out;
}

std::string curl_command(const Node& root, const Operation& operation) {
  std::string out = "curl";
  if (operation.method != "get" && operation.method != "post") {
    out += " -X DELETE";
  } else if (operation.method == "post" && find_item(*operation.node, "requestBody") == nullptr) {
    out += " -X POST";
  }
  out += fmt::format(" \"$WEIR_URL{}\"", path_with_examples(root, operation));
  const auto* security = find_item(*operation.node, "security");
  const bool is_open = security != nullptr && security->items.empty();
  if (!is_open) out += " -H \"Authorization: Bearer $WEIR_KEY\"";
  return out + body_options(operation);
}

}  // namespace weir::api
