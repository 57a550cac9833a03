// The resource `session`: who is logged in.
#include <boost/json/value.hpp>

#include "codec/json_text.hpp"
#include "management/answer_json.hpp"
#include "management/body_json.hpp"
#include "management/handler.hpp"
#include "management/resources.hpp"

namespace weir::management {
namespace {

std::string render(const Context& context, const Caller& caller) {
  const auto& facts = context.services.facts;
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object();
  write_text_or_null(json, "role", caller.role ? kRoleNames[*caller.role] : "");
  const bool is_known = caller.by != Credential::none;
  const std::string_view by = caller.by == Credential::cookie ? "cookie" : "bearer";
  write_text_or_null(json, "by", is_known ? by : std::string_view());
  json.key("version").value(facts.version).key("tls").value(facts.has_tls);
  json.key("login").begin_array().value("link");
  if (!context.state.admin_key.empty()) json.value("admin_key");
  if (!context.state.viewer_key.empty()) json.value("viewer_key");
  json.end_array();
  if (caller.role) {
    write_time(json, "expires_at", caller.expires_at);
    write_time(json, "started_at", facts.started_at);
    json.key("api_url").value(facts.api_url).key("admin_url").value(facts.admin_url);
    write_text_or_null(json, "config_file", facts.config_file);
    json.key("ready").value(context.services.ready());
  }
  json.end_object();
  return text;
}

// A link is replaced as soon as it was used.
std::optional<Role> login_role(const Context& context, const boost::json::object& body) {
  auto& state = context.state;
  if (const auto* key = body.if_contains("key")) {
    return role_of(state, std::string_view(key->as_string()));
  }
  if (!same_secret(std::string_view(body.at("link").as_string()), state.link)) return std::nullopt;
  state.link = make_token(auth::system_random);
  context.services.link_changed(state.link);
  return Role::admin;
}

Answered<boost::json::object> parse_login(std::string_view text) {
  auto body = parse_object(text);
  if (!body) return body;
  const bool is_one = body->size() == 1 && (body->contains("key") || body->contains("link"));
  if (!is_one || !body->begin()->value().is_string()) {
    return refuse(Reason::invalid_parameter, R"(Send {"key":"…"} or {"link":"…"}.)");
  }
  return body;
}

}  // namespace

Serving show_session(Context& context) { co_return Body{.json = render(context, context.caller)}; }

Serving log_in(Context& context) {
  const auto body = parse_login(context.body);
  if (!body) co_return std::unexpected(body.error());
  const bool has_tls = context.services.facts.has_tls;
  if (!has_tls && !is_loopback(context.exchange.peer)) co_return refuse(Reason::tls_required);
  if (auto ok = may_try(context, context.state.failures); !ok)
    co_return std::unexpected(std::move(ok.error()));
  const auto role = login_role(context, *body);
  if (!role) co_return std::unexpected(failed_login(context, context.state.failures));
  auto& sessions = context.state.sessions;
  const auto& session = sessions.open(*role, context.exchange.whole_at, auth::system_random);
  context.caller = {.role = role, .by = Credential::cookie, .expires_at = session.ends};
  audit(context, {.action = "login", .subject = kRoleNames[*role]});
  co_return Body{.json = render(context, context.caller),
                 .status = 201,
                 .fields = set_cookie_field(session.token, has_tls)};
}

Serving log_out(Context& context) {
  const bool has_tls = context.services.facts.has_tls;
  const auto token = find_cookie(context.field("Cookie"), cookie_name(has_tls));
  if (!token.empty()) context.state.sessions.close(token);
  co_return Body{.status = 204, .fields = set_cookie_field({}, has_tls)};
}

}  // namespace weir::management
