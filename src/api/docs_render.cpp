#include "api/docs_render.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "api/docs_values.hpp"
#include "api/page_layout.hpp"
#include "codec/html.hpp"
#include "config/document.hpp"

namespace weir::api {
namespace {

using codec::html_text;
using config::find_item;
using config::Node;

struct Group {
  std::string_view prefix;  ///< of its paths; the first group that matches has a path
  std::string_view title;
  std::string_view id;
};

constexpr std::array kGroups{
    Group{"/v1/models", "Models", "models"},
    Group{"/v1beta/", "Google's API", "google"},
    Group{"/api/", "Ollama's API", "ollama"},
    Group{"/v1/", "Calls and usage", "calls"},
    Group{"/", "Pages", "pages"},
};

const Group& group_of(std::string_view path) {
  return *std::ranges::find_if(kGroups,
                               [&](const Group& group) { return path.starts_with(group.prefix); });
}

// Paths are below the first server, unless they have one of their own.
std::vector<Operation> operations_of(const Node& root) {
  constexpr std::array<std::string_view, 3> kMethods{"get", "post", "delete"};
  std::vector<Operation> operations;
  const auto* paths = find_item(root, "paths");
  if (paths == nullptr) return operations;
  const auto* servers = find_item(root, "servers");
  const auto base = servers == nullptr || servers->items.empty()
                        ? std::string_view{}
                        : text_of(servers->items.front(), "url");
  for (const auto& path : paths->items) {
    const bool has_own = find_item(path, "servers") != nullptr;
    for (const auto method : kMethods) {
      const auto* node = find_item(path, method);
      if (node == nullptr) continue;
      operations.push_back({fmt::format("{}{}", has_own ? "" : base, path.key), method, node});
    }
  }
  return operations;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find("\n\n"), text.size());
    out += fmt::format("<p>{}</p>\n", html_with_code(text.substr(0, end)));
    text.remove_prefix(std::min(text.find_first_not_of('\n', end), text.size()));
  }
  return out;
}

std::string block(std::string_view text) {
  return fmt::format("<pre tabindex=\"0\"><code>{}</code></pre>\n", html_text(text));
}

std::string upper(std::string_view method) {
  std::string out(method);
  for (char& c : out) c = static_cast<char>(c - 'a' + 'A');
  return out;
}

void add_row(std::string& out, std::string_view name, bool is_required, std::string_view type,
             std::string_view description) {
  out += fmt::format("<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>\n", html_text(name),
                     is_required ? " <span class=\"dim\">required</span>" : "", type,
                     html_with_code(description));
}

constexpr std::string_view kRowsHead =
    "<table>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Type</th>"
    "<th scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n";
constexpr std::string_view kRowsEnd = "</tbody>\n</table>\n";

std::string parameters_html(const Node& root, const Node& parameters) {
  std::string out = "<h4>Parameters</h4>\n";
  out += kRowsHead;
  for (const auto& item : parameters.items) {
    const auto& parameter = resolve(root, item);
    const auto* schema = find_item(parameter, "schema");
    auto type = schema == nullptr ? std::string() : type_html(*schema);
    type += fmt::format(" <span class=\"dim\">in {}</span>", html_text(text_of(parameter, "in")));
    add_row(out, text_of(parameter, "name"), text_of(parameter, "required") == "true", type,
            text_of(parameter, "description"));
  }
  return out + std::string(kRowsEnd);
}

bool is_required(const Node& schema, std::string_view name) {
  const auto* required = find_item(schema, "required");
  return required != nullptr &&
         std::ranges::find(required->items, name, &Node::text) != required->items.end();
}

// The members of an object, with those of its members that have no name of their own.
void add_members(std::string& out, const Node& schema, std::string_view prefix) {
  const auto* members = find_item(schema, "properties");
  if (members == nullptr) return;
  for (const auto& member : members->items) {
    const auto name = fmt::format("{}{}", prefix, member.key);
    add_row(out, name, is_required(schema, member.key), type_html(member),
            text_of(member, "description"));
    add_members(out, member, name + ".");
    if (const auto* items = find_item(member, "items")) add_members(out, *items, name + "[].");
  }
}

std::string schema_html(const Node& schema) {
  auto out = paragraphs(text_of(schema, "description"));
  std::string rows;
  add_members(rows, schema, "");
  if (const auto* parts = find_item(schema, "allOf")) {
    for (const auto& part : parts->items) add_members(rows, part, "");
  }
  const bool is_object =
      text_of(schema, "type") == "object" && find_item(schema, "allOf") == nullptr;
  if (!is_object) out += fmt::format("<p>{}</p>\n", type_html(schema));
  if (!rows.empty()) out += fmt::format("{}{}{}", kRowsHead, rows, kRowsEnd);
  return out;
}

std::string content_html(const Node& content) {
  std::string out;
  for (const auto& type : content.items) {
    if (!out.empty()) out += "; ";
    out += fmt::format("<code>{}</code>", html_text(type.key));
    const auto* schema = find_item(type, "schema");
    const auto text = schema == nullptr ? std::string() : type_html(*schema);
    if (!text.empty()) out += ": " + text;
  }
  return out;
}

std::string body_html(const Node& body) {
  const auto* content = find_item(body, "content");
  if (content == nullptr) return {};
  return fmt::format("<h4>Body</h4>\n<p>{}</p>\n", content_html(*content));
}

std::string answers_html(const Node& root, const Node& answers) {
  std::string out =
      "<h4>Answers</h4>\n<table>\n<thead><tr><th scope=\"col\">Status</th>"
      "<th scope=\"col\">Meaning</th><th scope=\"col\">Body</th></tr></thead>\n<tbody>\n";
  for (const auto& item : answers.items) {
    const auto& answer = resolve(root, item);
    const auto* content = find_item(answer, "content");
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", html_text(item.key),
                       html_with_code(text_of(answer, "description")),
                       content == nullptr ? std::string() : content_html(*content));
  }
  return out + std::string(kRowsEnd);
}

std::string operation_html(const Node& root, const Operation& operation) {
  const auto& node = *operation.node;
  auto out = fmt::format("<h3 id=\"{}\"><span class=\"verb\">{}</span> <code>{}</code></h3>\n",
                         html_text(text_of(node, "operationId")), upper(operation.method),
                         html_text(operation.path));
  out += fmt::format("<p><strong>{}</strong></p>\n", html_with_code(text_of(node, "summary")));
  out += paragraphs(text_of(node, "description"));
  out += block(curl_command(root, operation));
  if (const auto* parameters = find_item(node, "parameters")) {
    out += parameters_html(root, *parameters);
  }
  if (const auto* body = find_item(node, "requestBody")) out += body_html(*body);
  if (const auto* answers = find_item(node, "responses")) out += answers_html(root, *answers);
  return out;
}

std::string contents_html(const std::vector<Operation>& operations) {
  std::string out = "<nav aria-label=\"Contents\">\n";
  for (const auto& group : kGroups) {
    out += fmt::format("<p><a href=\"#{}\">{}</a></p>\n<ul>\n", group.id, group.title);
    for (const auto& operation : operations) {
      if (&group_of(operation.path) != &group) continue;
      out += fmt::format("<li><a href=\"#{}\">{} {}</a></li>\n",
                         html_text(text_of(*operation.node, "operationId")),
                         upper(operation.method), html_text(operation.path));
    }
    out += "</ul>\n";
  }
  return out + "<p><a href=\"#schemas\">Schemas</a></p>\n</nav>\n";
}

std::string schemas_html(const Node& root) {
  std::string out = "<h2 id=\"schemas\">Schemas</h2>\n";
  const auto* components = find_item(root, "components");
  const auto* schemas = components == nullptr ? nullptr : find_item(*components, "schemas");
  if (schemas == nullptr) return out;
  for (const auto& schema : schemas->items) {
    out += fmt::format("<h3 id=\"{0}\">{0}</h3>\n{1}", html_text(schema.key), schema_html(schema));
  }
  return out;
}

std::string body_of(const Node& root) {
  const auto operations = operations_of(root);
  const auto* info = find_item(root, "info");
  std::string out = "<main>\n<h1>API reference</h1>\n";
  if (info != nullptr) out += paragraphs(text_of(*info, "description"));
  out +=
      "<p>The examples use the address of this server and your key:</p>\n"
      "<pre tabindex=\"0\"><code>export WEIR_URL=http://127.0.0.1:8080 WEIR_KEY=sk-weir_...</code>"
      "</pre>\n<p>This page is made from <a href=\"/openapi.yaml\">/openapi.yaml</a>.</p>\n";
  out += contents_html(operations);
  for (const auto& group : kGroups) {
    out += fmt::format("<h2 id=\"{}\">{}</h2>\n", group.id, group.title);
    for (const auto& operation : operations) {
      if (&group_of(operation.path) == &group) out += operation_html(root, operation);
    }
  }
  return out + schemas_html(root) + "</main>\n";
}

}  // namespace

std::string render_docs(std::string_view openapi) {
  const auto root = config::parse_document(openapi);
  const auto body = root ? body_of(*root)
                         : std::string(
                               "<main><h1>API reference</h1>\n<p>See <a "
                               "href=\"/openapi.yaml\">/openapi.yaml</a>.</p></main>\n");
  return render_html({.language = "en", .title = "API reference of Weir", .body = body});
}

}  // namespace weir::api
