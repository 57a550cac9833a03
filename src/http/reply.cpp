#include "http/reply.hpp"

namespace weir::http {

Reply Reply::with_body(int status, std::string body) {
  auto owned = std::make_shared<const std::string>(std::move(body));
  Reply reply;
  reply.status = status;
  reply.body = *owned;
  reply.owner = std::move(owned);
  return reply;
}

namespace {

std::string_view status_line(int status) {
  switch (status) {
    case kSwitchingProtocols:
      return "HTTP/1.1 101 Switching Protocols\r\n";
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 201:
      return "HTTP/1.1 201 Created\r\n";
    case 202:
      return "HTTP/1.1 202 Accepted\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 402:
      return "HTTP/1.1 402 Payment Required\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 406:
      return "HTTP/1.1 406 Not Acceptable\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 410:
      return "HTTP/1.1 410 Gone\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 414:
      return "HTTP/1.1 414 URI Too Long\r\n";
    case 415:
      return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case 421:
      return "HTTP/1.1 421 Misdirected Request\r\n";
    case 422:
      return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 424:
      return "HTTP/1.1 424 Failed Dependency\r\n";
    case 426:
      return "HTTP/1.1 426 Upgrade Required\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 500:
      return "HTTP/1.1 500 Internal Server Error\r\n";
    case 501:
      return "HTTP/1.1 501 Not Implemented\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    case 504:
      return "HTTP/1.1 504 Gateway Timeout\r\n";
    case 505:
      return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    default:
      return {};
  }
}

}  // namespace

void append_status_line(std::string& out, int status) {
  if (const auto line = status_line(status); !line.empty()) {
    out += line;
  } else {
    out.append("HTTP/1.1 ").append(std::to_string(status)).append(" \r\n");
  }
}

bool may_have_body(int status) { return status != 204 && status != 304; }

}  // namespace weir::http
