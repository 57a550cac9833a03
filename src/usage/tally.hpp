/// Sums per day, key and model, in bounded space. Pure: no clock, no lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/usage_store.hpp"
#include "usage/journal.hpp"

namespace weir::usage {

[[nodiscard]] store::UsageCounts without_negatives(store::UsageCounts counts);

/// Rows with counts that have not been drained are *full*, and only they are bounded. A drained row
/// stays, empty, so that the next addition to it allocates nothing.
///
/// With max_rows full rows, a new one is merged into that of its key without a model, and with
/// twice as many into that of its day alone: detail is lost, the sums stay exact.
///
/// Cost:    about 40 ns for an addition to an existing row.
/// Threads: one at a time.
class Tally {
 public:
  /// REQUIRES: max_rows > 0.
  explicit Tally(std::size_t max_rows) : max_rows_(max_rows) {}
  Tally(const Tally&) = delete;  // full_ points into rows_
  Tally& operator=(const Tally&) = delete;

  /// Negative counts add nothing, and sums saturate: no reported value can corrupt them. Returns
  /// the row's note, which its caller may use while the row is warm; null if it was merged.
  JournalSection::Note* add(store::Day day, std::string_view key_id, std::string_view model,
                            const store::UsageCounts& counts) {
    return add_sound(day, key_id, model, without_negatives(counts));
  }
  /// REQUIRES: no count is negative.
  JournalSection::Note* add_sound(store::Day day, std::string_view key_id, std::string_view model,
                                  const store::UsageCounts& counts);

  /// Calls `visit(day, key_id, model, counts)` for each full row and empties it.
  template <class Visit>
  void drain(Visit visit);

  /// The number of full rows.
  [[nodiscard]] std::size_t size() const { return full_.size(); }
  [[nodiscard]] bool empty() const { return full_.empty(); }

  /// Requests merged since the last call.
  [[nodiscard]] std::int64_t take_merged() { return std::exchange(merged_requests_, 0); }

 private:
  struct Name {
    store::Day day;
    std::string key_id;
    std::string model;
  };
  struct NameView {
    NameView(store::Day d, std::string_view k, std::string_view m) : day(d), key_id(k), model(m) {}
    NameView(const Name& name) : NameView(name.day, name.key_id, name.model) {}
    bool operator==(const NameView&) const = default;

    store::Day day;
    std::string_view key_id;
    std::string_view model;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const NameView& name) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const NameView& a, const NameView& b) const { return a == b; }
  };
  struct Sum {
    store::UsageCounts counts;
    bool full = false;
    JournalSection::Note note = {};
  };
  using Rows = std::unordered_map<Name, Sum, Hash, Equal>;

  [[nodiscard]] Sum* find_or_make(const NameView& name, std::size_t room);
  void forget_if_many();

  std::size_t max_rows_;
  Rows rows_;
  std::vector<Rows::value_type*> full_;  ///< nodes of an unordered_map do not move
  std::int64_t merged_requests_ = 0;
};

template <class Visit>
void Tally::drain(Visit visit) {
  for (Rows::value_type* row : full_) {
    const Name& name = row->first;
    visit(name.day, std::string_view(name.key_id), std::string_view(name.model),
          row->second.counts);
    row->second.counts = {};
    row->second.full = false;
  }
  full_.clear();
  forget_if_many();
}

}  // namespace weir::usage
