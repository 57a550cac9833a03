/// The key text that a connection presents, with its digest.
#pragma once

#include <string_view>

#include "auth/digest.hpp"
#include "base/secret.hpp"

namespace weir::auth {

/// A client sends the same key with every request of a connection, so its digest is computed once.
/// Only the digest is cached, not the entry: that is looked up for each request.
///
/// Threads: one owner. Lifetime: that of a connection; the text is wiped with it.
class PresentedKey {
 public:
  /// The digest of `text`, or null if `text` cannot be a key. Texts are compared in full and in
  /// constant time.
  /// Cost: about 30 ns for the text of the last call, 400 ns for another.
  [[nodiscard]] const store::Digest* digest(Digester& digester, std::string_view text);

 private:
  Secret text_;  ///< empty: none yet
  store::Digest digest_{};
};

}  // namespace weir::auth
