#include "discovery/base_url.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace weir::discovery {
namespace {

constexpr std::string_view kExample = "expected a URL such as http://host:8000 or https://host/v1";

std::unexpected<Error> wrong(std::string_view what) {
  return fail(Errc::config_invalid, fmt::format("{}; {}", what, kExample));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool strip_prefix_ignoring_case(std::string_view& text, std::string_view prefix) {
  const bool same =
      text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
  if (same) text.remove_prefix(prefix.size());
  return same;
}

using Segments = std::vector<std::string_view>;

Segments split(std::string_view path) {
  Segments segments;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (const auto segment = path.substr(0, slash); !segment.empty()) segments.push_back(segment);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return segments;
}

std::string join(const Segments& segments) {
  return segments.empty() ? std::string() : fmt::format("/{}", fmt::join(segments, "/"));
}

// Appends `tail`, without the segments that `base` already ends with.
Segments merged(Segments base, const Segments& tail) {
  auto shared = std::min(base.size(), tail.size());
  while (shared > 0 &&
         !std::ranges::equal(std::span(base).last(shared), std::span(tail).first(shared))) {
    --shared;
  }
  base.insert(base.end(), tail.begin() + static_cast<std::ptrdiff_t>(shared), tail.end());
  return base;
}

// Drops a final endpoint: a URL copied with it means the API above.
void drop_endpoint(Segments& segments) {
  static const Segments kEndpoints[] = {{"models"},     {"chat", "completions"}, {"completions"},
                                        {"embeddings"}, {"responses"},           {"messages"},
                                        {"rerank"}};
  for (const auto& endpoint : kEndpoints) {
    if (segments.size() >= endpoint.size() &&
        std::ranges::equal(std::span(segments).last(endpoint.size()), endpoint)) {
      segments.resize(segments.size() - endpoint.size());
      return;
    }
  }
}

// The base path without a final endpoint.
Segments api_segments(const BaseUrl& base) {
  auto segments = split(base.path);
  drop_endpoint(segments);
  return segments;
}

bool has_catalog(const Segments& segments) {
  return !segments.empty() && segments.back() == "inference";
}

// `…/inference` and `…/orgs/{org}/inference` have their list beside them.
void move_to_catalog(Segments& segments) {
  segments.pop_back();
  const auto count = segments.size();
  if (count >= 2 && segments[count - 2] == "orgs") segments.resize(count - 2);
  segments.push_back("catalog");
}

bool is_host_character(char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; }
bool is_path_character(char c) { return c > 0x20 && c < 0x7F && c != '?' && c != '#' && c != '\\'; }

// True for a host that a resolver may interpret as an IPv4 address in an unusual notation: 127.1,
// 0x7f.1, 2130706433. Resolvers differ in what such a name means.
bool is_odd_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto last = host.substr(host.rfind('.') + 1);
  const bool digits = !last.empty() && std::ranges::all_of(last, is_digit);
  if (!digits && !last.starts_with("0x") && !last.starts_with("0X")) return false;
  in_addr address{};
  return ::inet_pton(AF_INET, std::string(host).c_str(), &address) != 1;
}

bool is_v6(std::string_view host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return wrong("the port is not a number from 1 to 65535");
  }
  return port;
}

// Parses host, host:port, [v6], [v6]:port.
Result<> parse_authority(std::string_view text, BaseUrl& url) {
  if (text.find('@') != std::string_view::npos) {
    return wrong("it contains a user name or password; use api_key for credentials");
  }
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos)
    return wrong("the IPv6 address has no closing ]");
  const auto host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  auto rest = host_end == std::string_view::npos ? std::string_view{} : text.substr(host_end);
  if (bracketed) rest.remove_prefix(1);

  const bool good = std::ranges::all_of(host, [&](char c) {
    return bracketed ? std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.'
                     : is_host_character(c);
  });
  if (host.empty() || !good) return wrong("the host is missing or contains an invalid character");
  if (bracketed && !is_v6(host)) return wrong("the text in brackets is not an IPv6 address");
  if (!bracketed && is_odd_number(host)) {
    return wrong("the host is a number, but not an IPv4 address in dotted-decimal form");
  }
  url.host.resize(host.size());
  std::ranges::transform(host, url.host.begin(), lower);

  url.port = url.tls ? 443 : 80;
  if (rest.empty()) return {};
  if (!rest.starts_with(':')) return wrong("the host is followed by something other than a port");
  auto port = parse_port(rest.substr(1));
  if (!port) return std::unexpected(port.error());
  url.port = *port;
  return {};
}

}  // namespace

bool is_version(std::string_view segment) {
  return segment.size() >= 2 && lower(segment[0]) == 'v' && is_digit(segment[1]) &&
         std::ranges::all_of(
             segment, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

std::string BaseUrl::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  auto text = v6 ? fmt::format("[{}]", host) : host;
  if (port != (tls ? 443 : 80)) text += fmt::format(":{}", port);
  return text;
}

Result<BaseUrl> parse_base_url(std::string_view text) {
  BaseUrl url;
  url.tls = strip_prefix_ignoring_case(text, "https://");
  if (!url.tls && !strip_prefix_ignoring_case(text, "http://")) {
    return wrong("it does not start with http:// or https://");
  }
  const auto slash = text.find_first_of("/?#");
  if (auto ok = parse_authority(text.substr(0, slash), url); !ok)
    return std::unexpected(ok.error());
  const auto path = slash == std::string_view::npos ? std::string_view{} : text.substr(slash);
  if (!std::ranges::all_of(path, is_path_character)) {
    return wrong("the path contains a space, a query, a fragment or an invalid character");
  }
  url.path = join(split(path));
  return url;
}

std::vector<ApiRoot> api_roots(const BaseUrl& base, const Kind& kind) {
  const auto segments = api_segments(base);
  if (kind.api_prefix.empty() || std::ranges::any_of(segments, is_version)) {
    return {ApiRoot::versioned};
  }
  std::vector<ApiRoot> roots{ApiRoot::versioned, ApiRoot::as_given};
  if (has_catalog(segments)) roots.push_back(ApiRoot::catalog);
  return roots;
}

std::string request_target(const BaseUrl& base, const Kind& kind, ApiRoot root, const Ask& ask) {
  auto segments = api_segments(base);
  const auto version = std::ranges::find_if(segments, is_version);
  const bool versioned = version != segments.end();

  if (ask.root == Root::server) segments.erase(version, segments.end());
  if (ask.root == Root::api && !versioned) {
    if (root == ApiRoot::versioned) segments = merged(std::move(segments), split(kind.api_prefix));
    if (root == ApiRoot::catalog && has_catalog(segments)) move_to_catalog(segments);
  }
  const std::string_view whole = ask.path;
  const auto path = split(whole.substr(0, whole.find('?')));
  const auto query = whole.substr(std::min(whole.find('?'), whole.size()));
  if (ask.root == Root::server) {
    segments = merged(std::move(segments), path);
  } else {
    segments.insert(segments.end(), path.begin(), path.end());
  }
  return join(segments) + std::string(query);
}

}  // namespace weir::discovery
