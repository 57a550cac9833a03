// The vectors against the parsers, with every split of the bytes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/readers_for_test.hpp"
#include "http/rfc_vectors_for_test.hpp"

namespace weir::http {
namespace {

template <class Reader>
Made read(std::initializer_list<std::string_view> pieces) {
  Reader reader;
  for (const auto piece : pieces) reader.feed(piece);
  return reader.made();
}

template <class Reader>
void try_all(const std::vector<Vector>& vectors) {
  for (const Vector& vector : vectors) {
    SCOPED_TRACE(fmt::format("{}, RFC {}: {}", Reader::kOf, vector.section, vector.name));
    const std::string_view bytes = vector.bytes;
    const auto whole = read<Reader>({bytes});
    EXPECT_EQ(verdict_of(whole.of), verdict_of(vector.expected));
    for (std::size_t at = 1; at < bytes.size(); ++at) {
      ASSERT_EQ(read<Reader>({bytes.substr(0, at), bytes.substr(at)}), whole) << "split at " << at;
    }
    Reader reader;
    for (std::size_t at = 0; at < bytes.size(); ++at) reader.feed(bytes.substr(at, 1));
    EXPECT_EQ(reader.made(), whole) << "byte by byte";
  }
}

TEST(RfcVectors, RequestsAreTakenOrRefusedHoweverTheyAreSplit) {
  try_all<RequestProbe>(request_vectors_for_test());
  try_all<RequestProbe>(framing_vectors_for_test());
}

TEST(RfcVectors, ChunkedBodiesAreTakenOrRefusedHoweverTheyAreSplit) {
  try_all<RequestProbe>(chunked_vectors_for_test());
}

TEST(RfcVectors, AnswersAreTakenOrRefusedHoweverTheyAreSplit) {
  try_all<AnswerReader>(response_vectors_for_test());
}

// A head at its limits, with faults before and behind them: the first fault decides, not how many
// bytes arrived at once.
TEST(RfcVectors, TheFirstFaultOfALargeHeadDecidesHoweverItIsSplit) {
  const std::string line = "GET /" + std::string(8 << 10, 'a');
  const std::string field = "GET / HTTP/1.1\r\nHost: w\r\nA: " + std::string(32 << 10, 'a');
  const auto bytewise = [](const std::string& bytes) {
    RequestProbe reader;
    for (std::size_t at = 0; at < bytes.size(); ++at) reader.feed(bytes.substr(at, 1));
    return reader.made();
  };
  const struct {
    const char* name;
    std::string bytes;
    Errc code;
  } cases[] = {
      {"a request line that is too long", line + " HTTP/1.1\r\nHost: w\r\n\r\n",
       Errc::uri_too_long},
      {"one that never ends", line + "aaaaaaaaaaaaaaa", Errc::uri_too_long},
      {"fields that are too large", field + "\r\n\r\n", Errc::header_too_large},
      {"a bare LF before the bound", "GET / HTTP/1.1\r\nB: \n" + field.substr(16) + "\r\n\r\n",
       Errc::malformed_request},
      {"a bare CR before the bound", "GET / HTTP/1.1\r\nB: \r" + field.substr(16) + "\r\n\r\n",
       Errc::malformed_request},
      {"a bare LF behind the bound", field + "\n\r\n\r\n", Errc::header_too_large},
      {"a bare LF behind a line that is too long", line + "aaaaaaaaaaaaaaaaa\n",
       Errc::uri_too_long},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(verdict_of(read<RequestProbe>({c.bytes}).of), verdict_of(refused(c.code))) << c.name;
    EXPECT_EQ(bytewise(c.bytes), read<RequestProbe>({c.bytes})) << c.name;
  }
}

}  // namespace
}  // namespace weir::http
