/// The rows of a report of usage: sums by the columns that it is grouped by.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "codec/glob.hpp"
#include "store/usage_store.hpp"
#include "store/visit_usage.hpp"

namespace weir::app {

struct Grouping {
  bool day = false;
  bool key = false;
  bool model = false;
};

struct ReportRow {
  store::UsageRow sum;  ///< columns that are not grouped by are empty
  bool is_month = false;
};

/// Sums what the store has by group, as it is read: memory is that of the groups.
class Groups {
 public:
  Groups(Grouping by, const std::string& model_glob, std::size_t most)
      : by_(by), model_glob_(model_glob), most_(most) {}

  /// False if there are too many groups.
  bool add(const store::UsageSum& sum) {
    if (!model_glob_.empty() && !codec::glob_matches(model_glob_, sum.model)) return true;
    total_.add(sum.counts);
    const std::tuple name(by_.day ? sum.day : store::Day(), by_.day && sum.is_month,
                          by_.key ? sum.key_id : std::string_view(),
                          by_.model ? sum.model : std::string_view());
    auto found = sums_.find(name);
    if (found == sums_.end()) found = sums_.emplace(name, store::UsageCounts()).first;
    found->second.add(sum.counts);
    return !has_too_many();
  }
  [[nodiscard]] bool has_too_many() const { return sums_.size() > most_; }

  /// Once.
  void move_to(std::vector<ReportRow>& rows, store::UsageCounts& total) {
    total = total_;
    rows.reserve(sums_.size());
    while (!sums_.empty()) {
      auto sum = sums_.extract(sums_.begin());
      auto& [day, is_month, key_id, model] = sum.key();
      rows.push_back({{day, std::move(key_id), std::move(model), sum.mapped()}, is_month});
    }
  }

 private:
  const Grouping by_;
  const std::string& model_glob_;
  const std::size_t most_;
  // Compared with views: a known group costs no allocation.
  std::map<std::tuple<store::Day, bool, std::string, std::string>, store::UsageCounts, std::less<>>
      sums_;
  store::UsageCounts total_;
};

}  // namespace weir::app
