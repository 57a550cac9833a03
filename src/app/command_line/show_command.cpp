#include "app/command_line/show_command.hpp"

#include <algorithm>
#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/command_line/admin_client.hpp"
#include "app/command_line/json_rows.hpp"
#include "app/command_line/table.hpp"

namespace weir::app {
namespace {

namespace json = boost::json;

// Models of one page: the server answers one in about a millisecond, and is not held up.
constexpr std::size_t kPageModels = 1'000;
// How often pages are read from the beginning because the catalogue changed in between.
constexpr int kMaxBeginnings = 10;

/// The page as an object whose `member` is an array.
Result<json::object> read_page(const std::string& endpoint, const Secret& key,
                               std::string_view page, std::string_view member) {
  const auto body = read_admin_page(endpoint, page, key);
  if (!body) return std::unexpected(body.error());
  boost::system::error_code error;
  json::value value = json::parse(*body, error);
  json::value* rows =
      error || !value.is_object() ? nullptr : value.get_object().if_contains(member);
  if (rows == nullptr || !rows->is_array()) {
    return fail(Errc::upstream_answer_invalid,
                endpoint + " sent an unexpected answer; is that Weir's admin address?");
  }
  return std::move(value.get_object());
}

Result<json::array> read_rows(const std::string& endpoint, const Secret& key, std::string_view page,
                              std::string_view member) {
  auto object = read_page(endpoint, key, page, member);
  if (!object) return std::unexpected(std::move(object.error()));
  return std::move((*object)[member].get_array());
}

/// All models, page by page. If the catalogue changes meanwhile, begins anew; a catalogue that
/// changes all the time is read across its changes.
Result<json::array> read_models(const std::string& endpoint, const Secret& key) {
  json::array models;
  json::value version;
  json::value next = 0;
  for (int beginnings = 1; next.is_number();) {
    const auto page =
        fmt::format("/admin/models?limit={}&offset={}", kPageModels, next.to_number<std::size_t>());
    auto object = read_page(endpoint, key, page, "models");
    if (!object) return std::unexpected(std::move(object.error()));
    const bool is_changed = !models.empty() && (*object)["version"] != version;
    if (is_changed && beginnings++ < kMaxBeginnings) {
      models.clear();
      next = 0;
      continue;
    }
    version = (*object)["version"];
    next = (*object)["next"];
    std::ranges::move((*object)["models"].get_array(), std::back_inserter(models));
  }
  return models;
}

bool names(const json::value& row, std::string_view member, std::string_view wanted) {
  const auto* object = row.if_object();
  const auto* list = object == nullptr ? nullptr : object->if_contains(member);
  return list != nullptr && list->is_array() &&
         std::ranges::any_of(list->get_array(),
                             [&](const auto& item) { return text_of(item) == wanted; });
}

std::string routes_of(const json::value& row) {
  const auto* object = row.if_object();
  const auto* routes = object == nullptr ? nullptr : object->if_contains("routes");
  if (routes == nullptr || !routes->is_array() || routes->get_array().empty()) return "-";
  std::string text;
  for (const auto& route : routes->get_array()) {
    if (!text.empty()) text += ' ';
    text += member_of(route, "upstream");
  }
  return text;
}

// Remarks on an upstream's list, for people.
std::string note_of(const json::value& upstream) {
  std::string note;
  const auto add = [&](std::string_view text) {
    if (!note.empty()) note += "; ";
    note += text;
  };
  if (member_of(upstream, "pending") == "true") add("first list pending");
  if (member_of(upstream, "truncated") == "true") add("list truncated");
  if (const auto words = member_of(upstream, "unknown_words"); words != "-") {
    add("unknown words: " + words);
  }
  if (const auto faults = member_of(upstream, "faults"); faults != "-") add("faults: " + faults);
  if (const auto why = member_of(upstream, "not_accepted"); why != "-") add(why);
  return note.empty() ? "-" : note;
}

std::string as_lines(const json::array& rows) { return json::serialize(rows) + "\n"; }

}  // namespace

Output show_models(const std::string& admin_endpoint, const Secret& admin_key,
                   const ModelFilter& filter, bool json) {
  auto models = read_models(admin_endpoint, admin_key);
  if (!models) return std::unexpected(std::move(models.error()));
  json::array kept;
  for (auto& model : *models) {
    if (filter.type && !names(model, "types", wire_name(*filter.type))) continue;
    if (filter.sub_type && !names(model, "sub_types", wire_name(*filter.sub_type))) continue;
    kept.push_back(std::move(model));
  }
  if (json) return as_lines(kept);
  Rows rows{{"ID", "TYPE", "SUB TYPES", "DECIDED BY", "STATUS", "CONTEXT", "UPSTREAMS"}};
  for (const auto& model : kept) {
    rows.push_back({member_of(model, "id"), member_of(model, "types"),
                    member_of(model, "sub_types"), member_of(model, "class_source"),
                    member_of(model, "status"), member_of(model, "context_length"),
                    routes_of(model)});
  }
  return format_table(rows);
}

Output show_upstreams(const std::string& admin_endpoint, const Secret& admin_key, bool json) {
  const auto upstreams = read_rows(admin_endpoint, admin_key, "/admin/upstreams", "upstreams");
  if (!upstreams) return std::unexpected(upstreams.error());
  if (json) return as_lines(*upstreams);
  Rows rows{
      {"NAME", "KIND", "URL", "REACH", "MODELS", "AGE (S)", "FAILURES", "NOTE", "LAST ERROR"}};
  for (const auto& upstream : *upstreams) {
    const auto error = member_of(upstream, "last_error");
    rows.push_back({member_of(upstream, "name"), member_of(upstream, "kind"),
                    member_of(upstream, "url"), member_of(upstream, "reach"),
                    member_of(upstream, "models"), member_of(upstream, "age_seconds"),
                    member_of(upstream, "failures"), note_of(upstream),
                    error.empty() ? "-" : error});
  }
  return format_table(rows);
}

Output show_health(const std::string& admin_endpoint) {
  const auto page = read_admin_page(admin_endpoint, "/readyz", {});
  if (page) return "ready\n";
  auto what = "the server at " + admin_endpoint + " is not ready";
  switch (page.error().code) {
    case Errc::upstream_refused:
      return fail(Errc::upstream_answer_invalid, what + ": " + page.error().detail);
    case Errc::upstream_answer_invalid:
      return fail(Errc::upstream_answer_invalid, std::move(what));
    default:
      return std::unexpected(page.error());
  }
}

}  // namespace weir::app
