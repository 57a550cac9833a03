/// The kinds of upstream Weir knows: how each is addressed, authenticated, asked and read.
///
/// A new kind is one file in kinds/ and one row in kinds.cpp.
#pragma once

#include <span>
#include <string_view>

namespace weir::discovery {

namespace kinds {
struct Protocol;  // kinds/protocol.hpp: how it is asked and read
}

/// The request header that carries the upstream's key: `name: prefix + key`.
struct KeyHeader {
  std::string_view name = "authorization";
  std::string_view prefix = "Bearer ";
};

struct FixedHeader {
  std::string_view name;
  std::string_view value;
};

/// Immutable; the table lives as long as the program.
struct Kind {
  std::string_view slug;  ///< the config file's spelling
  std::string_view text;  ///< one line for documentation and `weir check`
  const kinds::Protocol* protocol = nullptr;
  std::string_view api_prefix = "/v1";  ///< put after a base URL that names no version
  KeyHeader key_header = {};
  std::span<const FixedHeader> headers = {};  ///< sent with every request
  /// How many refresh intervals lie between two refreshes: hosted lists change by the day, and the
  /// siliconflow kind costs ten requests.
  int refresh_every = 1;
  /// Whether it serves nothing but what it lists, so that another id cannot be called there. False
  /// where the server takes any id, or serves more than it lists.
  bool lists_all = false;
};

/// All kinds, in the order they are documented.
[[nodiscard]] std::span<const Kind> all_kinds();

/// Their slugs, in the same order: what a config error lists as allowed.
[[nodiscard]] std::span<const std::string_view> kind_slugs();

/// Case-sensitive; null for an unknown slug.
[[nodiscard]] const Kind* find_kind(std::string_view slug);

}  // namespace weir::discovery
