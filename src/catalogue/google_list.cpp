#include "catalogue/google_list.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "catalogue/endpoint.hpp"
#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "codec/query.hpp"
#include "codec/utf8.hpp"

namespace weir::catalogue {
namespace {

using codec::JsonWriter;

BadParameter refuse(std::string_view name, std::string_view value, std::string_view expected) {
  const std::string shown{codec::utf8_prefix(value, kMaxEchoBytes)};
  auto message = fmt::format("Invalid value for parameter \"{}\": \"{}\". Allowed: {}.", name,
                             shown, expected);
  return {std::string(name), shown, std::move(message)};
}

// The methods of Google's API by which the model can be called.
void write_methods(JsonWriter& json, const Model& model) {
  json.key("supportedGenerationMethods").begin_array();
  for (const Endpoint endpoint : all_endpoints()) {
    const auto& row = describe(endpoint);
    if (!row.names_model() || !row.takes(model.model_class.sub_types)) continue;
    json.value(row.path.substr(row.path.rfind(':') + 1));
  }
  json.end_array();
}

void write_model(JsonWriter& json, const Model& model) {
  const auto& facts = model.facts;
  json.begin_object().key("name").value("models/" + model.id);
  json.key("version").value("001").key("displayName").value(model.id);
  if (const auto input = facts.max_model_len ? facts.max_model_len : facts.context_length) {
    json.key("inputTokenLimit").value(*input);
  }
  if (facts.max_output_tokens) json.key("outputTokenLimit").value(*facts.max_output_tokens);
  write_methods(json, model);
  json.end_object();
}

}  // namespace

std::expected<GooglePage, BadParameter> parse_google_page(std::string_view text) {
  GooglePage page;
  if (text.empty()) return page;
  const auto query = codec::Query::parse(text);
  if (!query) return std::unexpected(refuse("", text, "a query string"));
  if (const auto size = query->find("pageSize"); size.count > 0 && !size.value.empty()) {
    std::uint64_t number = 0;
    const auto* end = size.value.data() + size.value.size();
    const auto [stop, error] = std::from_chars(size.value.data(), end, number);
    if (error != std::errc() || stop != end) {
      return std::unexpected(refuse("pageSize", size.value, "a number from 0"));
    }
    if (number > 0) page.size = std::min<std::uint64_t>(number, GooglePage::kMaxSize);
  }
  const auto token = query->find("pageToken").value;
  const auto after = codec::parse_base64(token);
  if (!after) return std::unexpected(refuse("pageToken", token, "the token of an earlier page"));
  page.after = *after;
  return page;
}

std::string render_google_model(const Model& model) {
  std::string out;
  JsonWriter json(out);
  write_model(json, model);
  return out;
}

std::expected<std::string, BadParameter> render_google_list(const Catalogue& catalogue,
                                                            const Scope& scope,
                                                            const ListQuery& query,
                                                            const GooglePage& page) {
  std::vector<const Model*> rows;
  for (const Model& model : catalogue.models()) {
    if (query.admits(model) && scope.admits(model)) rows.push_back(&model);
  }
  auto next = rows.begin();
  if (!page.after.empty()) {
    next = std::ranges::find(rows, page.after, &Model::id);
    if (next == rows.end()) {
      return std::unexpected(refuse("pageToken", codec::format_base64(page.after),
                                    "the token of an earlier page; begin again without one"));
    }
    ++next;
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("models").begin_array();
  const auto rest = static_cast<std::size_t>(rows.end() - next);
  for (auto left = std::min(page.size, rest); left > 0; --left) write_model(json, **next++);
  json.end_array();
  if (next != rows.end()) {
    json.key("nextPageToken").value(codec::format_base64((*(next - 1))->id));
  }
  json.end_object();
  return out;
}

}  // namespace weir::catalogue
