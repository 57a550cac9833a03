#include "discovery/redirect.hpp"

#include <algorithm>

namespace weir::discovery {
namespace {

constexpr std::size_t kMaxShownBytes = 200;

struct Target {
  std::string_view path;
  std::string_view query;  // with its `?`; empty if there is none
};

Target split_query(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto mark = std::min(text.find('?'), text.size());
  return {text.substr(0, mark), text.substr(mark)};
}

std::string_view without_slash(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Reduces a reference to this origin to its path; false if it names another origin.
bool strip_origin(const BaseUrl& base, std::string& location) {
  if (location.starts_with("//")) location.insert(0, base.tls ? "https:" : "http:");
  const auto scheme = location.find("://");
  const bool is_absolute =
      scheme != std::string::npos && location.find_first_of("/?#") == scheme + 1;
  if (!is_absolute) return true;
  const auto path = std::min(location.find_first_of("/?#", scheme + 3), location.size());
  const auto origin = parse_base_url(std::string_view(location).substr(0, path));
  if (!origin || origin->tls != base.tls || origin->host != base.host ||
      origin->port != base.port) {
    return false;
  }
  location.erase(0, path);
  return true;
}

// RFC 3986 §5.2.3; dot segments are kept, and make it another path.
void resolve(std::string_view asked_path, std::string& location) {
  if (location.starts_with('/')) return;
  location.insert(0, asked_path.substr(0, asked_path.rfind('/') + 1));
}

bool may_be_followed(const Ask& ask, int status) {
  const bool keeps_method = status == 307 || status == 308;
  return keeps_method || (ask.body.empty() && (status == 301 || status == 302));
}

}  // namespace

std::optional<std::string> redirect_target(const BaseUrl& base, const Ask& ask,
                                           const Answer& answer) {
  if (answer.location.empty() || !may_be_followed(ask, answer.status)) return std::nullopt;
  const auto asked = split_query(ask.target);
  std::string location = answer.location;
  if (!strip_origin(base, location)) return std::nullopt;
  resolve(asked.path, location);
  const auto wanted = split_query(location);
  const bool is_same = without_slash(wanted.path) == without_slash(asked.path);
  const bool differs = wanted.path != asked.path && wanted.path.size() > 1;
  const bool keeps_query = wanted.query.empty() || wanted.query == asked.query;
  if (!is_same || !differs || !keeps_query) return std::nullopt;
  return std::string(wanted.path).append(asked.query);
}

std::string_view shown_location(std::string_view location) {
  const auto shown = split_query(location).path;
  const bool is_plain = std::ranges::all_of(shown, [](char c) { return c > 0x20 && c < 0x7F; });
  return is_plain && !shown.contains('@') && shown.size() <= kMaxShownBytes ? shown
                                                                            : std::string_view{};
}

}  // namespace weir::discovery
