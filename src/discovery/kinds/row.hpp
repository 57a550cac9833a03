/// Reads a list by allow-list: a Row returns typed fields by name, and nothing else of it can leak.
/// A field that is missing, null or of another type reads as absent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace weir::discovery::kinds {

class Row {
 public:
  // outlives: the Row; it is a view of a document in the transcript.
  explicit Row(const boost::json::object& fields) : fields_(&fields) {}

  /// Trimmed; empty if it is absent, longer than 512 bytes or contains control characters.
  [[nodiscard]] std::string text(std::string_view key) const;
  /// An integer above zero and below 10^12, also as a text of digits.
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view key) const;
  /// True for the number zero, which count() treats as absent.
  [[nodiscard]] bool is_zero(std::string_view key) const;
  /// Nothing unless it is a JSON boolean.
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// Like flag(), also from 0 and 1 and the texts `true` and `false`.
  [[nodiscard]] std::optional<bool> loose_flag(std::string_view key) const;
  /// The object at `key`, or an empty one.
  [[nodiscard]] Row child(std::string_view key) const;
  /// The strings of an array, the parts of a string between commas, and objects that represent a
  /// word: the `name` or `type` of an object, alone or in an array, and the keys of an object that
  /// are `true` or contain `"supported": true`.
  [[nodiscard]] std::vector<std::string_view> words(std::string_view key) const;
  /// The objects of an array.
  [[nodiscard]] std::vector<Row> rows(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// The keys whose value is not null.
  [[nodiscard]] std::vector<std::string_view> keys() const;
  /// The keys that begin with `prefix` and are `true`, without the prefix.
  [[nodiscard]] std::vector<std::string_view> flags(std::string_view prefix) const;
  /// Seconds since the epoch, from a number or an RFC 3339 text; see plausible_created.
  [[nodiscard]] std::optional<std::int64_t> created(std::string_view key, WallTime asked_at) const;

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view key) const;
  const boost::json::object* fields_;
};

/// `text` as Row::text gives it.
[[nodiscard]] std::string usable_text(std::string_view text);

/// The document as one row; an empty row for anything but an object (and for null).
[[nodiscard]] Row as_row(const boost::json::value* document);

/// The rows of a list: an array, or an object with `data`, `models` or another common name of a
/// list; `data: null` is an empty list. Rows that are not objects are dropped. Error:
/// upstream_answer_invalid.
[[nodiscard]] Result<std::vector<Row>> rows_of(const boost::json::value& document);

/// True if the document is a list with a row that passes; for fingerprints.
template <class Test>
[[nodiscard]] bool any_row(const boost::json::value* document, Test&& test) {
  if (document == nullptr) return false;
  const auto rows = rows_of(*document);
  return rows && std::any_of(rows->begin(), rows->end(), test);
}

}  // namespace weir::discovery::kinds
