/// Answers to requests with an Idempotency-Key, kept for their repetition. Pure.
///
/// Source: draft-ietf-httpapi-idempotency-key-header.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "management/problem.hpp"

namespace weir::management {

/// In memory, for a short time, since an answer may contain a new key.
class Replays {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kMaxKeyBytes = 128;
  static constexpr std::chrono::minutes kLife{10};

  struct Kept {
    int status = 0;
    Secret json;
    std::string fields;
    std::string etag;
  };

  /// Begins a request, whose fingerprint covers all that it asks for, or returns the answer to it.
  /// Errors: in_progress, idempotency_mismatch, and overloaded if too many are in progress.
  [[nodiscard]] Answered<std::optional<Kept>> begin(std::string_view key,
                                                    std::string_view fingerprint,
                                                    MonotonicTime now);
  void finish(std::string_view key, Kept kept);
  /// It has changed nothing: the key may be used again.
  void cancel(std::string_view key);

 private:
  struct Entry {
    std::string key;
    std::string fingerprint;
    MonotonicTime ends;
    std::optional<Kept> kept;
  };
  [[nodiscard]] std::deque<Entry>::iterator find(std::string_view key);

  std::deque<Entry> entries_;  ///< oldest first
};

}  // namespace weir::management
