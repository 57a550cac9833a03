#include "catalogue/scope.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>

#include "codec/glob.hpp"

namespace weir::catalogue {
namespace {

constexpr std::string_view kEverything = "*";

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

std::vector<std::string> canonical(std::vector<std::string> globs) {
  if (std::ranges::find(globs, kEverything) != globs.end()) return {std::string(kEverything)};
  std::ranges::sort(globs);
  const auto repeated = std::ranges::unique(globs);
  globs.erase(repeated.begin(), repeated.end());
  return globs;
}

std::string canonical_text_of(const std::vector<std::string>& globs, SubTypes sub_types) {
  auto text = fmt::format("{}\n/", fmt::join(globs, "\n"));
  sub_types.for_each([&](SubType sub_type) {
    if (text.back() != '/') text += ',';
    text += wire_name(sub_type);
  });
  return text;
}

ScopeId digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes.data());
  ScopeId id;
  std::memcpy(id.data(), bytes.data(), sizeof(id));
  return id;
}

}  // namespace

Scope::Scope() : Scope({std::string(kEverything)}, {}) {}

Scope::Scope(std::vector<std::string> globs, SubTypes sub_types)
    : globs_(canonical(std::move(globs))),
      sub_types_(sub_types),
      canonical_text_(canonical_text_of(globs_, sub_types)),
      id_(digest(canonical_text_)) {}

Result<Scope> Scope::parse(std::span<const std::string> globs,
                           std::span<const std::string> sub_types) {
  for (const auto& glob : globs) {
    if (glob.empty()) return fail(Errc::invalid_parameter, "a model pattern is empty");
    if (has_control_character(glob)) {
      return fail(Errc::invalid_parameter, "a model pattern contains a control character");
    }
  }
  SubTypes set;
  for (const auto& name : sub_types) {
    const auto sub_type = parse_sub_type(name);
    if (!sub_type)
      return fail(Errc::invalid_parameter, fmt::format("unknown sub type \"{}\"", name));
    set.insert(*sub_type);
  }
  return Scope({globs.begin(), globs.end()}, set);
}

bool Scope::admits(const Model& model) const {
  if (!sub_types_.empty() && !sub_types_.intersects(model.model_class.sub_types)) return false;
  return admits_id(model.id);
}

bool Scope::admits_id(std::string_view id) const {
  return std::ranges::any_of(globs_,
                             [id](const auto& glob) { return codec::glob_matches(glob, id); });
}

}  // namespace weir::catalogue
