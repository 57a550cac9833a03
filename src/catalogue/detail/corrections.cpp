#include "catalogue/detail/corrections.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "codec/glob.hpp"

namespace weir::catalogue::detail {
namespace {

std::optional<ModelClass> class_in(const ModelSettings& settings) {
  if (settings.sub_types.empty() && !settings.type) return std::nullopt;
  SubTypes sub_types;
  for (SubType sub_type : settings.sub_types) sub_types.insert(sub_type);
  auto model_class = ModelClass::of(sub_types);
  if (settings.type) model_class.types.insert(*settings.type);
  return model_class;
}

}  // namespace

void Correction::fill_from(const ModelSettings& settings) {
  facts.fill_from(settings.facts);
  if (!model_class) model_class = class_in(settings);
}

Corrections::Corrections(std::span<const ModelSettings> settings) {
  for (const auto& entry : settings) {
    const auto id = trim(entry.id);
    if (codec::is_glob(id)) {
      globs_.push_back(&entry);
    } else if (exact_.emplace(id, &entry).second) {
      declared_.push_back(&entry);
    }
  }
  for (const ModelSettings* entry : declared_) {
    if (entry->hidden) continue;
    for (const auto& text : entry->aliases) {
      const auto alias = trim(text);
      if (!exact_.contains(alias)) aliases_.emplace(alias, entry);
    }
  }
}

std::vector<std::string_view> Corrections::aliases_of(std::string_view id) const {
  std::vector<std::string_view> aliases;
  const auto entry = exact_.find(id);
  if (entry == exact_.end()) return aliases;
  for (const auto& text : entry->second->aliases) {
    const auto alias = trim(text);
    const auto known = aliases_.find(alias);
    const bool is_new = std::ranges::find(aliases, alias) == aliases.end();
    if (is_new && known != aliases_.end() && known->second == entry->second) {
      aliases.push_back(alias);
    }
  }
  return aliases;
}

Correction Corrections::of(std::string_view id) const {
  Correction correction;
  const auto exact = exact_.find(id);
  if (exact != exact_.end()) {
    correction.hidden = exact->second->hidden;
    correction.fill_from(*exact->second);
  }
  for (const ModelSettings* glob : globs_) {
    if (!codec::glob_matches(trim(glob->id), id)) continue;
    if (exact == exact_.end()) correction.hidden = correction.hidden || glob->hidden;
    correction.fill_from(*glob);
  }
  return correction;
}

}  // namespace weir::catalogue::detail
