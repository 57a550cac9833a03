#include "discovery/kinds/row.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

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

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\f\v";
  const auto start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::optional<std::int64_t> whole_number(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return std::nullopt;  // only what does not fit int64 is parsed as this
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

}  // namespace

const json::value* Row::find(std::string_view key) const {
  const auto* value = fields_->if_contains(key_of(key));
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Row::text(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr || !value->is_string()) return {};
  const auto text = trim(view(value->get_string()));
  if (text.size() > kMaxTextBytes || has_control(text)) return {};
  return std::string(text);
}

std::optional<std::int64_t> Row::count(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto number = whole_number(*value);
  return number && *number > 0 && *number < kMaxCount ? number : std::nullopt;
}

std::optional<bool> Row::flag(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

Row Row::child(std::string_view key) const { return as_row(find(key)); }

std::vector<std::string_view> Row::words(std::string_view key) const {
  std::vector<std::string_view> words;
  const auto* value = find(key);
  if (value == nullptr) return words;
  if (const auto* text = value->if_string()) words.push_back(view(*text));
  if (const auto* array = value->if_array()) {
    for (const auto& item : *array) {
      if (const auto* text = item.if_string()) words.push_back(view(*text));
    }
  }
  if (const auto* object = value->if_object()) {
    for (const auto& member : *object) {
      if (is_yes(member.value())) words.emplace_back(member.key().data(), member.key().size());
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

Row as_row(const json::value* document) {
  const auto* object = document != nullptr ? document->if_object() : nullptr;
  return Row(object != nullptr ? *object : nothing());
}

Result<std::vector<Row>> rows_of(const json::value& document) {
  const json::array* list = document.if_array();
  bool empty = false;
  if (const auto* object = document.if_object()) {
    for (const auto key : {"data", "models"}) {
      const auto* value = object->if_contains(key);
      if (value == nullptr) continue;
      if (list == nullptr) list = value->if_array();
      empty = empty || value->is_null();
    }
  }
  std::vector<Row> rows;
  if (list == nullptr) {
    if (empty) return rows;
    return fail(Errc::upstream_answer_invalid, "the answer holds no list: check url and kind");
  }
  rows.reserve(list->size());
  for (const auto& item : *list) {
    if (const auto* object = item.if_object()) rows.emplace_back(*object);
  }
  return rows;
}

Result<> Collector::add_list(const json::value& document, std::string_view id_key,
                             const Fill& fill) {
  auto rows = rows_of(document);
  if (!rows) return std::unexpected(rows.error());
  for (const Row& row : *rows) {
    catalogue::UpstreamModel model;
    model.id = row.text(id_key);
    if (model.id.empty() || seen_.contains(model.id)) continue;
    fill(row, model);
    add(std::move(model));
  }
  return {};
}

void Collector::add(catalogue::UpstreamModel model) {
  if (model.id.empty() || !seen_.insert(model.id).second) return;
  models_.push_back(std::move(model));
}

Result<Models> read_list(const json::value* document, std::string_view id_key, const Fill& fill) {
  if (document == nullptr) return fail(Errc::upstream_answer_invalid, "the list was not answered");
  Collector collector;
  if (auto ok = collector.add_list(*document, id_key, fill); !ok) {
    return std::unexpected(ok.error());
  }
  return collector.take();
}

}  // namespace weir::discovery::kinds
