// Answers of rfc_vectors_for_test.hpp, to a request other than HEAD. The connection stays open
// behind them.
#include "http/rfc_vectors_for_test.hpp"

namespace weir::http {
namespace {

using namespace std::string_view_literals;

constexpr auto kBad = Errc::upstream_answer_invalid;

std::string with_line(std::string_view line) {
  return std::string(line).append("\r\nContent-Length: 0\r\n\r\n");
}
std::string with_fields(std::string_view lines, std::string_view body = {},
                        std::string_view status = "HTTP/1.1 200 OK") {
  return std::string(status).append("\r\n").append(lines).append("\r\n\r\n").append(body);
}
std::string lines(int count) {
  std::string all = "A: b";
  while (--count > 0) all += "\r\nA: b";
  return all;
}
std::string chunked(std::string_view body) {
  return with_fields("Transfer-Encoding: chunked", body);
}

void add_heads(std::vector<Vector>& all) {
  const Vector vectors[] = {
      {"9112 §4", "a status line", with_line("HTTP/1.1 200 OK"), taken()},
      {"9112 §4", "an empty reason", with_line("HTTP/1.1 200 "), taken()},
      {"9112 §4", "no reason and no space", with_line("HTTP/1.1 200"), taken()},
      {"9112 §4", "a reason above ASCII", with_line("HTTP/1.1 200 \xc3\xa9"), taken()},
      {"9112 §4", "HTTP/1.0", with_line("HTTP/1.0 200 OK"), taken()},
      {"9110 §15", "a status nobody knows", with_line("HTTP/1.1 799 What"), taken()},
      {"9112 §4", "an empty line before it", "\r\n" + with_line("HTTP/1.1 200 OK"), refused(kBad)},
      {"9112 §4", "a blank before it", with_line(" HTTP/1.1 200 OK"), refused(kBad)},
      {"9112 §4", "another protocol", with_line("ICY 200 OK"), refused(kBad)},
      {"9112 §4", "HTTP/2.0", with_line("HTTP/2.0 200 OK"), refused(kBad)},
      {"9112 §4", "small letters", with_line("http/1.1 200 OK"), refused(kBad)},
      {"9112 §4", "a status of two digits", with_line("HTTP/1.1 20 OK"), refused(kBad)},
      {"9112 §4", "a status of four digits", with_line("HTTP/1.1 2000 OK"), refused(kBad)},
      {"9112 §4", "a status below 100", with_line("HTTP/1.1 099 OK"), refused(kBad)},
      {"9112 §4", "a status in words", with_line("HTTP/1.1 two OK"), refused(kBad)},
      {"9112 §4", "two spaces", with_line("HTTP/1.1  200 OK"), refused(kBad)},
      {"9112 §4", "NUL in the reason", with_line("HTTP/1.1 200 O\0K"sv), refused(kBad)},
      {"9112 §4", "no HTTP", "<html>\r\n\r\n", refused(kBad)},
      {"9112 §2.1", "a head that is not whole", "HTTP/1.1 200 OK\r\nA: b\r\n", waiting()},
      {"9112 §2.2", "policy: LF alone ends lines", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
       refused(kBad)},
      {"9112 §2.2", "policy: LF alone before a line end", "HTTP/1.1 200 OK\r\nA: b\n\r\n",
       refused(kBad)},
      {"9112 §2.2", "a bare CR in a value", with_fields("A: b\rc"), refused(kBad)},
      {"9112 §2.2", "a blank before the first field", with_fields(" A: b"), refused(kBad)},
      {"9112 §5.2", "a folded line", with_fields("A: b\r\n c"), refused(kBad)},
      {"9112 §5.1", "a blank before the colon", with_fields("A : b"), refused(kBad)},
      {"9110 §5.6.2", "a name that is no token", with_fields("A[]: b"), refused(kBad)},
      {"9110 §5.6.2", "a name with an underscore", with_fields("a_b: c\r\nContent-Length: 0"),
       taken()},
      {"9112 §5", "no colon", with_fields("A"), refused(kBad)},
      {"9112 §5", "no name", with_fields(": b"), refused(kBad)},
      {"9110 §5.5", "NUL in a value", with_fields("A: b\0"sv), refused(kBad)},
  };
  all.insert(all.end(), std::begin(vectors), std::end(vectors));
}

void add_bodies(std::vector<Vector>& all) {
  const auto of_status = [](std::string_view line, std::string_view body = {}) {
    return with_fields("A: b", body, line);
  };
  const Vector vectors[] = {
      {"9112 §6.3", "a length", with_fields("Content-Length: 5", "hello"), taken("hello")},
      {"9112 §6.3", "a length of none", with_fields("Content-Length: 0"), taken()},
      {"9112 §6.3", "not all of it", with_fields("Content-Length: 6", "hello"), waiting()},
      {"9112 §6.3", "neither length nor coding: until the end", with_fields("A: b", "hello"),
       waiting()},
      {"9112 §6.3", "204 has no body", of_status("HTTP/1.1 204 No Content"), taken()},
      {"9112 §6.3", "304 has no body",
       with_fields("Content-Length: 5", "", "HTTP/1.1 304 Not Modified"), taken()},
      {"9112 §6.3", "1xx has no body", of_status("HTTP/1.1 102 Processing"), taken()},
      {"9112 §6.3", "a length beside chunked",
       with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), refused(kBad)},
      {"9112 §6.3", "two lengths", with_fields("Content-Length: 5\r\nContent-Length: 6", "hello"),
       refused(kBad)},
      {"9112 §6.3", "policy: one length twice",
       with_fields("Content-Length: 5\r\nContent-Length: 5", "hello"), refused(kBad)},
      {"9112 §6.3", "policy: a list of one length", with_fields("Content-Length: 5, 5", "hello"),
       refused(kBad)},
      {"9110 §5.4", "policy: 257 header lines", with_fields(lines(257)), refused(kBad)},
      {"9110 §8.6", "a length with a plus", with_fields("Content-Length: +5", "hello"),
       refused(kBad)},
      {"9110 §8.6", "an empty length", with_fields("Content-Length:", "hello"), refused(kBad)},
      {"9110 §8.6", "a length of 2^64", with_fields("Content-Length: 18446744073709551616"),
       refused(kBad)},
      {"9112 §6.1", "chunked", chunked("5\r\nhello\r\n0\r\n\r\n"), taken("hello")},
      {"9112 §6.1", "chunked in HTTP/1.0",
       with_fields("Transfer-Encoding: chunked", "0\r\n\r\n", "HTTP/1.0 200 OK"), refused(kBad)},
      {"9112 §6.1", "chunked twice", with_fields("Transfer-Encoding: chunked, chunked"),
       refused(kBad)},
      {"9112 §6.1", "two lines of chunked",
       with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
       refused(kBad)},
      {"9112 §6.1", "another coding", with_fields("Transfer-Encoding: gzip"), refused(kBad)},
      {"9112 §6.1", "another coding around chunked",
       with_fields("Transfer-Encoding: gzip, chunked"), refused(kBad)},
      {"9112 §7.1", "chunks and trailers", chunked("2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n"),
       taken("hello")},
      {"9112 §7.1", "no last chunk", chunked("5\r\nhello\r\n"), waiting()},
      {"9112 §7.1", "a size that is none", chunked("zz\r\n"), refused(kBad)},
      {"9112 §7.1", "a size of 17 digits", chunked("00000000000000005\r\n"), refused(kBad)},
      {"9112 §7.1", "a chunk longer than its size", chunked("2\r\nhello\r\n"), refused(kBad)},
      {"9112 §7.1", "LF alone ends the size", chunked("5\nhello\r\n0\r\n\r\n"), refused(kBad)},
      {"9112 §7.1.1", "a semicolon without extension", chunked("5;\r\nhello\r\n0\r\n\r\n"),
       refused(kBad)},
      {"9112 §7.1.2", "a trailer without a colon", chunked("0\r\nA\r\n\r\n"), refused(kBad)},
      {"9112 §9.2", "more than the answer", with_fields("Content-Length: 2", "okHTTP/1.1 200"),
       taken("ok")},
      {"9112 §9.2", "more than the chunks", chunked("0\r\n\r\nHTTP/1.1 200"), taken()},
  };
  all.insert(all.end(), std::begin(vectors), std::end(vectors));
}

}  // namespace

std::vector<Vector> response_vectors_for_test() {
  std::vector<Vector> all;
  add_heads(all);
  add_bodies(all);
  return all;
}

}  // namespace weir::http
