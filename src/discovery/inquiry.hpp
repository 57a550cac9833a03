/// One round of requests to one upstream: which ones to send next, and the resulting models.
/// Sans-I/O: the caller sends, waits and enforces the deadline.
///
///   Inquiry inquiry(*find_kind("ollama"), wall_now(), base_url, ApiRoot::versioned);
///   for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
///     for (std::size_t i = 0; i < asks.size(); ++i) inquiry.answer(i, send(asks[i]));
///   }
///   Result<Listing> listing = inquiry.listing();
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/model_rows.hpp"
#include "discovery/ask.hpp"
#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {

/// Bounds of one round. Asks beyond them are dropped, or fail the round if they are required.
inline constexpr std::size_t kMaxPages = 64;             ///< pages of one paged list
inline constexpr std::size_t kMaxFollowUps = 512;        ///< per-model requests
inline constexpr std::size_t kMaxAsks = 600;             ///< all requests
inline constexpr std::size_t kMaxRoundBytes = 64 << 20;  ///< all answers

/// Result of one round.
struct Listing {
  catalogue::ModelRows models;
  /// True if the upstream has more models than were read: a bound or the deadline ended the pages.
  bool truncated = false;
  /// Why a later page of the list could not be read, if one failed; the next round may succeed.
  /// Implies `truncated`.
  std::optional<Error> broken_off = {};
  /// True if an optional ask got no HTTP response, or an inconclusive one (429, 5xx): its
  /// information is unknown, not denied.
  bool unanswered = false;
  /// Unknown words in typed fields, without duplicates, at most kMaxUnknownWords.
  std::vector<std::string> unknown_words = {};
  /// The root where the list was found; calls use it as well.
  ApiRoot api_root = ApiRoot::versioned;
};
inline constexpr std::size_t kMaxUnknownWords = 16;

/// The requests of one round and tags of their answers. The next round compares its answers to it
/// and, as long as they are the same bytes, reads none of them.
struct RoundRecord {
  struct Exchange {
    Ask ask;
    std::string tag;  ///< of status, body and links
  };
  WallTime read_at;  ///< when its answers were read
  std::vector<Exchange> exchanges = {};
  std::vector<std::size_t> batch_ends = {};  ///< as indices into `exchanges`
};
using RoundRecordPtr = std::shared_ptr<const RoundRecord>;

/// Unchanged answers are read again after this time: rows have dates, which are compared to the
/// clock.
inline constexpr std::chrono::hours kReadAgain{1};

/// Errors of listing(): the first required ask's failure, or upstream_answer_invalid,
/// upstream_rejected_key (401, 403), upstream_refused (other statuses), upstream_answer_too_large.
/// An upstream without models is an empty list, not an error.
///
/// If a required ask below the API root is answered "not here" (a redirect, a 4xx that is not about
/// the key or the load, 501, or something other than JSON), the round restarts at the next of
/// api_roots(), as long as nothing was found at this one. If all fail, the error names each
/// requested path.
///
/// Threads: one owner at a time. Lifetime: `kind` outlives it (the table always does).
class Inquiry {
 public:
  /// `first` is tried before the other roots: the one where the last list was found. `last`: the
  /// round in which it was found; null if this round is to be read in any case.
  Inquiry(const Kind& kind, WallTime asked_at, const BaseUrl& base, ApiRoot first,
          RoundRecordPtr last = nullptr);
  /// For an upstream without an address: asks have no target, errors name their path.
  Inquiry(const Kind& kind, WallTime asked_at);
  Inquiry(Inquiry&&) noexcept;
  Inquiry& operator=(Inquiry&&) noexcept;
  ~Inquiry();

  /// The requests to send now; those of one batch may be sent concurrently. For a kind whose server
  /// must be asked one thing at a time, batches have one request. Empty: the round is over.
  /// REQUIRES: the last batch is answered; an unanswered request counts as cancelled.
  /// Cost: compares or reads the answers to the last batch, about 5 ms for each MiB that is read.
  [[nodiscard]] std::vector<Ask> next();

  /// Sets the outcome of the request at `index` of the last batch: the HTTP answer, or the error.
  void answer(std::size_t index, Result<Answer> result);

  /// Bytes of all answers so far, from which a caller tells if the next step takes long.
  [[nodiscard]] std::size_t bytes() const;

  /// True if every answer is the same as in the last round, so that its list still holds.
  /// REQUIRES: next() returned no request.
  [[nodiscard]] bool repeats_last() const;

  /// Cost: as next(), for all answers.
  [[nodiscard]] Result<Listing> listing();

  /// Null unless each request of the round had an answer.
  [[nodiscard]] RoundRecordPtr record() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::discovery
