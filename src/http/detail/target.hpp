/// Parsing of a request's Host and target (RFC 9112 §3.2). Pure.
#pragma once

#include <optional>
#include <string_view>

namespace weir::http::detail {

/// uri-host [":" port], without characters that other parsers could read differently.
[[nodiscard]] bool is_valid_host(std::string_view host);

struct Target {
  std::string_view authority;  ///< of an absolute target, else `host`
  std::string_view path;
  std::string_view query;
};

/// Splits a target in origin-form or absolute-form. `host` is the request's Host, empty if it has
/// none; an authority in the target must equal it. Returns nothing if the target has neither form,
/// or
///   - has a byte that no URI has, such as those above ASCII, or a fragment;
///   - has a percent sign without two hex digits behind it, or an encoded control character;
///   - has a segment `.` or `..`, encoded or not: a reader that resolves it sees another path.
[[nodiscard]] std::optional<Target> split_target(std::string_view target, std::string_view host);

/// host ":" port, the target form of CONNECT alone.
[[nodiscard]] bool is_authority_form(std::string_view target);

}  // namespace weir::http::detail
