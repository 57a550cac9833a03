#include "discovery/kinds/row.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/ascii.hpp"
#include "codec/field_list.hpp"
#include "discovery/kinds/created.hpp"

namespace weir::discovery::kinds {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxTextBytes = 512;
constexpr std::int64_t kMaxCount = 1'000'000'000'000;

const json::object& nothing() {
  static const json::object empty;
  return empty;
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
json::string_view key_of(std::string_view key) { return {key.data(), key.size()}; }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

std::optional<std::int64_t> whole_number(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_string()) return digits(trim(view(value.get_string())));
  if (value.is_uint64())
    return std::nullopt;  // the parser uses this type only for numbers beyond
                          // int64
  if (!value.is_double()) return std::nullopt;
  const double number = value.get_double();
  if (!(std::abs(number) < static_cast<double>(kMaxCount)) || std::trunc(number) != number) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number);
}

bool is_yes(const json::value& value) {
  if (const auto* flag = value.if_bool()) return *flag;
  const auto* object = value.if_object();
  if (object == nullptr) return false;
  const auto* supported = object->if_contains("supported");
  return supported != nullptr && supported->is_bool() && supported->get_bool();
}

void add_words_of_text(std::string_view text, std::vector<std::string_view>& words) {
  codec::for_each_element(text, [&](std::string_view word) {
    if (!word.empty()) words.push_back(word);
    return true;
  });
}

void add_name(const json::object& object, std::vector<std::string_view>& words) {
  for (const auto key : {"name", "type"}) {
    const auto* name = object.if_contains(key);
    if (name == nullptr || !name->is_string()) continue;
    words.push_back(trim(view(name->get_string())));
    return;
  }
}

void add_item(const json::value& item, std::vector<std::string_view>& words) {
  if (const auto* text = item.if_string()) words.push_back(trim(view(*text)));
  if (const auto* object = item.if_object()) add_name(*object, words);
}

}  // namespace

const json::value* Row::find(std::string_view key) const {
  const auto* value = fields_->if_contains(key_of(key));
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Row::text(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && value->is_string() ? usable_text(view(value->get_string())) : "";
}

std::optional<std::int64_t> Row::count(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto number = whole_number(*value);
  return number && *number > 0 && *number < kMaxCount ? number : std::nullopt;
}

bool Row::is_zero(std::string_view key) const {
  const auto* value = find(key);
  return value != nullptr && whole_number(*value) == 0;
}

std::optional<bool> Row::flag(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

std::optional<bool> Row::loose_flag(std::string_view key) const {
  if (const auto exact = flag(key)) return exact;
  const auto word = text(key);
  if (is_zero(key) || equals_ignoring_case(word, "false")) return false;
  if (count(key) == 1 || equals_ignoring_case(word, "true")) return true;
  return std::nullopt;
}

std::vector<std::string_view> Row::keys() const {
  std::vector<std::string_view> keys;
  for (const auto& member : *fields_) {
    if (!member.value().is_null()) keys.emplace_back(member.key().data(), member.key().size());
  }
  return keys;
}

Row Row::child(std::string_view key) const { return as_row(find(key)); }

std::vector<std::string_view> Row::words(std::string_view key) const {
  std::vector<std::string_view> words;
  const auto* value = find(key);
  if (value == nullptr) return words;
  if (const auto* text = value->if_string()) add_words_of_text(view(*text), words);
  if (const auto* array = value->if_array()) {
    for (const auto& item : *array) add_item(item, words);
  }
  if (const auto* object = value->if_object()) {
    add_name(*object, words);
    for (const auto& member : *object) {
      if (is_yes(member.value())) words.emplace_back(member.key().data(), member.key().size());
    }
  }
  return words;
}

std::vector<std::string_view> Row::flags(std::string_view prefix) const {
  std::vector<std::string_view> words;
  for (const auto& member : *fields_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key.starts_with(prefix) && is_yes(member.value())) {
      words.push_back(key.substr(prefix.size()));
    }
  }
  return words;
}

std::vector<Row> Row::rows(std::string_view key) const {
  std::vector<Row> rows;
  const auto* value = find(key);
  const auto* array = value != nullptr ? value->if_array() : nullptr;
  if (array == nullptr) return rows;
  for (const auto& item : *array) {
    if (const auto* object = item.if_object()) rows.emplace_back(*object);
  }
  return rows;
}

std::optional<std::int64_t> Row::created(std::string_view key, WallTime asked_at) const {
  const auto seconds =
      find(key) != nullptr && find(key)->is_string() ? parse_rfc3339(text(key)) : count(key);
  return seconds ? plausible_created(*seconds, asked_at) : std::nullopt;
}

std::string usable_text(std::string_view text) {
  text = trim(text);
  if (text.size() > kMaxTextBytes || has_control(text)) return {};
  return std::string(text);
}

Row as_row(const json::value* document) {
  const auto* object = document != nullptr ? document->if_object() : nullptr;
  return Row(object != nullptr ? *object : nothing());
}

Result<std::vector<Row>> rows_of(const json::value& document) {
  const json::array* list = document.if_array();
  bool empty = false;
  if (const auto* object = document.if_object()) {
    for (const auto key : {"data", "models", "result", "items", "endpoints"}) {
      const auto* value = object->if_contains(key);
      if (value == nullptr) continue;
      if (list == nullptr) list = value->if_array();
      empty = empty || value->is_null();
    }
  }
  std::vector<Row> rows;
  if (list == nullptr) {
    if (empty) return rows;
    return fail(Errc::upstream_answer_invalid, "the answer contains no list: check url and kind");
  }
  rows.reserve(list->size());
  for (const auto& item : *list) {
    if (const auto* object = item.if_object()) rows.emplace_back(*object);
  }
  return rows;
}

}  // namespace weir::discovery::kinds
