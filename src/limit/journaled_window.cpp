#include "limit/journaled_window.hpp"

#include <vector>

namespace weir::limit {
namespace {

// A table without a place may have one when windows have become idle.
constexpr std::chrono::seconds kFindAgain{10};

}  // namespace

void JournaledWindow::charge_slot(std::int64_t cost, MonotonicTime now) {
  kept_.table->note_change();
  const auto before = slot_->charge(cost, kept_.table->time_at(now), width_);
  if (before == changes_) {
    ++changes_;
  } else {
    follow_other(now);
  }
}

void JournaledWindow::follow_other(MonotonicTime now) {
  fill_from_slot(now);
  was_overtaken_ = window_.used() > window_.limit();
}

void JournaledWindow::give_back(std::int64_t amount, MonotonicTime charged_at, MonotonicTime now) {
  window_.give_back(amount, charged_at, now);
  if (slot_ == nullptr || now - charged_at >= span_) return;
  kept_.table->note_change();
  const auto before = slot_->give_back(amount, kept_.table->time_at(charged_at), width_);
  // Otherwise changes_ stays behind, and the slot is read when it is next looked at.
  if (before == changes_) ++changes_;
}

void JournaledWindow::read_slot(MonotonicTime now) {
  if (slot_ == nullptr || slot_->name() != kept_.name) {
    find_slot(now);
  } else {
    fill_from_slot(now);
  }
}

void JournaledWindow::find_slot(MonotonicTime now) {
  const bool was_lost = slot_ != nullptr;
  if (!was_lost && now < find_again_) return;
  find_again_ = now + kFindAgain;
  const auto& table = *kept_.table;
  slot_ = table.find_or_make(kept_.name, table.time_at(now), span_);
  if (slot_ == nullptr) return;
  // Counts without a slot, or of one that was lost with its page, are counted there.
  for (const auto& mark : window_.marks()) {
    if (mark.cost > 0 && now - mark.last < span_) {
      slot_->charge(mark.cost, table.time_at(mark.last), width_);
    }
  }
  fill_from_slot(now);
}

void JournaledWindow::fill_from_slot(MonotonicTime now) {
  // Read first: a later change is then seen the next time.
  changes_ = slot_->changes();
  const auto& table = *kept_.table;
  std::vector<RollingWindow::Mark> marks;
  for (const auto& count : slot_->counts(table.time_at(now), span_)) {
    const auto last = table.monotonic_at(count.last);
    if (!marks.empty() && marks.back().last == last) {
      marks.back().cost += count.cost;
    } else {
      marks.push_back({last, count.cost});
    }
  }
  window_.restore(marks, now);
}

}  // namespace weir::limit
