// The resource `models`.
#include <algorithm>
#include <array>

#include "admin/explanation.hpp"
#include "admin/model_json.hpp"
#include "catalogue/model.hpp"
#include "management/answer_json.hpp"
#include "management/resources.hpp"

namespace weir::management {
namespace {

using catalogue::Model;

// A page for a console with thousands of models is one request.
constexpr PageBounds kBounds{.usual = 100, .most = 10'000};

struct Filter {
  std::string_view type;
  std::string_view sub_type;
  std::string_view upstream;
  std::string_view status;
  std::string_view text;

  [[nodiscard]] bool admits(const Model& model) const {
    bool has_type = type.empty();
    model.model_class.types.for_each([&](auto one) { has_type |= wire_name(one) == type; });
    bool has_sub_type = sub_type.empty();
    model.model_class.sub_types.for_each(
        [&](auto one) { has_sub_type |= wire_name(one) == sub_type; });
    const auto is_there = [&](const catalogue::Route& route) { return route.upstream == upstream; };
    const bool has_route = upstream.empty() || std::ranges::any_of(model.routes, is_there);
    const bool has_status = status.empty() || wire_name(model.status) == status;
    return has_type && has_sub_type && has_route && has_status && contains_text(model.id, text);
  }
};

Answered<Filter> parse_filter(const codec::Query& query) {
  Filter filter;
  const std::array parts{std::pair("type", &filter.type), std::pair("sub_type", &filter.sub_type),
                         std::pair("upstream", &filter.upstream),
                         std::pair("status", &filter.status), std::pair("q", &filter.text)};
  for (const auto& [name, part] : parts) {
    const auto value = parameter(query, name);
    if (!value) return std::unexpected(value.error());
    *part = value->value_or("");
  }
  return filter;
}

std::string render(const catalogue::Catalogue& catalogue, const Filter& filter, const Page& page,
                   std::size_t offset) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("data").begin_array();
  std::size_t total = 0;
  for (const Model& model : catalogue.models()) {
    if (!filter.admits(model)) continue;
    if (total >= offset && total - offset < page.limit) admin::write_model(json, model);
    ++total;
  }
  json.end_array();
  const bool has_more = total > offset && total - offset > page.limit;
  write_next(json, has_more ? std::to_string(offset + page.limit) : "");
  json.key("version").value(catalogue.version()).key("total").value(total).end_object();
  return text;
}

}  // namespace

// Thousands of models take milliseconds, which the control thread does not have.
Serving list_models(Context& context) {
  const auto page = parse_page(context.query, kBounds);
  if (!page) co_return std::unexpected(page.error());
  const auto offset = page->offset();
  if (!offset) co_return std::unexpected(offset.error());
  const auto filter = parse_filter(context.query);
  if (!filter) co_return std::unexpected(filter.error());
  auto make = [catalogue = context.services.catalogue(), filter = *filter, page = *page,
               offset = *offset] { return render(*catalogue, filter, page, offset); };
  auto making = context.services.pool.run(std::move(make));
  auto text = co_await std::move(making);
  co_return Body{.json = std::move(text)};
}

Serving explain_model(Context& context) {
  const auto explanation = context.services.explain(context.name);
  co_return Body{.json = admin::render_explanation(context.name, explanation)};
}

}  // namespace weir::management
