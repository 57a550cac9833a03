#include "admin/pages.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "admin/model_json.hpp"
#include "base/errc.hpp"
#include "codec/json_text.hpp"
#include "codec/query.hpp"

namespace weir::admin {
namespace {

using codec::JsonWriter;

constexpr std::string_view kNotAccepted = "not_accepted";

std::string_view name(catalogue::Reach reach) {
  switch (reach) {
    case catalogue::Reach::unknown:
      return "unknown";
    case catalogue::Reach::up:
      return "up";
    case catalogue::Reach::failing:
      return "failing";
    case catalogue::Reach::lost:
      return "lost";
  }
  __builtin_unreachable();
}

std::string_view reach_of(const discovery::UpstreamReport& report) {
  if (!report.not_accepted.empty()) return kNotAccepted;
  return report.pending ? "pending" : name(report.reach);
}

}  // namespace

void write_upstream_members(codec::JsonWriter& json, const discovery::UpstreamReport& report) {
  json.key("name").value(report.name).key("kind").value(report.kind);
  json.key("url").value(report.url).key("reach");
  json.value(reach_of(report)).key("pending").value(report.pending);
  json.key("truncated").value(report.truncated).key("unknown_words").begin_array();
  for (const auto& word : report.unknown_words) json.value(word);
  json.end_array();
  json.key("models").value(report.models).key("failures").value(report.failures);
  json.key("age_seconds");
  if (report.age) {
    json.value(std::chrono::duration_cast<std::chrono::seconds>(*report.age).count());
  } else {
    json.null();
  }
  json.key("next_refresh_seconds")
      .value(std::chrono::duration_cast<std::chrono::seconds>(report.next_refresh).count());
  json.key("last_error").value(report.last_error);
  json.key("faults").begin_array();
  for (const auto& fault : report.faults) json.value(fault);
  json.end_array();
  json.key(kNotAccepted);
  if (report.not_accepted.empty()) {
    json.null();
  } else {
    json.value(report.not_accepted);
  }
}

Result<ModelsPage> parse_models_page(std::string_view query) {
  const auto parameters = codec::Query::parse(query);
  if (!parameters) return std::unexpected(parameters.error());
  ModelsPage page;
  for (const auto& [name, number] : {std::pair("offset", &page.offset), {"limit", &page.limit}}) {
    const auto given = parameters->find(name);
    if (given.count == 0) continue;
    const auto* end = given.value.data() + given.value.size();
    const auto read = std::from_chars(given.value.data(), end, *number);
    if (given.count > 1 || read.ec != std::errc{} || read.ptr != end) {
      return fail(Errc::invalid_parameter, name);
    }
  }
  if (page.limit == 0) return fail(Errc::invalid_parameter, "limit");
  return page;
}

std::string render_models(const catalogue::Catalogue& catalogue, const ModelsPage& page) {
  const auto models = catalogue.models();
  const auto first = std::min(page.offset, models.size());
  const auto end = first + std::min(page.limit, models.size() - first);
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("version").value(catalogue.version()).key("next");
  if (end < models.size()) {
    json.value(end);
  } else {
    json.null();
  }
  json.key("models").begin_array();
  for (auto i = first; i < end; ++i) write_model(json, models[i]);
  json.end_array().end_object();
  return text;
}

std::string render_upstreams(std::span<const discovery::UpstreamReport> reports) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("upstreams").begin_array();
  for (const auto& report : reports) {
    json.begin_object();
    write_upstream_members(json, report);
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

std::string render_error(Errc code) {
  const ErrorRow& row = describe(code);
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("error").begin_object().key("reason").value(row.slug);
  json.key("message").value(row.message).end_object().end_object();
  return text;
}

}  // namespace weir::admin
