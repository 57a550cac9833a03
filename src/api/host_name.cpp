#include "api/host_name.hpp"

#include <string>

#include <boost/asio/ip/address.hpp>

#include "base/ascii.hpp"

namespace weir::api {
namespace {

namespace ip = boost::asio::ip;

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

}  // namespace

std::string_view without_port(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : 0;
  if (end == authority.npos) return authority;
  return authority.substr(0, authority.find(':', end));
}

bool is_loopback_host(std::string_view host) {
  boost::system::error_code error;
  const auto address = address_of(host, error);
  return error ? is_localhost(host) : address.is_loopback();
}

bool is_private_host(std::string_view host) {
  boost::system::error_code error;
  [[maybe_unused]] const auto address = address_of(host, error);
  if (!error || !host.contains('.')) return true;
  return is_localhost(host) || ends_ignoring_case(host, ".local") ||
         ends_ignoring_case(host, ".internal");
}

}  // namespace weir::api
