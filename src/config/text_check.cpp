#include "config/text_check.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

#include "config/units.hpp"

namespace weir::config {
namespace {

constexpr std::string_view kLettersAndDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_visible(char c) { return c > ' ' && c <= '~'; }

bool consists_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(
      text, [&](char c) { return kLettersAndDigits.contains(c) || more.contains(c); });
}

bool is_number(std::string_view text, std::int64_t most) {
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto value = parse_integer(text);
  return digits && value && *value <= most;
}

bool is_address(std::string_view text, int family) {
  // inet_pton needs a terminated string; the longest address is shorter than this.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size()) return false;
  std::ranges::copy(text, terminated.begin());
  std::array<unsigned char, 16> binary{};
  return inet_pton(family, terminated.data(), binary.data()) == 1;
}

bool is_host(std::string_view text) {
  constexpr std::size_t kMaxHostName = 253;  // RFC 1035 §2.3.4, without the final dot
  if (text.starts_with('[')) {
    return text.ends_with(']') && is_address(text.substr(1, text.size() - 2), AF_INET6);
  }
  return !text.empty() && text.size() <= kMaxHostName && consists_of(text, "-._");
}

struct HostPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

HostPort split_host_port(std::string_view text) {
  const auto after_brackets = text.starts_with('[') ? text.find(']') : 0;
  const auto colon = text.find(':', std::min(after_brackets, text.size()));
  if (colon == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

bool is_plain_text(std::string_view text) {
  return text.size() <= kMaxTextLength && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7F;
         });
}

bool is_filled_text(std::string_view text) { return !text.empty() && is_plain_text(text); }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && consists_of(text, "._-");
}

bool is_token(std::string_view text, std::size_t least) {
  return text.size() >= least && text.size() <= 512 && std::ranges::all_of(text, is_visible);
}

bool is_endpoint(std::string_view text) {
  const auto [host, port] = split_host_port(text);
  return is_host(host) && port && is_number(*port, 65535);
}

bool is_host_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  if (text.ends_with('.')) text.remove_suffix(1);
  const bool no_label = text.starts_with('.') || text.ends_with('.') || text.contains("..");
  return !no_label && !text.starts_with('[') && is_host(text);
}

bool is_http_url(std::string_view text) {
  constexpr std::size_t kMaxUrl = 2048;
  if (text.size() > kMaxUrl || !std::ranges::all_of(text, is_visible)) return false;
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  if (scheme == 0 || text.find_first_of("@?#\\") != std::string_view::npos) return false;
  const std::string_view rest = text.substr(scheme);
  const auto [host, port] = split_host_port(rest.substr(0, rest.find('/')));
  return is_host(host) && (!port || (is_number(*port, 65535) && port != "0"));
}

}  // namespace weir::config
