// The resource `upstreams`.
#include <algorithm>

#include "admin/pages.hpp"
#include "management/answer_json.hpp"
#include "management/body_json.hpp"
#include "management/resources.hpp"

namespace weir::management {
namespace {

void write_load(codec::JsonWriter& json, const std::optional<UpstreamLoad>& load) {
  write_text_or_null(json, "breaker", load ? load->breaker : "");
  const auto number = [&](int UpstreamLoad::* member) {
    return load ? std::optional<std::int64_t>((*load).*member) : std::nullopt;
  };
  write_number_or_null(json, "in_flight", number(&UpstreamLoad::in_flight));
  write_number_or_null(json, "waiting", number(&UpstreamLoad::waiting));
  const bool has_limit = load && load->max_in_flight > 0;
  write_number_or_null(json, "max_in_flight",
                       has_limit ? number(&UpstreamLoad::max_in_flight) : std::nullopt);
}

void write_routes(codec::JsonWriter& json, const std::vector<RouteState>& routes) {
  json.key("routes").begin_array();
  for (const auto& route : routes) {
    json.begin_object().key("model").value(route.model).key("id").value(route.id);
    json.key("status").value(route.status).key("reason").value(route.reason);
    write_text_or_null(json, "breaker", route.breaker);
    json.end_object();
  }
  json.end_array();
}

void write_upstream(codec::JsonWriter& json, const UpstreamState& state,
                    const std::vector<RouteState>* routes) {
  json.begin_object();
  admin::write_upstream_members(json, state.report);
  write_load(json, state.load);
  if (routes != nullptr) write_routes(json, *routes);
  json.end_object();
}

}  // namespace

Serving list_upstreams(Context& context) {
  const auto page = parse_page(context.query);
  if (!page) co_return std::unexpected(page.error());
  const auto offset = page->offset();
  if (!offset) co_return std::unexpected(offset.error());
  const auto states = context.services.upstreams();
  const auto first = std::min(*offset, states.size());
  const auto end = first + std::min(page->limit, states.size() - first);
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("data").begin_array();
  for (auto i = first; i < end; ++i) write_upstream(json, states[i], nullptr);
  json.end_array();
  write_next(json, end < states.size() ? std::to_string(end) : "");
  json.end_object();
  co_return Body{.json = std::move(text)};
}

Serving show_upstream(Context& context) {
  const auto states = context.services.upstreams();
  const auto found =
      std::ranges::find(states, context.name, [](const auto& state) { return state.report.name; });
  if (found == states.end()) co_return refuse(Reason::not_found);
  const auto routes = context.services.routes(context.name);
  std::string text;
  codec::JsonWriter json(text);
  write_upstream(json, *found, &routes);
  co_return Body{.json = std::move(text)};
}

Serving refresh_upstream(Context& context) {
  if (const auto body = parse_object(context.body); !body) {
    co_return std::unexpected(body.error());
  }
  if (!context.services.refresh(context.name)) co_return refuse(Reason::not_found);
  audit(context, {.action = "refresh upstream", .subject = context.name});
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("name").value(context.name).key("asked").value(true).end_object();
  co_return Body{.json = std::move(text), .status = 202};
}

}  // namespace weir::management
