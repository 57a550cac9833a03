#include "api/openapi.hpp"

#include <string>
#include <string_view>

#include "codec/etag.hpp"

namespace weir::api {
namespace {

constexpr std::string_view kText =
#include "api/openapi.inc"
    ;

constexpr std::string_view kFields =
    "Content-Type: application/yaml\r\nCache-Control: public, max-age=300\r\nVary: Origin\r\n";

}  // namespace

std::string_view openapi_text() { return kText; }

http::Reply openapi_reply(const http::Request& request) {
  static const std::string etag = codec::strong_etag(kText);
  http::Reply reply;
  reply.fixed_fields = kFields;
  reply.fields.append("ETag: ").append(etag).append("\r\n");
  if (codec::etag_matches(request.header(http::FieldName::if_none_match), etag)) {
    reply.status = 304;
  } else {
    reply.body = kText;
  }
  return reply;
}

}  // namespace weir::api
