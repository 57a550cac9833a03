/// State of one upstream's list: pure bookkeeping, the time is a parameter.
///
/// The last good list is always kept; `reach` says if it still counts as served.
#pragma once

#include <algorithm>
#include <chrono>
#include <iterator>
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
  std::chrono::milliseconds interval;  ///< from one success to the next request
  std::chrono::milliseconds backoff_max;
  std::chrono::milliseconds grace;
  std::chrono::milliseconds first_list;  ///< how long the first list may take
};

/// Threads: one owner. Lifetime: value type.
class UpstreamState {
 public:
  UpstreamState(RefreshTiming timing, MonotonicTime since) : timing_(timing), since_(since) {}

  /// A good list. It replaces the last one, except for classes that an unanswered optional request
  /// would have provided: see keep_classes. They are kept for a grace time, counted from the first
  /// consecutive round with such a request.
  void succeeded(Listing listing, MonotonicTime now);

  /// The upstream answered as it did when the last good list was read, which still holds.
  void repeated(MonotonicTime now);

  /// True if `listing` counts as a failure: it is broken off, and a complete list is known whose
  /// grace time is not over. Otherwise an incomplete list is better than none.
  [[nodiscard]] bool rejects(const Listing& listing, MonotonicTime now) const;

  /// Any other result; an empty list is upstream_list_empty. The last list is kept.
  void failed(Error error, MonotonicTime now);

  /// The request could not be sent, for a reason on this machine. That says nothing about the
  /// upstream, which is asked again soon.
  void could_not_ask(Error error, MonotonicTime now);

  /// The time of the next request or, if that is earlier, the end of the grace time, when `reach`
  /// changes.
  [[nodiscard]] MonotonicTime wake_at(MonotonicTime now) const;
  [[nodiscard]] MonotonicTime ask_at() const { return ask_at_; }
  /// Zero if the request is due now. Initially it is due without a distance from `now`.
  [[nodiscard]] std::chrono::nanoseconds until_asked(MonotonicTime now) const;

  [[nodiscard]] catalogue::Reach reach(MonotonicTime now) const;
  /// True if the first list is still awaited: no request has completed, and no more than
  /// `first_list` has passed since the start.
  [[nodiscard]] bool pending(MonotonicTime now) const;
  /// The last good list.
  [[nodiscard]] const Listing& listing() const { return listing_; }
  [[nodiscard]] const catalogue::ModelRows& models() const { return listing_.models; }
  [[nodiscard]] const std::optional<Error>& last_error() const { return last_error_; }
  [[nodiscard]] std::optional<MonotonicTime> last_success() const { return last_success_; }
  [[nodiscard]] int failures() const { return failures_; }

  /// Sets new timing; the state is kept.
  void set_timing(RefreshTiming timing) { timing_ = timing; }
  /// Makes the next request due now.
  void ask_now() { ask_at_ = MonotonicTime::min(); }
  /// Drops the models that are no longer wanted.
  template <class F>
  void keep_models(F&& is_wanted) {
    std::vector<catalogue::UpstreamModel> wanted;
    std::ranges::copy_if(listing_.models, std::back_inserter(wanted), is_wanted);
    if (wanted.size() < listing_.models.size()) listing_.models = std::move(wanted);
  }

 private:
  [[nodiscard]] MonotonicTime grace_end() const;
  void heard(MonotonicTime now);

  RefreshTiming timing_;
  MonotonicTime since_;
  MonotonicTime ask_at_ = MonotonicTime::min();
  std::optional<MonotonicTime> last_success_;
  std::optional<MonotonicTime> unanswered_since_;  ///< the first such consecutive round
  std::optional<Error> last_error_;
  int failures_ = 0;             ///< consecutive
  MonotonicTime failing_since_;  ///< the first of them
  Listing listing_;
};

/// Gives each model in `next` without a class the one it had in `previous`, if its row is
/// unchanged: for a round in which a request for classes went unanswered. After a complete round
/// nothing is kept: the upstream's latest answer decides.
void keep_classes(const catalogue::ModelRows& previous, std::span<catalogue::UpstreamModel> next);

/// Wait after the `failures`-th consecutive failure: 1 s, doubled each time, at most `most`.
[[nodiscard]] std::chrono::milliseconds backoff(int failures, std::chrono::milliseconds most);

}  // namespace weir::discovery
