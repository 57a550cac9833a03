#include "admin/own_names.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "base/ascii.hpp"

namespace weir::admin {
namespace {

// Removes the dot of the root, which is ignored in comparisons.
std::string_view without_root(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// Keeps brackets, which distinguish an address from a name.
std::string_view without_port(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : 0;
  if (end == authority.npos) return authority;
  return authority.substr(0, authority.find(':', end));
}

bool is_below(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() + 1 &&
         same_ignoring_case(host.substr(host.size() - domain.size()), domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool is_address(std::string_view host) {
  boost::system::error_code error;
  if (host.starts_with('[') && host.ends_with(']')) {
    boost::asio::ip::make_address_v6(std::string(host.substr(1, host.size() - 2)), error);
  } else {
    boost::asio::ip::make_address_v4(std::string(host), error);
  }
  return !error;
}

bool matches(std::string_view pattern, std::string_view host) {
  pattern = without_root(pattern);
  constexpr std::string_view kAnyLabels = "*.";
  if (!pattern.starts_with(kAnyLabels)) return same_ignoring_case(host, pattern);
  return is_below(host, pattern.substr(kAnyLabels.size()));
}

}  // namespace

bool names_no_domain(std::string_view authority) {
  if (authority.empty()) return true;
  const auto host = without_port(authority);
  if (is_address(host)) return true;
  const auto name = without_root(host);
  return same_ignoring_case(name, "localhost") || is_below(name, "localhost");
}

bool is_listed_host(std::string_view authority, std::span<const std::string> hosts) {
  const auto host = without_root(without_port(authority));
  return std::ranges::any_of(hosts, [&](const auto& pattern) { return matches(pattern, host); });
}

bool is_own_name(std::string_view authority, std::span<const std::string> hosts) {
  return names_no_domain(authority) || is_listed_host(authority, hosts);
}

}  // namespace weir::admin
