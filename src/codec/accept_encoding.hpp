/// An `Accept-Encoding` field as weights, and the choice of a content coding by them.
///
/// Source: RFC 9110 §12.5.3 (the field), §12.4.2 (weights), §8.4.1.3 (x-gzip).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "codec/coding.hpp"

namespace weir::codec {

/// Threads: value type; no field accepts identity alone, as such a client may be unable to decode
/// anything.
class AcceptEncoding {
 public:
  /// `field` is the field's value, several joined by commas; empty if there is none. Malformed
  /// elements are ignored.
  ///
  /// Cost: one pass, no allocation.
  [[nodiscard]] static AcceptEncoding parse(std::string_view field);

  /// The coding in `available` with the highest weight; on a tie br, zstd, gzip, by the size of the
  /// compressed lists (figures in compress.cpp). Identity is chosen if nothing else is accepted or
  /// the client weighs it above the rest. A client that refuses identity and everything else still
  /// gets identity: an answer it can try beats an error it cannot act on.
  [[nodiscard]] Coding choose(CodingSet available) const;

 private:
  [[nodiscard]] int weight(Coding coding) const {
    return of_[static_cast<std::size_t>(coding)].value_or(star_.value_or(0));
  }

  /// In thousandths. The first mention wins.
  std::array<std::optional<int>, kCodingCount> of_;
  std::optional<int> star_;
};

}  // namespace weir::codec
