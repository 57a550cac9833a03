#include "api/own_usage.hpp"

#include <chrono>
#include <string_view>
#include <vector>

#include "api/frontend.hpp"
#include "codec/json_text.hpp"

namespace weir::api {
namespace {

// The members of `weir keys show --json`.
void write_use(codec::JsonWriter& json, const limit::LimitUse& one) {
  const auto& quota = one.use.quota;
  json.begin_object().key("limit").value(limit::describe(one.dimension).name);
  if (!one.model.empty()) json.key("model").value(one.model);
  json.key("max").value(quota.limit).key("used").value(one.use.used);
  json.key("remaining").value(quota.remaining);
  // Nobody knows when a call in flight will end.
  if (one.dimension != limit::Dimension::in_flight) {
    const auto reset = std::chrono::ceil<std::chrono::seconds>(quota.reset);
    json.key("reset_seconds").value(reset.count());
  }
  json.end_object();
}

}  // namespace

std::string OwnUsage::render() const {
  std::vector<std::string_view> models;
  if (catalogue) {
    for (const auto& model : catalogue->models()) {
      if (!scope->admits(model)) continue;
      const auto& id = model.counted_id();  // its aliases follow a model
      if (models.empty() || models.back() != id) models.emplace_back(id);
    }
  }
  return render_uses(limiter->uses(models, now));
}

std::string render_uses(std::span<const limit::LimitUse> uses) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("object").value("usage").key("limits").begin_array();
  for (const auto& one : uses) write_use(json, one);
  json.end_array().end_object();
  return text;
}

OwnUsage Frontend::own_usage(const http::Exchange& exchange, const auth::KeyEntry& key) {
  OwnUsage usage{.limiter = key.limiter(), .now = exchange.whole};
  if (!key.terms->model_limits.empty()) {
    usage.catalogue = published_.get().catalogue;
    usage.scope = scope_of(key);
  }
  return usage;
}

net::Task<http::Outcome> Frontend::show_usage(http::Exchange& exchange, OwnUsage usage) {
  auto render = [usage = std::move(usage)] { return usage.render(); };
  auto rendering = services_.pool.run(std::move(render));
  auto reply = http::Reply::with_body(200, co_await std::move(rendering));
  reply.fixed_fields = "Content-Type: application/json\r\nCache-Control: no-store\r\n";
  add_common_fields(exchange, reply.fields);
  co_return std::make_unique<http::Reply>(std::move(reply));
}

}  // namespace weir::api
