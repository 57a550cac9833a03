#include "migration/foreign_file.hpp"

#include <fmt/format.h>

namespace weir::migration {
namespace {

const config::Node kNothing;

// Whether `setting` is `part` or below it.
bool is_within(std::string_view setting, std::string_view part) {
  return setting.starts_with(part) &&
         (setting.size() == part.size() || setting[part.size()] == '.');
}

}  // namespace

const config::Node& ForeignFile::take(const config::Node& map, std::string_view key) {
  const auto* item = config::find_item(map, key);
  if (item == nullptr) return kNothing;
  used_.insert(item);
  return *item;
}

std::vector<Remark> ForeignFile::remarks() const {
  std::vector<Remark> out;
  walk(root_, {}, {}, out);
  return out;
}

void ForeignFile::walk(const config::Node& node, const std::string& path, const std::string& plain,
                       std::vector<Remark>& out) const {
  if (const auto note = notes_.find(&node); note != notes_.end()) {
    const int line = node.key_at.line != 0 ? node.key_at.line : node.at.line;
    out.push_back({line, path, note->second});
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const auto& item = node.items[i];
    if (node.kind == config::Node::Kind::list) {
      walk(item, fmt::format("{}[{}]", path, i), plain, out);
      continue;
    }
    const auto join = [&item](const std::string& above) {
      return above.empty() ? item.key : above + '.' + item.key;
    };
    if (used_.contains(&item) || notes_.contains(&item)) {
      walk(item, join(path), join(plain), out);
    } else {
      out.push_back({item.key_at.line, join(path), std::string(reason_for(join(plain)))});
    }
  }
}

std::string_view ForeignFile::reason_for(std::string_view plain) const {
  for (const auto& [setting, text] : reasons_) {
    if (is_within(plain, setting)) return text;
  }
  return "Weir has no such setting";
}

}  // namespace weir::migration
