#include "catalogue/spelling.hpp"

#include <algorithm>
#include <cstdint>

#include "base/ascii.hpp"

namespace weir::catalogue {
namespace {

bool drop_prefix(std::string_view& id, std::string_view prefix) {
  const bool found =
      id.size() > prefix.size() && equals_ignoring_case(id.substr(0, prefix.size()), prefix);
  if (found) id.remove_prefix(prefix.size());
  return found;
}

/// The part of an id that is significant for every server.
std::string_view without_defaults(std::string_view id) {
  constexpr std::string_view kTag = ":latest";
  drop_prefix(id, "models/");
  if (id.size() > kTag.size() && equals_ignoring_case(id.substr(id.size() - kTag.size()), kTag)) {
    id.remove_suffix(kTag.size());
  }
  return id;
}

/// The part that is significant for Ollama, apart from case.
std::string_view without_ollama_defaults(std::string_view id) {
  id = without_defaults(id);
  drop_prefix(id, "registry.ollama.ai/");
  drop_prefix(id, "library/");
  return id;
}

}  // namespace

bool means(std::string_view spelling, std::string_view id, Spelling reads) {
  if (reads == Spelling::exact) return without_defaults(spelling) == without_defaults(id);
  return std::ranges::equal(without_ollama_defaults(spelling), without_ollama_defaults(id), {},
                            lower, lower);
}

std::size_t SpellingHash::operator()(std::string_view id) const {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : without_ollama_defaults(id)) {
    hash = (hash ^ static_cast<unsigned char>(lower(c))) * 0x100000001b3;
  }
  return hash;
}

}  // namespace weir::catalogue
