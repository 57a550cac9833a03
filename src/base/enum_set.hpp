/// A small set of enumerators, iterated in declaration order.
#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <type_traits>

#include "base/enumerators.hpp"

namespace weir {

template <class E>
class EnumSet {
  using Bits = std::conditional_t<kEnumeratorCount<E> <= 32, std::uint32_t, std::uint64_t>;
  static_assert(kEnumeratorCount<E> <= std::numeric_limits<Bits>::digits, "each has a bit");

 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<E> items) {
    for (E item : items) insert(item);
  }
  [[nodiscard]] static constexpr EnumSet all() {
    EnumSet set;
    for (E item : kEnumerators<E>) set.insert(item);
    return set;
  }

  constexpr void insert(E item) { bits_ |= bit(item); }
  constexpr void insert(EnumSet other) { bits_ |= other.bits_; }
  [[nodiscard]] constexpr bool contains(E item) const { return (bits_ & bit(item)) != 0; }
  [[nodiscard]] constexpr bool intersects(EnumSet other) const {
    return (bits_ & other.bits_) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr int size() const { return std::popcount(bits_); }
  constexpr bool operator==(const EnumSet&) const = default;

  template <class F>
  constexpr void for_each(F&& visit) const {
    for (auto rest = bits_; rest != 0; rest &= rest - 1) {
      visit(static_cast<E>(std::countr_zero(rest)));
    }
  }

 private:
  static constexpr Bits bit(E item) { return Bits{1} << static_cast<unsigned>(item); }
  Bits bits_ = 0;
};

}  // namespace weir
