/// The rows of one upstream's list, shared by all who keep the list.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "catalogue/model.hpp"

namespace weir::catalogue {

/// A vector whose copies share its rows: with hundreds of upstreams, a list is kept in several
/// places, and copied far more often than it changes. Changing a shared one copies it first.
///
/// Threads: as std::vector; the shared rows are immutable.
class ModelRows {
 public:
  using value_type = UpstreamModel;
  using const_iterator = std::vector<UpstreamModel>::const_iterator;
  using iterator = const_iterator;

  ModelRows() : rows_(none()) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a vector is a value of this type
  ModelRows(std::vector<UpstreamModel> rows)
      : rows_(std::make_shared<std::vector<UpstreamModel>>(std::move(rows))) {}
  ModelRows(std::initializer_list<UpstreamModel> rows)
      : ModelRows(std::vector<UpstreamModel>(rows)) {}

  [[nodiscard]] const_iterator begin() const { return rows_->cbegin(); }
  [[nodiscard]] const_iterator end() const { return rows_->cend(); }
  [[nodiscard]] std::size_t size() const { return rows_->size(); }
  [[nodiscard]] bool empty() const { return rows_->empty(); }
  [[nodiscard]] const UpstreamModel& front() const { return rows_->front(); }
  [[nodiscard]] const UpstreamModel& back() const { return rows_->back(); }
  [[nodiscard]] const UpstreamModel& operator[](std::size_t index) const { return (*rows_)[index]; }

  /// True if both are copies of one value. Cost: a comparison of pointers.
  [[nodiscard]] bool shares_rows_with(const ModelRows& other) const { return rows_ == other.rows_; }
  bool operator==(const ModelRows& other) const {
    return shares_rows_with(other) || *rows_ == *other.rows_;
  }

  [[nodiscard]] UpstreamModel& operator[](std::size_t index) { return own()[index]; }
  void push_back(UpstreamModel row) { own().push_back(std::move(row)); }

 private:
  using Rows = std::shared_ptr<std::vector<UpstreamModel>>;

  [[nodiscard]] static const Rows& none() {
    static const auto empty = std::make_shared<std::vector<UpstreamModel>>();
    return empty;
  }
  [[nodiscard]] std::vector<UpstreamModel>& own() {
    if (rows_.use_count() > 1) rows_ = std::make_shared<std::vector<UpstreamModel>>(*rows_);
    return *rows_;
  }

  Rows rows_;
};

}  // namespace weir::catalogue
