/// A rolling window whose counts outlive the process, and are shared with others of the machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "limit/rolling_window.hpp"
#include "limit/window_table.hpp"

namespace weir::limit {

/// Where a window is kept. Lifetime: the table outlives it.
struct KeptAs {
  const WindowTable* table = nullptr;  ///< null: nowhere
  WindowName name = 0;
};

/// A RollingWindow with a slot in a table. Its decisions are made from the window in memory, which
/// is exact for this process's charges; it is filled from the slot when it is first used, and again
/// whenever another process has changed the slot. A slot that another window has taken is left
/// alone: what still counts is charged to a new one.
///
/// Two processes that charge at the same moment: the later one finds the change when it has
/// charged, and reports it (`was_overtaken`), so that its caller can take the charge back.
///
/// Cost:    about 50 instructions a charge; reading a slot some microseconds.
/// Threads: one owner at a time; the slot has its own rules.
class JournaledWindow {
 public:
  JournaledWindow(std::int64_t limit, std::chrono::nanoseconds span, KeptAs kept = {})
      : window_(limit, span), span_(span), width_(WindowSlot::width_of(span)), kept_(kept) {}

  /// As RollingWindow.
  [[nodiscard]] Admission look(std::int64_t cost, MonotonicTime now) {
    if (window_.limit() > 0 && kept_.table != nullptr) follow(now);
    return window_.look(cost, now);
  }
  bool charge(std::int64_t cost, MonotonicTime now) {
    was_overtaken_ = false;
    if (!window_.charge(cost, now)) return false;
    if (kept_.table != nullptr) charge_slot(cost, now);
    return true;
  }
  void give_back(std::int64_t amount, MonotonicTime charged_at, MonotonicTime now);
  void set_limit(std::int64_t limit) { window_.set_limit(limit); }
  [[nodiscard]] std::int64_t limit() const { return window_.limit(); }
  [[nodiscard]] std::int64_t used() const { return window_.used(); }
  [[nodiscard]] std::vector<RollingWindow::Mark> marks() const { return window_.marks(); }
  /// True also for one that was not used yet, whatever is kept of it.
  [[nodiscard]] bool idle(MonotonicTime now) const { return window_.idle(now); }

  /// The last charge came after one of another process, and no longer fits the limit.
  [[nodiscard]] bool was_overtaken() const { return was_overtaken_; }

 private:
  void follow(MonotonicTime now) {
    const bool is_current = slot_ && slot_.changes() == changes_ && slot_.is_held();
    if (!is_current) read_slot(now);
  }
  void charge_slot(std::int64_t cost, MonotonicTime now);
  [[gnu::noinline]] void follow_other(MonotonicTime now);
  void read_slot(MonotonicTime now);
  void find_slot(MonotonicTime now);
  [[nodiscard]] bool add_to_slot(MonotonicTime now);
  [[nodiscard]] bool fill_from_slot(MonotonicTime now);

  RollingWindow window_;
  std::chrono::nanoseconds span_;
  std::int64_t width_;
  KeptAs kept_;
  KeptSlot slot_;
  std::uint64_t changes_ = 0;  ///< of the slot, all of which window_ has
  MonotonicTime find_again_ = MonotonicTime::min();
  bool was_overtaken_ = false;
};

}  // namespace weir::limit
