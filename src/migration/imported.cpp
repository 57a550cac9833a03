#include "migration/imported.hpp"

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace weir::migration {
namespace {

using config::Node;

constexpr std::size_t kMaxName = 48;  // of 64, with room for a number

Node map() { return Node::of_kind(Node::Kind::map); }
Node list() { return Node::of_kind(Node::Kind::list); }

void add(Node& to, std::string key, Node value) {
  value.key = std::move(key);
  to.items.push_back(std::move(value));
}

void add_text(Node& to, std::string key, const std::string& text) {
  if (!text.empty()) add(to, std::move(key), Node::of_text(text));
}

void add_texts(Node& to, std::string key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  auto items = list();
  for (const auto& text : texts) items.items.push_back(Node::of_text(text));
  add(to, std::move(key), std::move(items));
}

void add_settings(Node& to, const Settings& settings) {
  for (const auto& [name, value] : settings) add_text(to, name, value);
}

Node section(const Settings& settings) {
  auto out = map();
  add_settings(out, settings);
  return out;
}

Node entry(const Upstream& upstream) {
  auto out = map();
  add_text(out, "name", upstream.name);
  add_text(out, "kind", upstream.kind);
  add_text(out, "url", upstream.url);
  add_text(out, "api_key", upstream.api_key);
  add_texts(out, "models", upstream.models);
  add_settings(out, upstream.more);
  return out;
}

Node entry(const Route& route) {
  auto out = map();
  add_text(out, "name", route.upstream);
  add_text(out, "model", route.model);
  add_settings(out, route.more);
  return out;
}

Node entry(const Model& model) {
  auto out = map();
  add_text(out, "id", model.id);
  add_texts(out, "aliases", model.aliases);
  if (!model.sub_type.empty()) add_texts(out, "sub_types", {model.sub_type});
  add_settings(out, model.more);
  auto routes = list();
  for (const auto& route : model.routes) routes.items.push_back(entry(route));
  if (!routes.items.empty()) add(out, "upstreams", std::move(routes));
  return out;
}

Node entry(const Key& key) {
  auto out = map();
  add_text(out, "name", key.name);
  add_text(out, "key", key.key);
  return out;
}

template <typename Entries>
void add_entries(Node& to, std::string key, const Entries& entries) {
  if (entries.empty()) return;
  auto items = list();
  for (const auto& one : entries) items.items.push_back(entry(one));
  add(to, std::move(key), std::move(items));
}

bool is_name_byte(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

}  // namespace

std::string config_text(const Imported& imported, std::string_view source) {
  auto root = map();
  if (!imported.server.empty()) add(root, "server", section(imported.server));
  if (!imported.calls.empty()) add(root, "calls", section(imported.calls));
  add_entries(root, "upstreams", imported.upstreams);
  add_entries(root, "models", imported.models);
  add_entries(root, "keys", imported.keys);
  return fmt::format("# Settings of Weir, made of {} by `weir import`.\n{}", source,
                     root.items.empty() ? std::string() : config::format_document(root));
}

std::string upstream_name(std::string_view text, const std::vector<Upstream>& others) {
  std::string base;
  for (const char c : text.substr(0, kMaxName)) base += is_name_byte(c) ? c : '-';
  if (base.empty()) base = "upstream";
  auto name = base;
  for (int number = 2; has(others, name, &Upstream::name); ++number) {
    name = fmt::format("{}-{}", base, number);
  }
  return name;
}

}  // namespace weir::migration
