/// Shapes that the answers share: times, texts, pages of lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "codec/json_text.hpp"
#include "codec/query.hpp"
#include "management/problem.hpp"

namespace weir::management {

/// Each writes a member into an open object; nothing is null.
void write_time(codec::JsonWriter& json, std::string_view name, std::optional<WallTime> time);
void write_texts(codec::JsonWriter& json, std::string_view name,
                 const std::vector<std::string>& texts);
void write_text_or_null(codec::JsonWriter& json, std::string_view name, std::string_view text);
void write_number_or_null(codec::JsonWriter& json, std::string_view name,
                          std::optional<std::int64_t> number);

struct PageBounds {
  std::size_t usual = 100;
  std::size_t most = 1000;
};

/// The part of a list that is asked for.
struct Page {
  std::size_t limit = 0;
  std::string after;  ///< what the last page's cursor says; empty: the first page

  /// `after` as the number of items before the page.
  [[nodiscard]] Answered<std::size_t> offset() const;
};

/// From `limit` and `cursor`. Errors: invalid_parameter.
[[nodiscard]] Answered<Page> parse_page(const codec::Query& query, const PageBounds& bounds = {});

/// Writes the member `next`: a cursor, or null if `after` is empty.
void write_next(codec::JsonWriter& json, std::string_view after);

/// The value of a parameter that may be given once; nothing: it is not. Errors: invalid_parameter.
[[nodiscard]] Answered<std::optional<std::string_view>> parameter(const codec::Query& query,
                                                                  std::string_view name);

/// True if `part` is empty or occurs in `text`, in any case (ASCII).
[[nodiscard]] bool contains_text(std::string_view text, std::string_view part);

}  // namespace weir::management
