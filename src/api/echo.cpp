#include "api/echo.hpp"

namespace weir::api {
namespace {

// The echoed bytes must not be rendered as a page of this origin.
constexpr std::string_view kFields =
    "Content-Type: application/octet-stream\r\nX-Content-Type-Options: nosniff\r\n"
    "Cache-Control: no-store\r\n";

}  // namespace

http::Reply echo_page() { return echo_reply("OK"); }

http::Reply echo_reply(std::string body) {
  auto reply = http::Reply::with_body(200, std::move(body));
  reply.fixed_fields = kFields;
  return reply;
}

}  // namespace weir::api
