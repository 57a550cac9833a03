#include "redis/url.hpp"

#include <charconv>

namespace weir::redis {
namespace {

template <class T>
bool parse_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_host(std::string_view text, Url& url) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return false;
    url.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    url.host = text.substr(0, text.find(':'));
    text.remove_prefix(url.host.size());
  }
  if (url.host.empty()) return false;
  if (text.empty()) return true;
  return text.front() == ':' && parse_number(text.substr(1), url.port) && url.port != 0;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (text.starts_with("rediss://")) {
    url.tls = true;
    text.remove_prefix(9);
  } else if (text.starts_with("redis://")) {
    text.remove_prefix(8);
  } else {
    return std::nullopt;
  }
  // A password may contain any of the marks that follow it.
  if (const auto at = text.rfind('@'); at != text.npos) {
    const auto login = text.substr(0, at);
    const auto colon = login.find(':');
    if (colon == login.npos) return std::nullopt;
    url.user = login.substr(0, colon);
    url.password = Secret(std::string(login.substr(colon + 1)));
    text.remove_prefix(at + 1);
  }
  if (const auto slash = text.find('/'); slash != text.npos) {
    const auto database = text.substr(slash + 1);
    if (!database.empty() && (!parse_number(database, url.database) || url.database < 0)) {
      return std::nullopt;
    }
    text = text.substr(0, slash);
  }
  if (!parse_host(text, url)) return std::nullopt;
  return url;
}

}  // namespace weir::redis
