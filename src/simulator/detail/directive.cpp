#include "simulator/detail/directive.hpp"

#include <array>
#include <string>
#include <utility>

#include <boost/json/parse.hpp>

#include "simulator/detail/scripts.hpp"

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr auto kMembers =
    std::to_array<std::string_view>({"delay_ms", "status", "retry_after_s", "cut_after_events",
                                     "stall_after_events", "tokens", "token_ms"});
constexpr Range kWaitMs{0, 600'000};
constexpr Range kEvents{0, 100'000};

Outcome<Directive> read_members(const json::object& object) {
  Fields fields(object, Fields::From::json, "simulator.");
  fields.allow_only(kMembers);
  const auto wait = [&](std::string_view name) {
    const auto value = fields.integer(name, kWaitMs);
    return value ? std::optional(milliseconds(*value)) : std::nullopt;
  };
  const auto events = [&](std::string_view name) {
    const auto value = fields.integer(name, kEvents);
    return value ? std::optional(static_cast<std::size_t>(*value)) : std::nullopt;
  };
  Directive directive;
  directive.delay = wait("delay_ms");
  if (const auto status = fields.integer("status", {400, 599})) {
    directive.status = static_cast<int>(*status);
  }
  directive.retry_after_s = fields.integer("retry_after_s", {0, 86'400});
  directive.cut_after_events = events("cut_after_events");
  directive.stall_after_events = events("stall_after_events");
  directive.tokens = fields.integer("tokens", {1, 20'000});
  directive.token = wait("token_ms");
  if (directive.cut_after_events && directive.stall_after_events) {
    fields.expect("stall_after_events", "only one of this and cut_after_events");
  }
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  return directive;
}

}  // namespace

Outcome<Directive> read_directive(const Fields& fields) {
  const json::value* value = fields.find("simulator");
  if (!value) return Directive{};
  json::value parsed;
  if (const auto* text = value->if_string()) {
    boost::system::error_code error;
    parsed = json::parse(*text, error);
    value = &parsed;
  }
  if (const auto* object = value->if_object()) return read_members(*object);
  return std::unexpected(invalid("simulator: expected an object"));
}

Script apply(const Directive& directive, Script script) {
  if (directive.delay) script.wait = *directive.delay;
  if (directive.retry_after_s) {
    script.fields.push_back({"Retry-After", std::to_string(*directive.retry_after_s)});
  }
  if (const auto events = directive.cut_after_events) {
    return broken_off(std::move(script), *events, End::cut);
  }
  if (const auto events = directive.stall_after_events) {
    return broken_off(std::move(script), *events, End::stall);
  }
  return script;
}

}  // namespace weir::simulator::detail
