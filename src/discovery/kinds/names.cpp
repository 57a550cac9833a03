#include "discovery/kinds/names.hpp"

#include <algorithm>
#include <cctype>

#include "base/ascii.hpp"

namespace weir::discovery::kinds {
namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, is_name_character);
}

bool is_hash(std::string_view text) {
  return text.size() >= 32 && std::ranges::all_of(text, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

// Parses "models--org--name", the folder in a hub's cache.
std::string from_cache_folder(std::string_view path) {
  constexpr std::string_view kMark = "models--";
  const auto start = path.find(kMark);
  if (start == std::string_view::npos) return {};
  auto folder = path.substr(start + kMark.size());
  folder = folder.substr(0, folder.find_first_of("/\\"));
  const auto dashes = folder.find("--");
  if (dashes == std::string_view::npos) return {};
  return std::string(folder.substr(0, dashes)) + "/" + std::string(folder.substr(dashes + 2));
}

}  // namespace

bool is_hub_id(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  return is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

std::string base_name_of(std::string_view root) {
  if (is_hub_id(root)) return std::string(root);
  if (auto name = from_cache_folder(root); is_hub_id(name)) return name;
  while (!root.empty() && (root.back() == '/' || root.back() == '\\')) root.remove_suffix(1);
  const auto slash = root.find_last_of("/\\");
  auto name = slash == std::string_view::npos ? root : root.substr(slash + 1);
  if (name.ends_with(".gguf")) name.remove_suffix(5);
  return is_name(name) && !is_hash(name) ? std::string(name) : std::string();
}

bool mentions(std::string_view name, std::string_view token) {
  return !std::ranges::search(name, token, {}, lower).empty();
}

}  // namespace weir::discovery::kinds
