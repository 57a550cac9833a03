/// Types of settings. Each reads a value, writes it back, and states in words what it expects; a
/// row of a Schema combines one with a name and a member.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_table.hpp"
#include "base/secret.hpp"
#include "config/reader.hpp"

namespace weir::config {

/// Inclusive bounds. If `zero` is not empty, 0 is allowed too and has that meaning.
/// REQUIRES: 0 < min <= max.
struct Range {
  std::int64_t min;
  std::int64_t max;
  std::string_view zero = {};
};

template <class M>
struct Type {
  std::string expected;  ///< "a duration from 1s to 24h"
  std::function<void(Reader&, const Node&, M&)>
      read;                             ///< assigns what it can, even if it reports a problem
  std::function<Node(const M&)> print;  ///< secrets as `***`
  std::function<bool(const M&, const M&)> same;
  std::optional<Range> range;  ///< of a quantity, in its own unit
};

using TextCheck = std::function<bool(std::string_view)>;

[[nodiscard]] Type<bool> boolean();
/// For int and std::int64_t.
template <std::signed_integral I>
[[nodiscard]] Type<I> integer(Range range);
[[nodiscard]] Type<std::int64_t> bytes(Range range);
/// Bounds in milliseconds.
[[nodiscard]] Type<std::chrono::milliseconds> duration(Range range);
[[nodiscard]] Type<WallTime> timestamp();
/// `check` gets the text after expansion; control characters are always refused.
[[nodiscard]] Type<std::string> text(std::string expected, TextCheck check);
[[nodiscard]] Type<Secret> secret(std::string expected, TextCheck check);
[[nodiscard]] Type<std::string> one_of(std::vector<std::string_view> words);

namespace detail {
/// The index of the node's text in `words`; otherwise reports a problem and returns nothing.
[[nodiscard]] std::optional<std::size_t> read_word(Reader& reader, const Node& node,
                                                   const std::vector<std::string_view>& words);
[[nodiscard]] std::string one_of_text(const std::vector<std::string_view>& words);
/// True if `node` is a list; otherwise reports a problem.
[[nodiscard]] bool require_list(Reader& reader, const Node& node, const std::string& expected);
}  // namespace detail

template <class E>
[[nodiscard]] Type<E> one_of(const EnumNames<E>& names) {
  const std::vector<std::string_view> words(names.rows().begin(), names.rows().end());
  Type<E> type;
  type.expected = detail::one_of_text(words);
  type.read = [words](Reader& reader, const Node& node, E& out) {
    if (const auto index = detail::read_word(reader, node, words)) out = kEnumerators<E>[*index];
  };
  type.print = [names](const E& value) { return Node::of_text(std::string(names[value])); };
  type.same = std::equal_to<E>();
  return type;
}

/// As one_of, for a setting that is kept as text.
template <class E>
[[nodiscard]] Type<std::string> name_in(const EnumNames<E>& names) {
  return one_of(std::vector<std::string_view>(names.rows().begin(), names.rows().end()));
}

template <class M>
[[nodiscard]] Type<std::vector<M>> list_of(const Type<M>& item) {
  using List = std::vector<M>;
  Type<List> type;
  type.expected = "a list, each item " + item.expected;
  type.read = [item, expected = type.expected](Reader& reader, const Node& node, List& out) {
    if (!detail::require_list(reader, node, expected)) return;
    out.assign(node.items.size(), M());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Reader::Step step(reader, i);
      item.read(reader, node.items[i], out[i]);
    }
  };
  type.print = [item](const List& list) {
    Node node = Node::of_kind(Node::Kind::list);
    for (const M& value : list) node.items.push_back(item.print(value));
    return node;
  };
  type.same = [item](const List& a, const List& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), item.same);
  };
  return type;
}

/// A setting that may be omitted, or unset by an empty value.
template <class M>
[[nodiscard]] Type<std::optional<M>> optional(const Type<M>& inner) {
  using Maybe = std::optional<M>;
  Type<Maybe> type;
  type.expected = inner.expected;
  type.range = inner.range;
  type.read = [inner](Reader& reader, const Node& node, Maybe& out) {
    out.reset();
    if (node.kind != Node::Kind::nothing) inner.read(reader, node, out.emplace());
  };
  type.print = [inner](const Maybe& value) { return value ? inner.print(*value) : Node(); };
  type.same = [inner](const Maybe& a, const Maybe& b) {
    return a && b ? inner.same(*a, *b) : a.has_value() == b.has_value();
  };
  return type;
}

}  // namespace weir::config
