/// The form of the last event of a stream, by which the next one is known without being read: most
/// events of a stream differ in their text only. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "dialect/answer_scan.hpp"

namespace weir::gateway {

/// Threads: one. Lifetime: value type.
/// Cost:    an event that fits costs two comparisons of bytes.
class EventPattern {
 public:
  /// Takes the form of an event with `text` as its only variable part. A long event leaves no
  /// pattern.
  void set(std::string_view event, dialect::Range text, std::optional<dialect::Range> model);
  void clear() { bytes_.clear(); }

  struct Match {
    std::string_view event;
    std::string_view text;  ///< raw
  };
  /// The first of `events`, complete ones, if it fits.
  [[nodiscard]] std::optional<Match> match(std::string_view events) const;

  /// The model's name, within the event, with its quotes. It comes before the text.
  [[nodiscard]] const std::optional<dialect::Range>& model() const { return model_; }

 private:
  static constexpr std::size_t kMaxBytes = 1024;

  std::string bytes_;  ///< before and after the text; empty: none
  std::size_t split_ = 0;
  std::optional<dialect::Range> model_;
};

}  // namespace weir::gateway
