// Requests of rfc_vectors_for_test.hpp, except their framing.
#include "http/rfc_vectors_for_test.hpp"

namespace weir::http {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto kBad = Errc::malformed_request;

std::string with_line(std::string_view line) {
  return std::string(line).append("\r\nHost: weir\r\n\r\n");
}
std::string with_target(std::string_view target, std::string_view host = "weir") {
  return std::string("GET ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: ")
      .append(host)
      .append("\r\n\r\n");
}
std::string with_host(std::string_view host) { return with_target("/", host); }
// A request line, a Host, then `lines`, each without its line end.
std::string with_fields(std::string_view lines, std::string_view body = {}) {
  return std::string("POST / HTTP/1.1\r\nHost: weir\r\n")
      .append(lines)
      .append("\r\n\r\n")
      .append(body);
}

void add_lines(std::vector<Vector>& all) {
  const Vector vectors[] = {
      {"9112 §2.1", "the smallest request", with_host("weir"), taken()},
      {"9112 §2.1", "a head that is not whole", "GET / HTTP/1.1\r\nHost: weir\r\n", waiting()},
      {"9112 §2.1", "a head without its last byte", "GET / HTTP/1.1\r\nHost: weir\r\n\r",
       waiting()},
      {"9112 §2.2", "one empty line before the request line", "\r\n" + with_host("weir"), taken()},
      {"9112 §2.2", "policy: two empty lines before it", "\r\n\r\n" + with_host("weir"),
       refused(kBad)},
      {"9112 §2.2", "policy: LF alone ends the request line", "GET / HTTP/1.1\nHost: w\r\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "policy: LF alone ends a field", "GET / HTTP/1.1\r\nHost: w\nA: b\r\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "policy: LF alone ends the head", "GET / HTTP/1.1\r\nHost: w\r\n\n",
       refused(kBad)},
      {"9112 §2.2", "policy: LF alone before a line end", "GET / HTTP/1.1\r\nHost: w\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "policy: nothing but LF", "GET / HTTP/1.1\nHost: w\n\n", refused(kBad)},
      {"9112 §2.2", "a bare CR ends the request line", "GET / HTTP/1.1\rHost: w\r\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "a bare CR in a value", with_fields("A: b\rc"), refused(kBad)},
      {"9112 §2.2", "a bare CR before a name", "GET / HTTP/1.1\r\nHost: w\r\n\rA: b\r\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "two CR before LF", "GET / HTTP/1.1\r\r\nHost: w\r\n\r\n", refused(kBad)},
      {"9112 §2.2", "a blank before the first field", "GET / HTTP/1.1\r\n Host: w\r\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "a line of one blank before the fields",
       "GET / HTTP/1.1\r\n \r\nHost: w\r\n\r\n", refused(kBad)},
      {"9112 §2.2", "a tab before the first field", "GET / HTTP/1.1\r\n\tHost: w\r\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "a blank before the request line", " " + with_host("weir"), refused(kBad)},
      {"9112 §2.2", "bytes that are no HTTP", "\x16\x03\x01\x02\r\n\r\n", refused(kBad)},
      {"9112 §3", "two spaces", with_line("GET  / HTTP/1.1"), refused(kBad)},
      {"9112 §3", "two spaces before the version", with_line("GET /  HTTP/1.1"), refused(kBad)},
      {"9112 §3", "a tab between the parts", with_line("GET\t/ HTTP/1.1"), refused(kBad)},
      {"9112 §3", "a blank behind the version", with_line("GET / HTTP/1.1 "), refused(kBad)},
      {"9112 §3", "no target", with_line("GET HTTP/1.1"), refused(kBad)},
      {"9112 §3", "an empty target", with_line("GET  HTTP/1.1"), refused(kBad)},
      {"9112 §3", "a target with a blank", with_line("GET /a b HTTP/1.1"), refused(kBad)},
      {"9112 §3", "no method", with_line("/ HTTP/1.1"), refused(kBad)},
      {"9112 §3.1", "a method that is no token", with_line("G(T / HTTP/1.1"), refused(kBad)},
      {"9112 §3.1", "a method with a NUL", with_line("G\0T / HTTP/1.1"sv), refused(kBad)},
      {"9112 §3.1", "a method nobody knows", with_line("BREW / HTTP/1.1"), taken()},
      {"9110 §9.1", "a method of 32 letters", with_line(std::string(32, 'A') + " / HTTP/1.1"),
       taken()},
      {"9110 §9.1", "a method of 33 letters", with_line(std::string(33, 'A') + " / HTTP/1.1"),
       refused(Errc::not_implemented)},
      {"9112 §3", "a method longer than a line may be",
       with_line(std::string(9'000, 'A') + " / HTTP/1.1"), refused(Errc::not_implemented)},
      {"9112 §3", "a method that never ends", std::string(9'000, 'A'),
       refused(Errc::not_implemented)},
      {"9112 §3", "a line too long, and no token", std::string(50, '(') + std::string(9'000, 'A'),
       refused(kBad)},
      {"9112 §3", "a target longer than a line may be",
       with_line("GET /" + std::string(9'000, 'a') + " HTTP/1.1"), refused(Errc::uri_too_long)},
      {"9110 §9.3.6", "CONNECT", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
       refused(Errc::method_not_allowed)},
      {"9110 §9.3.6", "CONNECT to a path", with_line("CONNECT / HTTP/1.1"), refused(kBad)},
      {"9110 §9.3.6", "CONNECT without a port", with_line("CONNECT a.example HTTP/1.1"),
       refused(kBad)},
      {"9110 §9.3.6", "CONNECT with an empty port", with_line("CONNECT a.example: HTTP/1.1"),
       refused(kBad)},
      {"9110 §9.3.6", "CONNECT to an IPv6 address without a port",
       with_line("CONNECT [::] HTTP/1.1"), refused(kBad)},
      {"9110 §9.3.6", "CONNECT with a user", with_line("CONNECT me@a.example:443 HTTP/1.1"),
       refused(kBad)},
      {"9110 §9.3.8", "TRACE, which a path may refuse", with_line("TRACE / HTTP/1.1"), taken()},
      {"9112 §2.3", "HTTP/1.0", with_line("GET / HTTP/1.0"), taken()},
      {"9110 §2.5", "HTTP/1.2 is read as HTTP/1.1", with_line("GET / HTTP/1.2"), taken()},
      {"9110 §2.5", "HTTP/2.0", with_line("GET / HTTP/2.0"), refused(Errc::version_not_supported)},
      {"9110 §2.5", "HTTP/0.9", with_line("GET / HTTP/0.9"), refused(Errc::version_not_supported)},
      {"9110 §2.5", "HTTP/2.0 with a line that ends in LF alone",
       "GET / HTTP/2.0\r\nHost: w\nA: b\r\n\r\n", refused(kBad)},
      {"9113 §3.4", "HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
       refused(Errc::version_not_supported)},
      {"9112 §2.3", "no version, as HTTP/0.9 had it", with_line("GET /"), refused(kBad)},
      {"9112 §2.3", "an empty version", "GET / \r\n\r\n", refused(kBad)},
      {"9112 §2.3", "no minor version", with_line("GET / HTTP/1"), refused(kBad)},
      {"9112 §2.3", "a version of more digits", with_line("GET / HTTP/1.10"), refused(kBad)},
      {"9112 §2.3", "a version with leading zeros", with_line("GET / HTTP/01.01"), refused(kBad)},
      {"9112 §2.3", "a version in small letters", with_line("GET / http/1.1"), refused(kBad)},
      {"9112 §2.3", "a version with a comma", with_line("GET / HTTP/1,1"), refused(kBad)},
  };
  all.insert(all.end(), std::begin(vectors), std::end(vectors));
}

void add_targets(std::vector<Vector>& all) {
  const Vector vectors[] = {
      {"9112 §3.2.1", "origin-form with a query", with_target("/v1/models?type=text"), taken()},
      {"9112 §3.2.1", "a query of what browsers leave", with_target("/a?b=[c]|{d}^`\\"), taken()},
      {"9112 §3.2.1", "no slash at its start", with_target("v1/models"), refused(kBad)},
      {"9112 §3.2.2", "absolute-form", with_target("http://weir/v1/models"), taken()},
      {"9112 §3.2.2", "absolute-form of https", with_target("https://weir:1/", "weir:1"), taken()},
      {"9112 §3.2.2", "absolute-form without a path", with_target("http://weir?a=b"), taken()},
      {"9112 §3.2.2", "absolute-form in HTTP/1.0 without Host", "GET http://weir/ HTTP/1.0\r\n\r\n",
       taken()},
      {"9112 §3.2.2", "policy: its authority is not Host", with_target("http://other/"),
       refused(kBad)},
      {"9112 §3.2.2", "policy: its authority has another port", with_target("http://weir:80/"),
       refused(kBad)},
      {"9112 §3.2.2", "its authority has a user", with_target("http://me@weir/"), refused(kBad)},
      {"9112 §3.2.2", "its authority is empty", with_target("http:///"), refused(kBad)},
      {"9112 §3.2.2", "another scheme", with_target("ftp://weir/"), refused(kBad)},
      {"9112 §3.2.3", "authority-form with GET", with_target("weir:80", "weir:80"), refused(kBad)},
      {"9112 §3.2.4", "asterisk-form with OPTIONS", with_line("OPTIONS * HTTP/1.1"), taken()},
      {"9112 §3.2.4", "asterisk-form with GET", with_target("*"), refused(kBad)},
      {"9112 §3.2", "a fragment", with_target("/a#b"), refused(kBad)},
      {"9112 §3.2", "a byte above ASCII", with_target("/\xc3\xa9"), refused(kBad)},
      {"9112 §3.2", "DEL", with_target("/a\x7f"), refused(kBad)},
      {"9112 §3.2", "NUL", with_target("/a\0b"sv), refused(kBad)},
      {"3986 §3.3", "a backslash in the path", with_target("/a\\b"), refused(kBad)},
      {"3986 §3.3", "quotes in the path", with_target("/\"a\""), refused(kBad)},
      {"3986 §2.1", "a percent sign without digits", with_target("/a%zz"), refused(kBad)},
      {"3986 §2.1", "a percent sign with one digit", with_target("/a%2"), refused(kBad)},
      {"3986 §2.1", "an encoded byte above ASCII", with_target("/%c3%a9"), taken()},
      {"3986 §2.1", "an encoded NUL", with_target("/a%00"), refused(kBad)},
      {"3986 §2.1", "an encoded tab", with_target("/a%09b"), refused(kBad)},
      {"3986 §2.1", "an encoded line end", with_target("/a%0d%0a"), refused(kBad)},
      {"3986 §2.1", "an encoded DEL", with_target("/a%7F"), refused(kBad)},
      {"3986 §2.1", "an encoded slash, for whoever takes ids", with_target("/models/a%2Fb"),
       taken()},
      {"3986 §6.2.2.3", "a segment of two dots", with_target("/a/../b"), refused(kBad)},
      {"3986 §6.2.2.3", "a segment of one dot", with_target("/a/./b"), refused(kBad)},
      {"3986 §6.2.2.3", "two dots at the end", with_target("/a/.."), refused(kBad)},
      {"3986 §6.2.2.3", "encoded dots", with_target("/a/%2e%2E/b"), refused(kBad)},
      {"3986 §6.2.2.3", "one dot encoded", with_target("/a/.%2e/b"), refused(kBad)},
      {"3986 §6.2.2.3", "dots between encoded slashes", with_target("/a%2f..%2Fb"), refused(kBad)},
      {"3986 §6.2.2.3", "dots in absolute-form", with_target("http://weir/.."), refused(kBad)},
      {"3986 §6.2.2.3", "dots that are no segment", with_target("/.a/..b/c.../...?d=/../"),
       taken()},
      {"9112 §3.2", "no Host", "GET / HTTP/1.1\r\n\r\n", refused(kBad)},
      {"9112 §3.2", "no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", taken()},
      {"9112 §3.2", "two Hosts", with_fields("Host: other"), refused(kBad)},
      {"9112 §3.2", "the same Host twice", with_fields("Host: weir"), refused(kBad)},
      {"9112 §3.2", "policy: an empty Host", with_host(""), refused(kBad)},
      {"9112 §3.2", "a Host of a blank", with_host(" "), refused(kBad)},
      {"9110 §7.2", "a Host with a port", with_host("weir:8080"), taken()},
      {"9110 §7.2", "a Host with an empty port", with_host("weir:"), taken()},
      {"9110 §7.2", "an IPv6 Host", with_host("[::1]:8080"), taken()},
      {"9110 §7.2", "an IPv6 Host that does not end", with_host("[::1"), refused(kBad)},
      {"9110 §7.2", "an IPv6 Host with more behind it", with_host("[::1]a"), refused(kBad)},
      {"9110 §7.2", "an IPv6 Host with letters for a port", with_host("[::1]:a"), refused(kBad)},
      {"9110 §7.2", "an empty IPv6 Host", with_host("[]"), refused(kBad)},
      {"9110 §7.2", "a Host with a path", with_host("weir/a"), refused(kBad)},
      {"9110 §7.2", "a Host with a user", with_host("me@weir"), refused(kBad)},
      {"9110 §7.2", "a Host with a blank", with_host("we ir"), refused(kBad)},
      {"9110 §7.2", "a list of Hosts", with_host("weir, other"), refused(kBad)},
      {"9110 §7.2", "a list of Hosts without a blank", with_host("weir,other"), refused(kBad)},
      {"9110 §7.2", "a port that is no number", with_host("weir:http"), refused(kBad)},
      {"9110 §7.2", "a port of too many digits", with_host("weir:808080"), refused(kBad)},
      {"9110 §7.2", "no name before the port", with_host(":80"), refused(kBad)},
  };
  all.insert(all.end(), std::begin(vectors), std::end(vectors));
}

void add_fields(std::vector<Vector>& all) {
  const Vector vectors[] = {
      {"9110 §5.1", "a name in odd case", "GET / HTTP/1.1\r\nhOsT:weir\r\n\r\n", taken()},
      {"9110 §5.5", "blanks and tabs around a value", with_fields("A: \t b \t "), taken()},
      {"9110 §5.5", "an empty value", with_fields("A:"), taken()},
      {"9110 §5.5", "bytes above ASCII in a value", with_fields("A: \xc3\xa9\xff"), taken()},
      {"9110 §5.5", "NUL in a value", with_fields("A: b\0c"sv), refused(kBad)},
      {"9110 §5.5", "a control character in a value", with_fields("A: b\x07"), refused(kBad)},
      {"9110 §5.5", "a control character far into a value",
       with_fields("A: " + std::string(37, 'b') + '\x1f' + std::string(9, 'c')), refused(kBad)},
      {"9110 §5.5", "DEL in a value", with_fields("A: b\x7f"), refused(kBad)},
      {"9110 §5.6.2", "a blank before the colon", with_fields("A : b"), refused(kBad)},
      {"9112 §5.1", "a tab before the colon", with_fields("A\t: b"), refused(kBad)},
      {"9112 §5.1", "a blank before the colon of a length", with_fields("Content-Length : 0"),
       refused(kBad)},
      {"9112 §5.1", "a blank within a name", with_fields("A b: c"), refused(kBad)},
      {"9112 §5.2", "a folded line", with_fields("A: b\r\n c"), refused(kBad)},
      {"9112 §5.2", "a line folded with a tab", with_fields("A: b\r\n\tc"), refused(kBad)},
      {"9112 §5.2", "a folded coding", with_fields("Transfer-Encoding:\r\n chunked"),
       refused(kBad)},
      {"9112 §5", "no colon", with_fields("A"), refused(kBad)},
      {"9112 §5", "no name", with_fields(": b"), refused(kBad)},
      {"9110 §5.6.2", "a name with a bracket", with_fields("A[]: b"), refused(kBad)},
      {"9110 §5.6.2", "a name with NUL", with_fields("A\0b: c"sv), refused(kBad)},
      {"9110 §5.6.2", "a name above ASCII", with_fields("\xc3\xa9: b"), refused(kBad)},
      {"9110 §5.6.2", "policy: a name with an underscore", with_fields("session_id: 5"), taken()},
      {"9110 §5.6.2", "policy: a length's name with an underscore",
       with_fields("Content_Length: 5"), refused(kBad)},
      {"9110 §5.6.2", "policy: a coding's name with an underscore",
       with_fields("TRANSFER_ENCODING: chunked"), refused(kBad)},
      {"9110 §5.6.2", "policy: a key's name with an underscore", with_fields("x-api_key: k"),
       refused(kBad)},
      {"9110 §5.6.2", "policy: a forwarded name with an underscore",
       with_fields("X_Forwarded_Host: h"), refused(kBad)},
      {"9110 §5.6.2", "policy: a blank behind a name with an underscore",
       with_fields("session_id : 5"), refused(kBad)},
      {"9110 §10.1.1", "Expect: 100-continue",
       with_fields("Expect: 100-Continue\r\nContent-Length: 2", "ok"), taken("ok")},
      {"9110 §10.1.1", "Expect: 100-continue without a body", with_fields("Expect: 100-continue"),
       taken()},
      {"9110 §10.1.1", "another expectation", with_fields("Expect: tea"),
       refused(Errc::expectation_failed)},
      {"9110 §10.1.1", "an empty expectation", with_fields("Expect:"),
       refused(Errc::expectation_failed)},
      {"9110 §10.1.1", "a second expectation", with_fields("Expect: 100-continue\r\nExpect: tea"),
       refused(Errc::expectation_failed)},
      {"9110 §7.8", "an upgrade is not asked for here",
       with_fields("Connection: Upgrade\r\nUpgrade: websocket"), taken()},
      {"9110 §7.6.1", "Connection names what frames the message",
       with_fields("Connection: Content-Length\r\nContent-Length: 2", "ok"), taken("ok")},
  };
  all.insert(all.end(), std::begin(vectors), std::end(vectors));
}

}  // namespace

std::vector<Vector> request_vectors_for_test() {
  std::vector<Vector> all;
  add_lines(all);
  add_targets(all);
  add_fields(all);
  return all;
}

}  // namespace weir::http
