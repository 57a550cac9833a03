/// A YAML file as plain values with their positions.
///
/// It knows the syntax and not the meaning. The YAML library stops here: no other file includes it,
/// and none of its exceptions leaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace weir::config {

inline constexpr std::size_t kMaxFileBytes = 4 << 20;
/// Bounds on nodes and text after aliases are expanded, so that a small file cannot grow without
/// limit.
inline constexpr std::size_t kMaxNodes = 250'000;
inline constexpr std::size_t kMaxTextBytes = 16 << 20;
inline constexpr std::size_t kMaxDepth = 32;

struct Node {
  enum class Kind : std::uint8_t { nothing, text, list, map };

  Kind kind = Kind::nothing;
  Position at;
  std::string text;         ///< of a text: as written, `${…}` not expanded
  std::string key;          ///< within a map: its name; names may repeat
  Position key_at;          ///< of `key`
  std::vector<Node> items;  ///< of a list or a map, in the file's order

  [[nodiscard]] static Node of_text(std::string text);
  [[nodiscard]] static Node of_kind(Kind kind);
};

/// Parses the file's only document; a node of kind `nothing` for an empty file. The caller fills in
/// the problem's `file`.
[[nodiscard]] std::expected<Node, Problem> parse_document(std::string_view text);

/// YAML in block form, lists of plain texts in one line; ends with a line break.
[[nodiscard]] std::string format_document(const Node& root);
/// YAML in one line, without a line break.
[[nodiscard]] std::string format_inline(const Node& node);

/// "a list", "a mapping", "nothing", or the text in quotes.
[[nodiscard]] std::string shown(const Node& node);

/// The first item of that name; null if there is none.
[[nodiscard]] const Node* find_item(const Node& map, std::string_view key);
/// The node at `path`, such as `models[3].upstreams[0].name`, or the deepest existing one towards
/// it. Lifetime: that of `root`.
[[nodiscard]] const Node& find_deepest(const Node& root, std::string_view path);

}  // namespace weir::config
