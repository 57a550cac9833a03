#include "catalogue/anthropic_list.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "codec/json_text.hpp"
#include "codec/query.hpp"
#include "codec/utf8.hpp"

namespace weir::catalogue {
namespace {

using codec::JsonWriter;

// RFC 3339.
std::string timestamp(std::int64_t seconds) {
  namespace chrono = std::chrono;
  const chrono::sys_seconds at{chrono::seconds(seconds)};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

BadParameter refuse(std::string_view name, std::string_view value, std::string_view expected) {
  const std::string shown{codec::utf8_prefix(value, kMaxEchoBytes)};
  auto message = fmt::format("Invalid value for parameter \"{}\": \"{}\". Allowed: {}.", name,
                             shown, expected);
  return {std::string(name), shown, std::move(message)};
}

std::optional<std::size_t> parse_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (!is_number || limit == 0 || limit > AnthropicPage::kMaxLimit) return std::nullopt;
  return limit;
}

void write_model(JsonWriter& json, const Model& model) {
  json.begin_object().key("type").value("model").key("id").value(model.id);
  json.key("display_name").value(model.id).key("lifecycle").value("active");
  json.key("created_at").value(timestamp(model.facts.created.value_or(0)));
  const auto& facts = model.facts;
  if (const auto input = facts.max_model_len ? facts.max_model_len : facts.context_length) {
    json.key("max_input_tokens").value(*input);
  }
  if (facts.max_output_tokens) json.key("max_tokens").value(*facts.max_output_tokens);
  json.end_object();
}

using Rows = std::span<const Model* const>;

// The place of the model with this id; nothing if it is not among them.
std::optional<std::size_t> place_of(Rows rows, std::string_view id) {
  const auto found = std::ranges::find(rows, id, &Model::id);
  if (found == rows.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rows.begin());
}

struct Part {
  Rows rows;
  bool has_more;  // in the direction in which pages are turned
};

std::expected<Part, BadParameter> part_of(Rows rows, const AnthropicPage& page) {
  constexpr std::string_view kExpected = "the id of a model in this list";
  if (!page.before_id.empty()) {
    const auto end = place_of(rows, page.before_id);
    if (!end) return std::unexpected(refuse("before_id", page.before_id, kExpected));
    const auto size = std::min(page.limit, *end);
    return Part{rows.subspan(*end - size, size), *end > size};
  }
  std::size_t begin = 0;
  if (!page.after_id.empty()) {
    const auto place = place_of(rows, page.after_id);
    if (!place) return std::unexpected(refuse("after_id", page.after_id, kExpected));
    begin = *place + 1;
  }
  const auto size = std::min(page.limit, rows.size() - begin);
  return Part{rows.subspan(begin, size), begin + size < rows.size()};
}

std::string render(const Part& part) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("data").begin_array();
  for (const Model* model : part.rows) write_model(json, *model);
  json.end_array().key("has_more").value(part.has_more);
  for (const auto* name : {"first_id", "last_id"}) {
    json.key(name);
    if (part.rows.empty()) {
      json.null();
    } else {
      json.value((*name == 'f' ? part.rows.front() : part.rows.back())->id);
    }
  }
  json.end_object();
  return out;
}

}  // namespace

std::expected<AnthropicPage, BadParameter> parse_anthropic_page(std::string_view text) {
  AnthropicPage page;
  if (text.empty()) return page;
  const auto query = codec::Query::parse(text);
  if (!query) return std::unexpected(refuse("", text, "a query string"));
  if (const auto limit = query->find("limit"); limit.count > 0) {
    const auto number = parse_limit(limit.value);
    if (!number) {
      return std::unexpected(
          refuse("limit", limit.value, fmt::format("1 to {}", AnthropicPage::kMaxLimit)));
    }
    page.limit = *number;
  }
  for (const auto* name : {"limit", "after_id", "before_id"}) {
    const auto found = query->find(name);
    if (found.count > 1) return std::unexpected(refuse(name, found.value, "one value"));
  }
  page.after_id = query->find("after_id").value;
  page.before_id = query->find("before_id").value;
  if (!page.after_id.empty() && !page.before_id.empty()) {
    return std::unexpected(refuse("before_id", page.before_id, "none beside after_id"));
  }
  return page;
}

std::string render_anthropic_model(const Model& model) {
  std::string out;
  JsonWriter json(out);
  write_model(json, model);
  return out;
}

std::expected<std::string, BadParameter> render_anthropic_list(const Catalogue& catalogue,
                                                               const Scope& scope,
                                                               const ListQuery& query,
                                                               const AnthropicPage& page) {
  std::vector<const Model*> rows;
  for (const Model& model : catalogue.models()) {
    if (query.admits(model) && scope.admits(model)) rows.push_back(&model);
  }
  const auto part = part_of(rows, page);
  if (!part) return std::unexpected(part.error());
  return render(*part);
}

}  // namespace weir::catalogue
