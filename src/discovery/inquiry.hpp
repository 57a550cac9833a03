/// One round of questions to one upstream: which requests to send next, and in the end which models
/// it serves. Sans-I/O: the caller sends, waits and keeps the deadline.
///
///   Inquiry inquiry(*find_kind("ollama"), wall_now(), base_url, ApiRoot::versioned);
///   for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
///     for (std::size_t i = 0; i < asks.size(); ++i) inquiry.answer(i, send(asks[i]));
///   }
///   Result<Listing> listing = inquiry.listing();
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/model.hpp"
#include "discovery/ask.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {

/// Bounds of one round. What is over them is left out, or fails the round if it is required.
inline constexpr std::size_t kMaxPages = 64;             ///< pages of one paged list
inline constexpr std::size_t kMaxFollowUps = 512;        ///< per-model questions
inline constexpr std::size_t kMaxAsks = 600;             ///< everything together
inline constexpr std::size_t kMaxRoundBytes = 64 << 20;  ///< all answers together

/// Result of one round.
struct Listing {
  std::vector<catalogue::UpstreamModel> models;
  /// Whether the upstream has more models than were read: a bound or the deadline ended the pages.
  bool truncated = false;
  /// Why a later page of the list could not be read, if one failed: the next round may have it.
  /// Implies `truncated`.
  std::optional<Error> broken_off = {};
  /// Whether an optional question got no HTTP response, or one that says nothing (429, 5xx): what
  /// it would have told is unknown, not denied.
  bool unanswered = false;
  /// Words in typed fields that no table knows, each once, at most kMaxUnknownWords.
  std::vector<std::string> unknown_words = {};
  /// Where the list was found; calls go there as well.
  ApiRoot api_root = ApiRoot::versioned;
};
inline constexpr std::size_t kMaxUnknownWords = 16;

/// Errors of listing(): the first required question's failure, or upstream_answer_invalid,
/// upstream_rejected_key (401, 403), upstream_refused (other statuses), upstream_answer_too_large.
/// An upstream that serves nothing is an empty list, not an error.
///
/// A required question below the API root that is answered "not here" (a redirect, a 4xx that does
/// not speak of the key or the load, 501, or something other than JSON) begins the round again at
/// the next of api_roots(), as long as nothing was found at this one. If all fail, the error names
/// each path that was requested.
///
/// Threads: one owner at a time. Lifetime: `kind` outlives it (the table always does).
class Inquiry {
 public:
  /// `first` is tried before the other roots: the one that the last list was found at.
  Inquiry(const Kind& kind, WallTime asked_at, const BaseUrl& base, ApiRoot first);
  /// For an upstream without an address: asks have no target, errors name their path.
  Inquiry(const Kind& kind, WallTime asked_at);
  Inquiry(Inquiry&&) noexcept;
  Inquiry& operator=(Inquiry&&) noexcept;
  ~Inquiry();

  /// The requests to send now; those of one batch may go out at the same time. A kind whose server
  /// must be asked one thing at a time hands out batches of one. Empty: the round is over.
  /// REQUIRES: the batch before is answered; what is not counts as cancelled.
  [[nodiscard]] std::vector<Ask> next();

  /// Takes the outcome of the request at `index` of the last batch: the HTTP answer, or the reason
  /// for there being none.
  void answer(std::size_t index, Result<Answer> result);

  [[nodiscard]] Result<Listing> listing() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::discovery
