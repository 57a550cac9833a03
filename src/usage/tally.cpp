#include "usage/tally.hpp"

#include <algorithm>
#include <functional>

namespace weir::usage {
namespace {

// Empty rows kept for reuse: more than a busy interval has, and a few hundred KiB at most.
constexpr std::size_t kWarmRows = 2048;

}  // namespace

store::UsageCounts without_negatives(store::UsageCounts counts) {
  const auto raise = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      auto& count = counts.*store::kUsageMembers[i];
      count = std::max<std::int64_t>(count, 0);
    }
  };
  raise(0, store::kUsualCounts);
  if (counts.has_rare()) raise(store::kUsualCounts, store::kUsageMembers.size());
  return counts;
}

std::size_t Tally::Hash::operator()(const NameView& name) const {
  const std::hash<std::string_view> hash;
  const auto day = static_cast<std::size_t>(name.day.time_since_epoch().count());
  // A multiple of an odd constant, so that equal texts in both places do not cancel out.
  return (hash(name.key_id) + day) * 0x9e3779b97f4a7c15 ^ hash(name.model);
}

JournalSection::Note* Tally::add_sound(store::Day day, std::string_view key_id,
                                       std::string_view model, const store::UsageCounts& counts) {
  Sum* sum = find_or_make({day, key_id, model}, max_rows_);
  if (sum != nullptr) {
    sum->counts.add(counts);
    return &sum->note;
  }
  merged_requests_ += counts.requests;
  sum = find_or_make({day, key_id, {}}, 2 * max_rows_);
  if (sum == nullptr) {
    sum = find_or_make({day, {}, {}}, std::numeric_limits<std::size_t>::max());
  }
  sum->counts.add(counts);
  return nullptr;
}

/// The sum of `name`, if it is full or fewer than `room` are.
Tally::Sum* Tally::find_or_make(const NameView& name, std::size_t room) {
  auto row = rows_.find(name);
  if (row != rows_.end() && row->second.full) return &row->second;
  if (full_.size() >= room) return nullptr;
  if (row == rows_.end()) {
    Name owned{name.day, std::string(name.key_id), std::string(name.model)};
    row = rows_.try_emplace(std::move(owned)).first;
  }
  row->second.full = true;
  full_.push_back(&*row);
  return &row->second;
}

void Tally::forget_if_many() {
  if (rows_.size() <= kWarmRows) return;
  rows_ = {};
  full_.shrink_to_fit();
}

}  // namespace weir::usage
