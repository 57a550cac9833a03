#include "config/schema.hpp"

#include <map>

#include <fmt/format.h>

#include "config/text_check.hpp"

namespace weir::config::detail {
namespace {

const Target* find(const std::vector<Target>& targets, std::string_view name) {
  for (const Target& target : targets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

void complain_unknown(Reader& reader, const Node& item, const std::vector<Target>& targets) {
  std::vector<std::string_view> names;
  names.reserve(targets.size());
  for (const Target& target : targets) names.push_back(target.name);
  reader.complain(item.key_at, "unknown setting", {}, nearest(item.key, names));
}

void require_all(Reader& reader, const Node& section, const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    if (!target.required || find_item(section, target.name) != nullptr) continue;
    const Reader::Step step(reader, target.name);
    reader.complain(section.at, "is missing", std::string(target.expected));
  }
}

}  // namespace

void read_section(Reader& reader, const Node& node, const std::vector<Target>& targets) {
  if (node.kind != Node::Kind::map && node.kind != Node::Kind::nothing) {
    return reader.reject(node, "a mapping of settings");
  }
  std::map<std::string_view, int> first_line;
  for (const Node& item : node.items) {
    // The key as written; an invalid name may contain anything, line breaks included.
    const Reader::Step step(reader, is_name(item.key) ? item.key : in_quotes(item.key));
    const auto [first, is_new] = first_line.emplace(item.key, item.key_at.line);
    const Target* target = find(targets, item.key);
    if (target == nullptr) {
      complain_unknown(reader, item, targets);
    } else if (!is_new) {
      reader.complain(item.key_at, fmt::format("is set twice; first on line {}", first->second));
    } else {
      target->read(item);
    }
  }
  require_all(reader, node, targets);
}

void require_unique(Reader& reader, const Node& list, std::string_view setting,
                    const std::vector<std::string>& names) {
  std::map<std::string_view, int> first_line;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Node* name = find_item(list.items[i], setting);
    if (name == nullptr || names[i].empty()) continue;
    const auto [first, is_new] = first_line.emplace(names[i], name->at.line);
    if (is_new) continue;
    const Reader::Step item(reader, i);
    const Reader::Step step(reader, setting);
    reader.reject_for(*name, fmt::format("is already used on line {}", first->second),
                      "a unique value");
  }
}

void complain(Reader& reader, const Node& section, const Complaint& complaint) {
  const Node* item = find_item(section, complaint.setting);
  const Reader::Step step(reader, complaint.setting);
  reader.complain(item != nullptr ? item->at : section.at, complaint.what, complaint.expected);
}

std::string join_name(std::string_view outer, std::string_view inner) {
  return outer.empty() ? std::string(inner) : fmt::format("{}.{}", outer, inner);
}

}  // namespace weir::config::detail
