#include "catalogue/spelling.hpp"

#include <cstdint>

namespace weir::catalogue {

std::string_view without_default_parts(std::string_view id) {
  constexpr std::string_view kPrefix = "models/";
  constexpr std::string_view kTag = ":latest";
  if (id.size() > kPrefix.size() && equals_ignoring_case(id.substr(0, kPrefix.size()), kPrefix)) {
    id.remove_prefix(kPrefix.size());
  }
  if (id.size() > kTag.size() && equals_ignoring_case(id.substr(id.size() - kTag.size()), kTag)) {
    id.remove_suffix(kTag.size());
  }
  return id;
}

bool means(std::string_view spelling, std::string_view id, bool ignores_case) {
  return ignores_case ? SameSpelling()(spelling, id)
                      : without_default_parts(spelling) == without_default_parts(id);
}

std::size_t SpellingHash::operator()(std::string_view id) const {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : without_default_parts(id)) {
    hash = (hash ^ static_cast<unsigned char>(lower(c))) * 0x100000001b3;
  }
  return hash;
}

}  // namespace weir::catalogue
