#include "app/process/socket_activation.hpp"

#include <algorithm>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

#include <fmt/format.h>

#include "app/command_line/number.hpp"
#include "app/process/environment.hpp"
#include "net/adopted_listener.hpp"

namespace weir::app {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr std::int64_t kMost = 512;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

// False for the default: without FileDescriptorName= systemd passes the name of the socket's unit.
bool is_given(std::string_view name) { return name != "unknown" && !name.ends_with(".socket"); }

std::unexpected<Error> refused(std::string what) {
  return fail(Errc::config_invalid, std::move(what));
}

}  // namespace

Result<std::vector<ListenerRole>> plan_activation(const Activation& activation,
                                                  std::int64_t own_pid) {
  std::vector<ListenerRole> roles;
  if (!activation.pid || !activation.count || parse_number(*activation.pid) != own_pid) {
    return roles;
  }
  const auto count = parse_number(*activation.count);
  if (!count || *count < 0 || *count > kMost) {
    return refused(fmt::format("LISTEN_FDS is \"{}\"; expected an integer from 0 to {}",
                               *activation.count, kMost));
  }
  const auto names = activation.names ? split(*activation.names) : std::vector<std::string_view>{};
  const bool named = activation.names && std::ranges::any_of(names, is_given);
  if (named && std::cmp_not_equal(names.size(), *count)) {
    return refused(fmt::format("LISTEN_FDNAMES has {} names for {} sockets", names.size(), *count));
  }
  if (!named && *count > 2) {
    return refused(
        fmt::format("{} sockets without names; expected FileDescriptorName=api or admin", *count));
  }
  for (std::size_t i = 0; std::cmp_less(i, *count); ++i) {
    const auto name = named ? names[i] : std::string_view(i == 0 ? kApiListener : kAdminListener);
    if (name != kApiListener && name != kAdminListener) {
      return refused(
          fmt::format("a socket is named \"{}\"; expected FileDescriptorName=api or admin", name));
    }
    roles.push_back(name == kApiListener ? ListenerRole::api : ListenerRole::admin);
  }
  return roles;
}

Result<Inherited> inherit_from_environment() {
  const Activation activation{take_variable("LISTEN_PID"), take_variable("LISTEN_FDS"),
                              take_variable("LISTEN_FDNAMES")};
  const auto roles = plan_activation(activation, ::getpid());
  if (!roles) return std::unexpected(roles.error());
  Inherited inherited;
  for (std::size_t i = 0; i < roles->size(); ++i) {
    net::Descriptor passed(kFirst + static_cast<int>(i));
    ::fcntl(passed.number(), F_SETFD, FD_CLOEXEC);
    if (auto at = net::listening_at(passed); !at) return std::unexpected(std::move(at.error()));
    auto& to = (*roles)[i] == ListenerRole::api ? inherited.api : inherited.admin;
    to.push_back(std::move(passed));
  }
  return inherited;
}

}  // namespace weir::app
