/// The enumerators of an enum, read from the enum itself: no count is kept by hand.
///
/// REQUIRES: a fixed underlying type, and values 0, 1, 2, … without gaps.
/// Source: Clang spells a template argument that is no enumerator as a cast, `(weir::Errc)45`.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace weir {

namespace detail {

template <auto kValue>
consteval bool is_enumerator() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const auto at = text.find_last_of(":)");  // the end of `E::` or of `(E)`
  return at != std::string_view::npos && text[at] == ':';
}

template <class E, std::size_t kFrom = 0>
consteval std::size_t count_enumerators() {
  if constexpr (is_enumerator<static_cast<E>(kFrom)>()) {
    return count_enumerators<E, kFrom + 1>();
  } else {
    return kFrom;
  }
}

}  // namespace detail

template <class E>
inline constexpr std::size_t kEnumeratorCount = detail::count_enumerators<E>();

/// In order of declaration.
template <class E>
inline constexpr std::array<E, kEnumeratorCount<E>> kEnumerators = [] {
  std::array<E, kEnumeratorCount<E>> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<E>(i);
  return all;
}();

}  // namespace weir
