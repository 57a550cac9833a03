/// Reading a list by allow-list: a Row gives out typed fields by name, and nothing else of it can
/// travel on. Whatever is missing, null or of another type reads as absent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.hpp"
#include "catalogue/model.hpp"
#include "discovery/kinds/protocol.hpp"

namespace weir::discovery::kinds {

class Row {
 public:
  // outlives: the Row; it is a view of a document in the transcript.
  explicit Row(const boost::json::object& fields) : fields_(&fields) {}

  /// Trimmed; empty if it is absent, longer than 512 bytes or has control characters.
  [[nodiscard]] std::string text(std::string_view key) const;
  /// A whole number above zero and below 10^12.
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view key) const;
  /// Nothing unless it is a JSON boolean.
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// The object at `key`, or an empty one.
  [[nodiscard]] Row child(std::string_view key) const;
  /// The strings of an array; the keys of an object that are `true` or hold `"supported": true`; a
  /// single string as one word.
  [[nodiscard]] std::vector<std::string_view> words(std::string_view key) const;
  /// The objects of an array.
  [[nodiscard]] std::vector<Row> rows(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Seconds since the epoch, from a number or an RFC 3339 text; see plausible_created.
  [[nodiscard]] std::optional<std::int64_t> created(std::string_view key, WallTime asked_at) const;

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view key) const;
  const boost::json::object* fields_;
};

/// The document as one row; an empty row for anything but an object (and for null).
[[nodiscard]] Row as_row(const boost::json::value* document);

/// The rows of a list: a bare array, or an object with `data` or `models`; `data: null` is an empty
/// list. Rows that are not objects are left out. Error: upstream_answer_invalid.
[[nodiscard]] Result<std::vector<Row>> rows_of(const boost::json::value& document);

/// Whether the document is a list with a row that passes; for fingerprints.
template <class Test>
[[nodiscard]] bool any_row(const boost::json::value* document, Test&& test) {
  if (document == nullptr) return false;
  const auto rows = rows_of(*document);
  return rows && std::any_of(rows->begin(), rows->end(), test);
}

/// Adds to `model`, whose id is set, what one row says.
using Fill = std::function<void(const Row&, catalogue::UpstreamModel&)>;

/// Collects models from one or several answers; the first row of an id stays.
class Collector {
 public:
  /// A row without a usable id at `id_key` (a text as Row::text gives it) is skipped.
  Result<> add_list(const boost::json::value& document, std::string_view id_key, const Fill& fill);
  /// For engines that serve one model and have no list.
  void add(catalogue::UpstreamModel model);
  [[nodiscard]] Models take() { return std::move(models_); }

 private:
  Models models_;
  std::unordered_set<std::string> seen_;
};

/// The one list of a transcript, read.
[[nodiscard]] Result<Models> read_list(const boost::json::value* document, std::string_view id_key,
                                       const Fill& fill);

}  // namespace weir::discovery::kinds
