#include "management/answer_json.hpp"

#include <algorithm>
#include <charconv>

#include "telemetry/timestamp.hpp"

namespace weir::management {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

// Hex: opaque, and needs no escape in a query.
std::string encode(std::string_view text) {
  std::string cursor;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    cursor += kDigits[byte >> 4U];
    cursor += kDigits[byte & 0x0FU];
  }
  return cursor;
}

std::optional<std::string> decode(std::string_view cursor) {
  if (cursor.empty() || cursor.size() % 2 != 0) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < cursor.size(); i += 2) {
    unsigned value = 0;
    const auto* from = cursor.data() + i;
    const auto read = std::from_chars(from, from + 2, value, 16);
    if (read.ec != std::errc{} || read.ptr != from + 2) return std::nullopt;
    text += static_cast<char>(value);
  }
  return text;
}

std::optional<std::size_t> parse_number(std::string_view text) {
  std::size_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

void write_time(codec::JsonWriter& json, std::string_view name, std::optional<WallTime> time) {
  json.key(name);
  if (!time) {
    json.null();
    return;
  }
  std::string text;
  telemetry::append_timestamp(text, *time);
  json.value(text);
}

void write_texts(codec::JsonWriter& json, std::string_view name,
                 const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

void write_text_or_null(codec::JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void write_number_or_null(codec::JsonWriter& json, std::string_view name,
                          std::optional<std::int64_t> number) {
  json.key(name);
  if (number) {
    json.value(*number);
  } else {
    json.null();
  }
}

Answered<std::size_t> Page::offset() const {
  if (after.empty()) return 0;
  const auto number = parse_number(after);
  if (!number) return refuse(Reason::invalid_parameter, "Take the cursor from `next`.", "cursor");
  return *number;
}

Answered<std::optional<std::string_view>> parameter(const codec::Query& query,
                                                    std::string_view name) {
  const auto found = query.find(name);
  if (found.count > 1) {
    return refuse(Reason::invalid_parameter, "The parameter is given twice.", std::string(name));
  }
  if (found.count == 0) return std::nullopt;
  return found.value;
}

Answered<Page> parse_page(const codec::Query& query, const PageBounds& bounds) {
  Page page{.limit = bounds.usual, .after = {}};
  const auto limit = parameter(query, "limit");
  if (!limit) return std::unexpected(limit.error());
  if (*limit) {
    const auto number = parse_number(**limit);
    if (!number || *number == 0 || *number > bounds.most) {
      return refuse(Reason::invalid_parameter,
                    "limit must be between 1 and " + std::to_string(bounds.most) + ".", "limit");
    }
    page.limit = *number;
  }
  const auto cursor = parameter(query, "cursor");
  if (!cursor) return std::unexpected(cursor.error());
  if (*cursor) {
    auto after = decode(**cursor);
    if (!after) return refuse(Reason::invalid_parameter, "Take the cursor from `next`.", "cursor");
    page.after = std::move(*after);
  }
  return page;
}

void write_next(codec::JsonWriter& json, std::string_view after) {
  write_text_or_null(json, "next", encode(after));
}

bool contains_text(std::string_view text, std::string_view part) {
  return std::ranges::search(text, part, {}, lower, lower).begin() != text.end() || part.empty();
}

}  // namespace weir::management
