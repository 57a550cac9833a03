/// Fields of an HTTP/1.1 head, as far as the programs here need them.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace weir::bench {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

constexpr bool same_word(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, lower, lower);
}

/// The value of the first field called `name`, in any case. `head` may end with its blank line.
constexpr std::optional<std::string_view> field(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const auto line = head.substr(at, head.find('\r', at) - at);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!same_word(line.substr(0, name.size()), name)) continue;
    const auto value = line.substr(name.size() + 1);
    const auto begin = value.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view{} : value.substr(begin);
  }
  return {};
}

}  // namespace weir::bench
