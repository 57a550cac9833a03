#include "api/stored_reply.hpp"

#include "codec/etag.hpp"

namespace weir::api {
namespace {

// `no-cache` lets a client store the list but requires revalidation: a 304 is cheap. The contents
// depend on the key, so no shared cache may store it.
constexpr std::string_view kNotModifiedFields =
    "Cache-Control: private, no-cache\r\nVary: Authorization, x-api-key, x-goog-api-key, "
    "Accept-Encoding, Origin, anthropic-version\r\n";
constexpr std::string_view kFields =
    "Content-Type: application/json\r\n"
    "Cache-Control: private, no-cache\r\nVary: Authorization, x-api-key, x-goog-api-key, "
    "Accept-Encoding, Origin, anthropic-version\r\n";

// RFC 9110 §13.1.2 and §15.4.5.
bool client_has(const http::Request& request, std::string_view etag) {
  const auto condition = request.header(http::FieldName::if_none_match);
  return !condition.empty() && codec::etag_matches(condition, etag);
}

http::Reply reply_for(const http::Request& request, std::string_view etag) {
  http::Reply reply;
  const bool unchanged = client_has(request, etag);
  reply.status = unchanged ? 304 : 200;
  reply.fixed_fields = unchanged ? kNotModifiedFields : kFields;
  reply.fields.reserve(256);
  reply.fields.append("ETag: ").append(etag).append("\r\n");
  return reply;
}

}  // namespace

http::Reply list_reply(const http::Request& request, catalogue::ListPtr list,
                       const codec::AcceptEncoding& accepted) {
  const auto coding = accepted.choose(list->codings());
  const catalogue::Body& body = list->body(coding);
  auto reply = reply_for(request, body.etag);
  if (!list->missing().empty()) {
    reply.fields.append("x-weir-missing-upstreams: ").append(list->missing()).append("\r\n");
  }
  if (reply.status == 304) return reply;
  if (coding != codec::Coding::identity) {
    reply.fields.append("Content-Encoding: ").append(wire_name(coding)).append("\r\n");
  }
  reply.body = body.bytes;
  reply.owner = std::move(list);
  return reply;
}

http::Reply tagged_reply(const http::Request& request, std::string body) {
  auto reply = reply_for(request, codec::strong_etag(body));
  if (reply.status == 304) return reply;
  auto whole = http::Reply::with_body(200, std::move(body));
  reply.body = whole.body;
  reply.owner = std::move(whole.owner);
  return reply;
}

}  // namespace weir::api
