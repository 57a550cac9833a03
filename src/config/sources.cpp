#include "config/sources.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/secret.hpp"
#include "files/read_file.hpp"

namespace weir::config {
namespace {

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kFirst = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  if (name.empty() || !kFirst.contains(name.front())) return false;
  for (char c : name) {
    if (!kFirst.contains(c) && (c < '0' || c > '9')) return false;
  }
  return true;
}

std::unexpected<ExpansionFault> fault(std::string what, std::string expected = {}) {
  return std::unexpected(ExpansionFault{std::move(what), std::move(expected)});
}

std::expected<std::string, ExpansionFault> expand_file(const std::string& path,
                                                       const Sources& sources, Audience audience) {
  auto file = sources.file(path);
  if (!file) return fault(fmt::format("the file {} cannot be read: {}", path, file.error()));
  if (audience == Audience::owner && file->refused_as_secret) {
    wipe(file->text);
    auto& refused = *file->refused_as_secret;
    return fault(fmt::format("the file {} {}", path, refused.what), std::move(refused.expected));
  }
  std::string& text = file->text;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return std::move(text);
}

/// `reference`: the text between the braces.
std::expected<std::string, ExpansionFault> expand_one(std::string_view reference,
                                                      const Sources& sources, Audience audience) {
  constexpr std::string_view kFile = "file:";
  constexpr std::size_t kMaxReference = 1024;
  if (reference.size() > kMaxReference) return fault("${…} is too long", "at most 1024 characters");
  if (reference.starts_with(kFile)) {
    return expand_file(std::string(reference.substr(kFile.size())), sources, audience);
  }
  if (!is_variable_name(reference)) {
    return fault(fmt::format("${{{}}} is not a valid reference", reference),
                 "${NAME} or ${file:path}, or $$ for a dollar sign");
  }
  const std::string name(reference);
  auto value = sources.environment(name);
  if (!value) return fault(fmt::format("the environment variable {} is not set", name));
  if (audience == Audience::owner && sources.became_secret) sources.became_secret(name);
  return std::move(*value);
}

}  // namespace

std::expected<ValueFile, std::string> read_value_file(const std::filesystem::path& directory,
                                                      const std::string& path, std::size_t most,
                                                      files::Purpose as) {
  // An absolute path on the right replaces the left.
  const auto whole = (directory / path).string();
  const auto file = files::read_file(whole, most);
  if (!file) return std::unexpected(file.error().what);
  return ValueFile{.text = std::string(file->text.reveal()),
                   .refused_as_secret = files::refusal(whole, file->facts, as)};
}

std::expected<std::string, ExpansionFault> expand(std::string_view text, const Sources& sources,
                                                  Audience audience) {
  // A shell-style variable, as other servers' files have it, would be used as the key itself.
  if (text.starts_with('$') && is_variable_name(text.substr(1))) {
    return fault("$NAME without braces is not expanded", "${NAME}, or $$ for a dollar sign");
  }
  std::string expanded;
  while (true) {
    const auto dollar = text.find('$');
    expanded += text.substr(0, dollar);
    if (dollar == std::string_view::npos) return expanded;
    text.remove_prefix(dollar);
    if (!text.starts_with("${")) {
      expanded += '$';
      text.remove_prefix(text.starts_with("$$") ? 2 : 1);
      continue;
    }
    const auto end = text.find('}');
    if (end == std::string_view::npos) return fault("${ has no closing brace", "a closing }");
    auto value = expand_one(text.substr(2, end - 2), sources, audience);
    if (!value) return value;
    expanded += *value;
    wipe(*value);
    text.remove_prefix(end + 1);
  }
}

std::string escape(std::string_view text) {
  std::string escaped;
  for (char c : text) escaped.append(c == '$' ? 2 : 1, c);
  return escaped;
}

}  // namespace weir::config
