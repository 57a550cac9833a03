/// State of one upstream's list: pure bookkeeping, the time is a parameter.
///
/// The last good list stays whatever happens; how long it still counts as served is `reach`.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "catalogue/build.hpp"
#include "catalogue/model.hpp"
#include "discovery/inquiry.hpp"

namespace weir::discovery {

struct RefreshTiming {
  std::chrono::milliseconds interval;  ///< from one success to the next question
  std::chrono::milliseconds backoff_max;
  std::chrono::milliseconds grace;
  std::chrono::milliseconds first_list;  ///< how long the first list may be awaited
};

/// Threads: one owner. Lifetime: value type.
class UpstreamState {
 public:
  UpstreamState(RefreshTiming timing, MonotonicTime since) : timing_(timing), since_(since) {}

  /// A good list. It replaces the one before, but for classes that an unanswered question would
  /// have told: see keep_classes. They are kept for a grace time, counted from the first round in a
  /// row with such a question.
  void succeeded(Listing listing, MonotonicTime now);

  /// Whether `listing` counts as a failure: it is broken off, and a whole list is known whose grace
  /// time is not over. Otherwise the pages that were read are better than nothing.
  [[nodiscard]] bool rejects(const Listing& listing, MonotonicTime now) const;

  /// Anything else; an empty list is upstream_list_empty. The list before stays.
  void failed(Error error, MonotonicTime now);

  /// The question could not be put, for a reason of this machine's: it says nothing of the
  /// upstream, which is asked again soon.
  void could_not_ask(Error error, MonotonicTime now);

  /// When to ask again, or, if that comes first, when the grace time ends and `reach` changes.
  [[nodiscard]] MonotonicTime wake_at(MonotonicTime now) const;
  [[nodiscard]] MonotonicTime ask_at() const { return ask_at_; }
  /// Zero when it is to be asked now: from the start it is, and that has no distance from `now`.
  [[nodiscard]] std::chrono::nanoseconds until_asked(MonotonicTime now) const;

  [[nodiscard]] catalogue::Reach reach(MonotonicTime now) const;
  /// Whether the first list is still awaited: nothing has come of a question yet, and no more than
  /// `first_list` has passed since the start.
  [[nodiscard]] bool pending(MonotonicTime now) const;
  /// The last good one.
  [[nodiscard]] const Listing& listing() const { return listing_; }
  [[nodiscard]] const std::vector<catalogue::UpstreamModel>& models() const {
    return listing_.models;
  }
  [[nodiscard]] const std::optional<Error>& last_error() const { return last_error_; }
  [[nodiscard]] std::optional<MonotonicTime> last_success() const { return last_success_; }
  [[nodiscard]] int failures() const { return failures_; }

  /// New settings; what is known stays.
  void set_timing(RefreshTiming timing) { timing_ = timing; }
  /// To be asked at once.
  void ask_now() { ask_at_ = MonotonicTime::min(); }
  /// Drops the models that are no longer wanted.
  template <class F>
  void keep_models(F&& is_wanted) {
    std::erase_if(listing_.models, [&](const auto& model) { return !is_wanted(model); });
  }

 private:
  [[nodiscard]] MonotonicTime grace_end() const;

  RefreshTiming timing_;
  MonotonicTime since_;
  MonotonicTime ask_at_ = MonotonicTime::min();
  std::optional<MonotonicTime> last_success_;
  std::optional<MonotonicTime> unanswered_since_;  ///< the first such round in a row
  std::optional<Error> last_error_;
  int failures_ = 0;             ///< in a row
  MonotonicTime failing_since_;  ///< the first of them
  Listing listing_;
};

/// Gives a model in `next` that has no class the one it had in `previous`, if what its row says
/// now, it said before: for a round in which a question that tells classes went unanswered. After
/// a complete round nothing is kept: the upstream's latest answer decides.
void keep_classes(std::span<const catalogue::UpstreamModel> previous,
                  std::span<catalogue::UpstreamModel> next);

/// Wait after the `failures`-th failure in a row: 1 s, doubled each time, at most `most`.
[[nodiscard]] std::chrono::milliseconds backoff(int failures, std::chrono::milliseconds most);

}  // namespace weir::discovery
