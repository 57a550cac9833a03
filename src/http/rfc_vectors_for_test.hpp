/// Test vectors from RFC 9110 and RFC 9112, each named by the section whose rule it exercises, with
/// the expected result of a gateway. "policy" in a name marks a case where an RFC lets a reader
/// guess and this one does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/errc.hpp"

namespace weir::http {

/// The bound on extensions and trailers that the vectors are written for.
inline constexpr std::size_t kChunkOverheadForTest = 256;

/// The expected result of parsing the bytes.
struct Expected {
  enum class Kind : std::uint8_t { taken, refused, waiting } kind = Kind::taken;
  Errc code = Errc::internal;  ///< refused
  std::string payload = {};    ///< taken: the body's
};

inline Expected taken(std::string payload = {}) {
  return {.kind = Expected::Kind::taken, .payload = std::move(payload)};
}
inline Expected refused(Errc code) { return {.kind = Expected::Kind::refused, .code = code}; }
/// Incomplete: more bytes must come.
inline Expected waiting() { return {.kind = Expected::Kind::waiting}; }

struct Vector {
  std::string_view section;  ///< "9112 §3.2"
  std::string_view name;
  std::string bytes;
  Expected expected;
};

[[nodiscard]] std::vector<Vector> request_vectors_for_test();
[[nodiscard]] std::vector<Vector> framing_vectors_for_test();
[[nodiscard]] std::vector<Vector> chunked_vectors_for_test();
[[nodiscard]] std::vector<Vector> response_vectors_for_test();

}  // namespace weir::http
