/// A YAML file as plain values: what was written, and where.
///
/// Knows the form and nothing of the meaning. The YAML library stops here: no other file includes
/// it, and none of its exceptions gets out.
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
/// Values and text after aliases are expanded, so that a small file cannot grow without end.
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

/// The file's one document; a node of kind `nothing` for an empty file. The problem's `file` is
/// left to the caller.
[[nodiscard]] std::expected<Node, Problem> parse_document(std::string_view text);

/// YAML in block form, lists of plain texts in one line; ends in a line break.
[[nodiscard]] std::string format_document(const Node& root);
/// YAML in one line, without a line break.
[[nodiscard]] std::string format_inline(const Node& node);

/// "a list", "a mapping", "nothing", or the text in quotes.
[[nodiscard]] std::string shown(const Node& node);

/// The first item of that name; null when there is none.
[[nodiscard]] const Node* find_item(const Node& map, std::string_view key);
/// The node at `path`, such as `models[3].upstreams[0].name`, or the deepest one on the way to it.
/// Lifetime: of `root`.
[[nodiscard]] const Node& find_deepest(const Node& root, std::string_view path);

}  // namespace weir::config
