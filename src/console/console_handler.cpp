#include "console/console_handler.hpp"

#include <algorithm>

#include "admin/own_names.hpp"
#include "base/ascii.hpp"
#include "codec/accept_encoding.hpp"
#include "codec/etag.hpp"
#include "console/asset.hpp"

namespace weir::console {
namespace {

using http::FieldName;

bool is_call(std::string_view path) { return path.starts_with("/v1/"); }

// A browser says itself whether the page that calls is of the same origin, also behind a proxy that
// sends another Host. An old one names the page's origin alone, which is the console's if it has
// the authority that the request was sent to.
bool is_from_another_origin(const http::Request& request) {
  bool is_told = false;
  for (const auto& [name, value] : request.fields) {
    if (!same_ignoring_case(name, "sec-fetch-site")) continue;
    if (!same_ignoring_case(value, "same-origin")) return true;
    is_told = true;
  }
  if (is_told) return false;
  if (request.count(FieldName::origin) == 0) return false;
  const auto origin = request.header(FieldName::origin);
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos || origin.substr(scheme + 3) != request.authority;
}

http::Reply asset_reply(const http::Request& request) {
  const auto accepted = codec::AcceptEncoding::parse(request.header(FieldName::accept_encoding));
  const auto coding = accepted.choose(asset_codings());
  const Asset found = asset(request.path, coding);
  http::Reply reply;
  reply.fixed_fields = found.fixed_fields;
  reply.fields.append("ETag: ").append(found.etag).append("\r\n");
  const auto condition = request.header(FieldName::if_none_match);
  if (!condition.empty() && codec::etag_matches(condition, found.etag)) {
    reply.status = 304;
    return reply;
  }
  if (coding != codec::Coding::identity) {
    reply.fields.append("Content-Encoding: ").append(wire_name(coding)).append("\r\n");
  }
  reply.body = found.bytes;
  return reply;
}

// The memos of both handlers: a browser sends requests to both on one connection.
struct Memos final : http::ConnectionMemo {
  std::unique_ptr<http::ConnectionMemo> admin;
  std::unique_ptr<http::ConnectionMemo> api;
};

void choose_memo(http::Exchange& exchange) {
  auto& memo = *exchange.memo;
  if (!memo) memo = std::make_unique<Memos>();
  auto& memos = static_cast<Memos&>(*memo);
  exchange.memo =
      exchange.request != nullptr && is_call(exchange.request->path) ? &memos.api : &memos.admin;
}

}  // namespace

ConsoleHandler::ConsoleHandler(std::unique_ptr<http::Handler> admin,
                               std::unique_ptr<http::Handler> api,
                               std::span<const std::string> admin_hosts, std::size_t max_calls)
    : admin_(std::move(admin)),
      api_(std::move(api)),
      admin_hosts_(admin_hosts),
      max_calls_(max_calls) {}

http::Handler& ConsoleHandler::handler_of(const http::Request* request) const {
  return request != nullptr && is_call(request->path) ? *api_ : *admin_;
}

bool ConsoleHandler::takes_body(const http::Request& request) {
  return handler_of(&request).takes_body(request);
}

http::Answer ConsoleHandler::handle(http::Exchange& exchange) {
  const http::Request& request = *exchange.request;
  const bool is_read = request.method == http::Method::get || request.method == http::Method::head;
  const bool is_own_name = admin::is_own_name(request.authority, admin_hosts_);
  if (is_own_name && is_read && has_asset(request.path)) return asset_reply(request);
  choose_memo(exchange);
  if (!is_call(request.path)) return admin_->handle(exchange);
  if (!is_own_name) return api_->refuse(exchange, Errc::misdirected_request);
  if (is_from_another_origin(request)) return api_->refuse(exchange, Errc::forbidden);
  if (calls_.size() >= max_calls_) return api_->refuse(exchange, Errc::overloaded);
  calls_.insert(&exchange);
  return api_->handle(exchange);
}

http::Reply ConsoleHandler::refuse(http::Exchange& exchange, Errc code) {
  choose_memo(exchange);
  return handler_of(exchange.request).refuse(exchange, code);
}

void ConsoleHandler::finished(const http::Exchange& exchange) {
  calls_.erase(&exchange);
  handler_of(exchange.request).finished(exchange);
}

}  // namespace weir::console
