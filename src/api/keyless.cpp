#include "api/keyless.hpp"

#include <algorithm>
#include <string>

#include <boost/asio/ip/address.hpp>

#include "base/ascii.hpp"

namespace weir::api {
namespace {

namespace ip = boost::asio::ip;
using enum http::FieldName;

// Keeps brackets, which distinguish an address from a name.
std::string_view without_port(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : 0;
  if (end == authority.npos) return authority;
  return authority.substr(0, authority.find(':', end));
}

ip::address address_of(std::string_view host, boost::system::error_code& error) {
  if (host.starts_with('[') && host.ends_with(']')) {
    return ip::make_address_v6(std::string(host.substr(1, host.size() - 2)), error);
  }
  return ip::make_address_v4(std::string(host), error);
}

bool ends_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() > end.size() && same_ignoring_case(text.substr(text.size() - end.size()), end);
}

bool is_localhost(std::string_view host) {
  return same_ignoring_case(host, "localhost") || ends_ignoring_case(host, ".localhost");
}

// A name that no public name service can have: an address, one label, or a private domain.
bool is_private_host(std::string_view host) {
  boost::system::error_code error;
  [[maybe_unused]] const auto address = address_of(host, error);
  if (!error || !host.contains('.')) return true;
  return is_localhost(host) || ends_ignoring_case(host, ".local") ||
         ends_ignoring_case(host, ".internal");
}

bool is_own_page(std::string_view host) {
  boost::system::error_code error;
  const auto address = address_of(host, error);
  return error ? is_localhost(host) : address.is_loopback();
}

// Apps with a browser inside have schemes of their own, such as vscode-file://.
bool is_own_origin(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (same_ignoring_case(origin.substr(0, scheme.size()), scheme)) {
      return is_own_page(without_port(origin.substr(scheme.size())));
    }
  }
  return origin.contains("://");
}

// A credential without its key is sent by clients whose settings have an empty field for it, as
// n8n's.
bool has_key(const http::Request& request, http::FieldName field) {
  const auto value = request.header(field);
  return !value.empty() && !(field == authorization && same_ignoring_case(value, "bearer"));
}

// Pages of other sites cannot read an answer, but they would use up the key's limits.
bool is_from_other_site(const http::Request& request) {
  return std::ranges::any_of(request.fields, [](const http::Field& field) {
    return same_ignoring_case(field.name, "sec-fetch-site") &&
           (same_ignoring_case(field.value, "cross-site") ||
            same_ignoring_case(field.value, "same-site"));
  });
}

}  // namespace

bool may_assume_key(const http::Request& request) {
  for (const auto field : {authorization, x_api_key, x_goog_api_key}) {
    if (has_key(request, field) || request.count(field) > 1) return false;
  }
  const bool from_page = request.count(origin) > 0;
  if (from_page && (request.count(origin) > 1 || !is_own_origin(request.header(origin)))) {
    return false;
  }
  if (!from_page && is_from_other_site(request)) return false;
  return is_private_host(without_port(request.header(host)));
}

}  // namespace weir::api
