// Request framing and chunked bodies of rfc_vectors_for_test.hpp.
#include "http/rfc_vectors_for_test.hpp"

namespace weir::http {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto kBad = Errc::malformed_request;

// A request line, a Host, then `lines`, each without its line end.
std::string with_fields(std::string_view lines, std::string_view body = {}) {
  return std::string("POST / HTTP/1.1\r\nHost: weir\r\n")
      .append(lines)
      .append("\r\n\r\n")
      .append(body);
}
std::string with_length(std::string_view length, std::string_view body = "hello") {
  return with_fields("Content-Length: " + std::string(length), body);
}
std::string with_coding(std::string_view coding, std::string_view body = "0\r\n\r\n") {
  return with_fields("Transfer-Encoding: " + std::string(coding), body);
}
std::string chunked(std::string_view body) { return with_coding("chunked", body); }

}  // namespace

std::vector<Vector> framing_vectors_for_test() {
  return {
      {"9112 §6.3", "no length, no body", with_fields("A: b"), taken()},
      {"9112 §6.2", "a length", with_length("5"), taken("hello")},
      {"9112 §6.2", "a length of none", with_length("0", ""), taken()},
      {"9112 §6.2", "a body that is not whole", with_length("6"), waiting()},
      {"9112 §6.2", "more than the body is the next request's", with_length("4"), taken("hell")},
      {"9110 §8.6", "a length with a plus", with_length("+5"), refused(kBad)},
      {"9110 §8.6", "a length with a minus", with_length("-5"), refused(kBad)},
      {"9110 §8.6", "a length of minus none", with_length("-0"), refused(kBad)},
      {"9110 §8.6", "an empty length", with_length(""), refused(kBad)},
      {"9110 §8.6", "a length in words", with_length("five"), refused(kBad)},
      {"9110 §8.6", "a hexadecimal length", with_length("0x5"), refused(kBad)},
      {"9110 §8.6", "a length with a fraction", with_length("5.0"), refused(kBad)},
      {"9110 §8.6", "a length with a blank in it", with_length("1 0"), refused(kBad)},
      {"9110 §8.6", "a length with an underscore", with_length("1_0"), refused(kBad)},
      {"9110 §8.6", "policy: a length with leading zeros", with_length("005"), refused(kBad)},
      {"9110 §8.6", "policy: a length of two zeros", with_length("00"), refused(kBad)},
      {"9110 §8.6", "policy: a blank behind a length", with_length("5 "), refused(kBad)},
      {"9110 §8.6", "policy: two blanks before a length", with_length(" 5"), refused(kBad)},
      {"9110 §8.6", "policy: a tab before a length", with_fields("Content-Length:\t5", "hello"),
       refused(kBad)},
      {"9110 §8.6", "no blank before a length", with_fields("Content-Length:5", "hello"),
       taken("hello")},
      {"9110 §8.6", "a length of 2^64", with_length("18446744073709551616"), refused(kBad)},
      {"9110 §8.6", "a length of 20 digits", with_length("10000000000000000000"), refused(kBad)},
      {"9110 §8.6", "a length of 19 digits", with_length("9999999999999999999"), waiting()},
      {"9110 §8.6", "a list of lengths", with_length("5, 6"), refused(kBad)},
      {"9110 §8.6", "policy: a list of one length", with_length("5, 5"), refused(kBad)},
      {"9110 §8.6", "two lengths", with_fields("Content-Length: 5\r\nContent-Length: 6", "hello"),
       refused(kBad)},
      {"9110 §8.6", "policy: one length twice",
       with_fields("Content-Length: 5\r\nContent-Length: 5", "hello"), refused(kBad)},
      {"9112 §6.1", "chunked", chunked("5\r\nhello\r\n0\r\n\r\n"), taken("hello")},
      {"9112 §7", "chunked in odd case", with_coding("ChUnKeD"), taken()},
      {"9112 §6.1", "policy: a length beside chunked",
       with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), refused(kBad)},
      {"9112 §6.1", "policy: chunked beside a length",
       with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), refused(kBad)},
      {"9112 §6.1", "chunked in HTTP/1.0",
       "POST / HTTP/1.0\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", refused(kBad)},
      {"9112 §6.1", "chunked twice", with_coding("chunked, chunked"), refused(kBad)},
      {"9112 §6.1", "policy: two lines of chunked",
       with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
       refused(kBad)},
      {"9112 §6.1", "another coding around chunked", with_coding("gzip, chunked"),
       refused(Errc::not_implemented)},
      {"9112 §6.3", "chunked is not the last", with_coding("chunked, gzip"), refused(kBad)},
      {"9112 §6.3", "no chunked at all", with_coding("gzip"), refused(kBad)},
      {"9112 §7", "identity, which is no more", with_coding("identity"), refused(kBad)},
      {"9112 §7", "almost chunked", with_coding("xchunked"), refused(kBad)},
      {"9112 §7", "chunked in quotes", with_coding("\"chunked\""), refused(kBad)},
      {"9112 §7.1", "chunked with a parameter", with_coding("chunked;a=b"), refused(kBad)},
      {"9112 §7.1", "chunked with a parameter, and chunked", with_coding("chunked;a=b, chunked"),
       refused(kBad)},
      {"9112 §6.1", "an empty coding", with_coding(""), refused(kBad)},
      {"9110 §5.6.1", "policy: an empty element before chunked", with_coding(", chunked"),
       refused(kBad)},
      {"9110 §5.6.1", "policy: an empty element behind chunked", with_coding("chunked,"),
       refused(kBad)},
      {"9110 §5.5", "policy: a blank behind chunked", with_coding("chunked "), refused(kBad)},
      {"9110 §5.5", "policy: a tab before chunked", with_fields("Transfer-Encoding:\tchunked"),
       refused(kBad)},
      {"9110 §5.5", "a vertical tab before chunked",
       with_coding("\x0b"
                   "chunked"),
       refused(kBad)},
      {"9110 §5.5", "a NUL behind chunked", with_coding("chunked\0"sv), refused(kBad)},
      {"9110 §5.5", "a no-break space before chunked",
       with_coding("\xa0"
                   "chunked"),
       refused(kBad)},
  };
}

std::vector<Vector> chunked_vectors_for_test() {
  const auto size = [](std::string_view text) {
    return chunked(std::string(text) + "\r\nhello\r\n0\r\n\r\n");
  };
  return {
      {"9112 §7.1", "no chunk but the last", chunked("0\r\n\r\n"), taken()},
      {"9112 §7.1", "more zeros in the last", chunked("000\r\n\r\n"), taken()},
      {"9112 §7.1", "two chunks", chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
       taken("hello world")},
      {"9112 §7.1", "capital digits", chunked("A\r\n0123456789\r\n0\r\n\r\n"), taken("0123456789")},
      {"9112 §7.1", "small digits", chunked("a\r\n0123456789\r\n0\r\n\r\n"), taken("0123456789")},
      {"9112 §7.1", "line ends within a chunk", chunked("6\r\n\r\n0\r\n\r\r\n0\r\n\r\n"),
       taken("\r\n0\r\n\r")},
      {"9112 §7.1", "what follows is the next request's", chunked("0\r\n\r\nGET / HTTP/1.1"),
       taken()},
      {"9112 §7.1", "no last chunk", chunked("5\r\nhello\r\n"), waiting()},
      {"9112 §7.1", "no end behind the last chunk", chunked("0\r\n"), waiting()},
      {"9112 §7.1", "sixteen digits", size("0000000000000005"), taken("hello")},
      {"9112 §7.1", "policy: seventeen digits", size("00000000000000005"), refused(kBad)},
      {"9112 §7.1", "a size of 2^64", size("10000000000000000"), refused(kBad)},
      {"9112 §7.1", "a size of 2^64 - 1", size("FFFFFFFFFFFFFFFF"), refused(kBad)},
      {"9112 §7.1", "a size of 2^63 - 1", chunked("7fffffffffffffff\r\nhello"), waiting()},
      {"9112 §7.1", "no size", size(""), refused(kBad)},
      {"9112 §7.1", "a size with 0x", size("0x5"), refused(kBad)},
      {"9112 §7.1", "a size with a plus", size("+5"), refused(kBad)},
      {"9112 §7.1", "a size with a minus", size("-5"), refused(kBad)},
      {"9112 §7.1", "a size with an underscore", size("0_5"), refused(kBad)},
      {"9112 §7.1", "a size with a dot", size("5.0"), refused(kBad)},
      {"9112 §7.1", "a digit that is none", size("g"), refused(kBad)},
      {"9112 §7.1", "a blank before the size", size(" 5"), refused(kBad)},
      {"9112 §7.1", "a blank behind the size", size("5 "), refused(kBad)},
      {"9112 §7.1", "a tab behind the size", size("5\t"), refused(kBad)},
      {"9112 §7.1", "a NUL behind the size", size("5\0"sv), refused(kBad)},
      {"9112 §7.1", "LF alone ends the size", chunked("5\nhello\r\n0\r\n\r\n"), refused(kBad)},
      {"9112 §7.1", "a bare CR ends the size", chunked("5\rhello\r\n0\r\n\r\n"), refused(kBad)},
      {"9112 §7.1", "LF alone ends the chunk", chunked("5\r\nhello\n0\r\n\r\n"), refused(kBad)},
      {"9112 §7.1", "a bare CR ends the chunk", chunked("5\r\nhello\r0\r\n\r\n"), refused(kBad)},
      {"9112 §7.1", "nothing ends the chunk", chunked("5\r\nhello0\r\n\r\n"), refused(kBad)},
      {"9112 §7.1", "the chunk is longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"),
       refused(kBad)},
      {"9112 §7.1", "LF alone ends the last chunk", chunked("0\n\n"), refused(kBad)},
      {"9112 §7.1", "LF alone ends the body", chunked("0\r\n\n"), refused(kBad)},
      {"9112 §7.1", "a bare CR ends the body", chunked("0\r\n\rX"), refused(kBad)},
      {"9112 §7.1.1", "an extension", size("5;a"), taken("hello")},
      {"9112 §7.1.1", "an extension with a value", size("5;a=b;c=d"), taken("hello")},
      {"9112 §7.1.1", "an extension with blanks", size("5 ; \ta = b ;c"), taken("hello")},
      {"9112 §7.1.1", "an extension in quotes", size("5;a=\"b;\\\"\r\n\\\\c\""), refused(kBad)},
      {"9112 §7.1.1", "an extension in quotes, well", size("5;a=\"b; \\\" \\\\c\";d"),
       taken("hello")},
      {"9112 §7.1.1", "a quoted extension that does not end", size("5;a=\"b"), refused(kBad)},
      {"9112 §7.1.1", "more behind the quotes", size("5;a=\"b\"c"), refused(kBad)},
      {"9112 §7.1.1", "a blank behind the quotes", size("5;a=\"b\" "), refused(kBad)},
      {"9112 §7.1.1", "a semicolon without extension", size("5;"), refused(kBad)},
      {"9112 §7.1.1", "a blank after an extension", size("5;a "), refused(kBad)},
      {"9112 §7.1.1", "a blank after an extension's value", size("5;a=b "), refused(kBad)},
      {"9112 §7.1.1", "an extension without its value", size("5;a="), refused(kBad)},
      {"9112 §7.1.1", "a value without its extension", size("5;=b"), refused(kBad)},
      {"9112 §7.1.1", "an extension that is no token", size("5;a[=b"), refused(kBad)},
      {"9112 §7.1.1", "a value that is no token", size("5;a=b[c"), refused(kBad)},
      {"9112 §7.1.1", "LF alone in an extension", size("5;a\n"), refused(kBad)},
      {"9112 §7.1.1", "a bare CR in an extension", size("5;a\rb"), refused(kBad)},
      {"9112 §7.1.1", "NUL in an extension", size("5;a\0b"sv), refused(kBad)},
      {"9112 §7.1.1", "NUL in quotes", size("5;a=\"\0\""sv), refused(kBad)},
      {"9112 §7.1.1", "LF escaped in quotes", size("5;a=\"\\\n\""), refused(kBad)},
      {"9112 §7.1.1", "an extension of the last chunk", chunked("0;a=b\r\n\r\n"), taken()},
      {"9112 §7.1.1", "policy: extensions beyond the bound",
       size("5;a=" + std::string(kChunkOverheadForTest, 'b')), refused(kBad)},
      {"9112 §7.1.2", "a trailer", chunked("5\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n"),
       taken("hello")},
      {"9110 §6.5.1", "a trailer that frames is dropped",
       chunked("0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n"), taken()},
      {"9112 §7.1.2", "a trailer that is not whole", chunked("0\r\nA: b\r\n"), waiting()},
      {"9112 §7.1.2", "a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), refused(kBad)},
      {"9112 §7.1.2", "a trailer without a colon", chunked("0\r\nA\r\n\r\n"), refused(kBad)},
      {"9112 §7.1.2", "a trailer without a name", chunked("0\r\n: b\r\n\r\n"), refused(kBad)},
      {"9112 §7.1.2", "a trailer with a blank before the colon", chunked("0\r\nA : b\r\n\r\n"),
       refused(kBad)},
      {"9112 §7.1.2", "a trailer with NUL", chunked("0\r\nA: \0\r\n\r\n"s), refused(kBad)},
      {"9112 §7.1.2", "a trailer that ends with LF alone", chunked("0\r\nA: b\n\r\n"),
       refused(kBad)},
      {"9112 §7.1.2", "a trailer that ends with CR alone", chunked("0\r\nA: b\rC: d\r\n\r\n"),
       refused(kBad)},
      {"9112 §7.1.2", "policy: trailers beyond the bound",
       chunked("0\r\nA: " + std::string(kChunkOverheadForTest, 'b') + "\r\n\r\n"), refused(kBad)},
  };
}

}  // namespace weir::http
