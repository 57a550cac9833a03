#include "limit/journaled_window.hpp"

#include <algorithm>
#include <vector>

namespace weir::limit {
namespace {

// A table without a place may have one when windows have become idle.
constexpr std::chrono::seconds kFindAgain{10};
// A slot without a count may be taken before the first charge.
constexpr int kMaxFinds = 8;

}  // namespace

void JournaledWindow::charge_slot(std::int64_t cost, MonotonicTime now) {
  kept_.table->note_change();
  if (slot_ && slot_.charge(cost, kept_.table->time_at(now), width_) == changes_) {
    ++changes_;
  } else {
    follow_other(now);
  }
}

void JournaledWindow::follow_other(MonotonicTime now) {
  read_slot(now);
  was_overtaken_ = window_.used() > window_.limit();
}

void JournaledWindow::give_back(std::int64_t amount, MonotonicTime charged_at, MonotonicTime now) {
  window_.give_back(amount, charged_at, now);
  if (!slot_ || now - charged_at >= span_) return;
  kept_.table->note_change();
  // Otherwise changes_ stays behind, and the slot is read when it is next looked at.
  if (slot_.give_back(amount, kept_.table->time_at(charged_at), width_) == changes_) ++changes_;
}

void JournaledWindow::read_slot(MonotonicTime now) {
  if (!slot_ || !fill_from_slot(now)) find_slot(now);
}

void JournaledWindow::find_slot(MonotonicTime now) {
  if (!slot_ && now < find_again_) return;
  find_again_ = now + kFindAgain;
  const auto& table = *kept_.table;
  for (int i = 0; i < kMaxFinds; ++i) {
    slot_ = table.find_or_make(kept_.name, table.time_at(now), span_);
    if (!slot_ || (add_to_slot(now) && fill_from_slot(now))) return;
  }
  slot_ = {};
}

/// Charges what was counted without a slot, or in one that was lost. False if it is lost again.
bool JournaledWindow::add_to_slot(MonotonicTime now) {
  return std::ranges::all_of(window_.marks(), [&](const RollingWindow::Mark& mark) {
    if (mark.cost == 0 || now - mark.last >= span_) return true;
    return slot_.charge(mark.cost, kept_.table->time_at(mark.last), width_).has_value();
  });
}

/// False, and nothing changed, if the slot is lost.
bool JournaledWindow::fill_from_slot(MonotonicTime now) {
  // Read first: a later change is then seen the next time.
  const auto changes = slot_.changes();
  const auto& table = *kept_.table;
  const auto counts = slot_.counts(table.time_at(now), span_);
  if (!slot_.is_held()) return false;
  std::vector<RollingWindow::Mark> marks;
  for (const auto& count : counts) {
    const auto last = table.monotonic_at(count.last);
    if (!marks.empty() && marks.back().last == last) {
      marks.back().cost += count.cost;
    } else {
      marks.push_back({last, count.cost});
    }
  }
  changes_ = changes;
  window_.restore(marks, now);
  return true;
}

}  // namespace weir::limit
