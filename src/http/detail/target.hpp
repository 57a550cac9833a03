/// What a request is for: its Host and its target (RFC 9112 §3.2). Pure.
#pragma once

#include <optional>
#include <string_view>

namespace weir::http::detail {

/// uri-host [":" port]; strict enough that nothing can hide in it.
[[nodiscard]] bool is_valid_host(std::string_view host);

struct Target {
  std::string_view path;
  std::string_view query;
};

/// Of a target in origin-form or absolute-form. `host` is the request's Host, empty if it has none;
/// an authority in the target is the same. Nothing if it is neither, or
///   - has a byte that no URI has, such as those above ASCII, or a fragment;
///   - has a percent sign without two digits behind it, or an encoded control character;
///   - has a segment `.` or `..`, encoded or not: who resolves it sees another path.
[[nodiscard]] std::optional<Target> split_target(std::string_view target, std::string_view host);

/// host ":" port, the target of CONNECT alone.
[[nodiscard]] bool is_authority_form(std::string_view target);

}  // namespace weir::http::detail
