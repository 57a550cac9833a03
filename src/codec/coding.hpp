/// The supported content codings.
///
/// Source: RFC 9110 §8.4.1 (gzip), RFC 7932 §13 (br), RFC 8878 §7.2 (zstd).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/enumerators.hpp"

namespace weir::codec {

/// Spelled on the wire as the enumerator.
enum class Coding : std::uint8_t { identity, gzip, br, zstd };
inline constexpr std::size_t kCodingCount = kEnumeratorCount<Coding>;

[[nodiscard]] std::string_view wire_name(Coding coding);

/// The available encoded forms of one body. Identity is always included.
class CodingSet {
 public:
  constexpr CodingSet() = default;
  constexpr CodingSet(std::initializer_list<Coding> codings) {
    for (Coding coding : codings) insert(coding);
  }
  constexpr void insert(Coding coding) { bits_ |= bit(coding); }
  [[nodiscard]] constexpr bool contains(Coding coding) const { return (bits_ & bit(coding)) != 0; }
  constexpr bool operator==(const CodingSet&) const = default;

 private:
  static constexpr unsigned bit(Coding coding) { return 1U << static_cast<unsigned>(coding); }
  unsigned bits_ = bit(Coding::identity);
};

}  // namespace weir::codec
