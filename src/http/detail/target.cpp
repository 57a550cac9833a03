#include "http/detail/target.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "codec/hex.hpp"
#include "http/detail/bytes.hpp"

namespace weir::http::detail {
namespace {

constexpr std::size_t kMaxPortDigits = 5;

bool is_port(std::string_view text) {
  return text.size() <= kMaxPortDigits && std::ranges::all_of(text, is_digit);
}

bool is_ip_literal_byte(char c) { return codec::hex_digit(c) >= 0 || c == ':' || c == '.'; }

// Checks a path that has a percent sign, or a dot behind a slash, as a reader that decodes it would
// see it.
class Segments {
 public:
  bool add(char c) {
    if (c == '/') return end();
    dots_ += c == '.' ? 1 : 0;
    others_ = others_ || c != '.';
    return true;
  }
  // True if the segment is neither `.` nor `..`.
  bool end() {
    const bool harmless = others_ || dots_ == 0 || dots_ > 2;
    dots_ = 0;
    others_ = false;
    return harmless;
  }

 private:
  int dots_ = 0;
  bool others_ = false;
};

bool decodes_well(std::string_view path) {
  Segments segments;
  for (std::size_t at = 0; at < path.size(); ++at) {
    char c = path[at];
    if (c == '%') {
      const int high = path.size() - at > 2 ? codec::hex_digit(path[at + 1]) : -1;
      const int low = high >= 0 ? codec::hex_digit(path[at + 2]) : -1;
      if (low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      if (!is_value_byte(c) || c == '\t') return false;
      at += 2;
    }
    if (!segments.add(c)) return false;
  }
  return segments.end();
}

bool is_good_path(std::string_view path) {
  if (std::ranges::all_of(path, [](char c) { return is_in(kPlainPath, c); })) return true;
  bool look = false;
  char before = '\0';
  for (const char c : path) {
    if (!is_in(kPath, c)) return false;
    look = look || c == '%' || (c == '.' && before == '/');
    before = c;
  }
  return !look || decodes_well(path);
}

}  // namespace

bool is_valid_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == host.npos || end < 3) return false;
    if (!std::ranges::all_of(host.substr(1, end - 1), is_ip_literal_byte)) return false;
    const auto rest = host.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const auto colon = host.find(':');
  const auto name = host.substr(0, colon);
  if (name.empty()) return false;
  if (!std::ranges::all_of(name, [](char c) { return is_in(kRegName, c); })) return false;
  return colon == host.npos || is_port(host.substr(colon + 1));
}

std::optional<Target> split_target(std::string_view target, std::string_view host) {
  if (target.empty()) return std::nullopt;
  auto authority = host;
  if (target.front() != '/') {
    const auto scheme_end = target.find("://");
    if (scheme_end == target.npos) return std::nullopt;
    const auto scheme = target.substr(0, scheme_end);
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
      return std::nullopt;
    }
    target.remove_prefix(scheme_end + 3);
    authority = target.substr(0, target.find_first_of("/?"));
    if (host.empty() ? !is_valid_host(authority) : authority != host) return std::nullopt;
    target.remove_prefix(authority.size());
  }
  const auto question = target.find('?');
  Target found{.authority = authority, .path = target.substr(0, question), .query = {}};
  if (question != target.npos) found.query = target.substr(question + 1);
  if (!is_good_path(found.path)) return std::nullopt;
  if (!std::ranges::all_of(found.query, [](char c) { return is_in(kQuery, c); })) {
    return std::nullopt;
  }
  if (found.path.empty()) found.path = "/";
  return found;
}

bool is_authority_form(std::string_view target) {
  const auto colon = target.rfind(':');
  return colon != target.npos && colon + 1 < target.size() && target[colon + 1] != ']' &&
         is_valid_host(target);
}

}  // namespace weir::http::detail
