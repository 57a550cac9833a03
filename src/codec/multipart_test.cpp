#include "codec/multipart.hpp"

#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::codec {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using State = MultipartScanner::State;

constexpr std::string_view kNames[] = {"model", "stream"};
constexpr std::string_view kBoundary = "XyZ";

struct Scan {
  std::vector<std::string> values;  // "name=value" or "name too long"
  State state = State::more;
  bool operator==(const Scan&) const = default;
};

Scan scan_by(std::string_view body, std::size_t first, std::size_t piece_bytes,
             std::size_t max_value = 64) {
  Scan scan;
  MultipartScanner scanner(kBoundary, kNames, max_value);
  std::size_t length = first;
  for (std::size_t at = 0; at < body.size(); at += length, length = piece_bytes) {
    const std::string piece(body.substr(at, length));  // a copy, to catch stale views
    scanner.feed(piece, [&](const MultipartValue& found) {
      const auto place = body.substr(found.begin, found.end - found.begin);
      EXPECT_EQ(found.value, found.too_long ? "" : place);
      std::string line(kNames[found.name]);
      scan.values.push_back(line + (found.too_long ? " too long" : "=" + found.value));
    });
  }
  scan.state = scanner.state();
  return scan;
}

// One piece, two pieces cut anywhere, and small pieces must give the same.
Scan scan_all_ways(std::string_view body, std::size_t max_value = 64) {
  const auto whole = scan_by(body, body.size() + 1, 1, max_value);
  for (std::size_t cut = 1; cut < body.size(); ++cut) {
    EXPECT_EQ(scan_by(body, cut, body.size(), max_value), whole) << body << "\ncut at " << cut;
  }
  for (std::size_t bytes : {1U, 2U, 7U, 300U}) {
    EXPECT_EQ(scan_by(body, bytes, bytes, max_value), whole) << body << "\nby " << bytes;
  }
  return whole;
}

// A body of parts, each given as headers, blank line and content.
std::string body_of(const std::vector<std::string>& parts) {
  std::string body;
  for (const auto& part : parts) body += "--XyZ\r\n" + part + "\r\n";
  return body + "--XyZ--\r\n";
}

std::string part(std::string_view parameters, std::string_view content) {
  return "Content-Disposition: form-data" + std::string(parameters) + "\r\n\r\n" +
         std::string(content);
}

TEST(Multipart, FindsTheChosenFieldsAndNoOthers) {
  struct Case {
    std::vector<std::string> parts;
    std::vector<std::string> values;
  };
  const Case cases[] = {
      {{part(R"(; name="model")", "m")}, {"model=m"}},
      {{part(R"(; name="stream")", "true"), part(R"(; name="model")", "m")},
       {"stream=true", "model=m"}},
      {{part(R"(; name="model")", "a"), part(R"(; name="model")", "b")}, {"model=a", "model=b"}},
      {{part(R"(; name="other")", "m"), part(R"(; name="Model")", "m"), part("", "m")}, {}},
      {{part(R"(; name="model"; filename="m.txt")", "m")}, {}},
      {{part(R"(; filename="m.txt"; name="model")", "m")}, {}},
      {{part(R"(; name="model"; filename*=UTF-8''m.txt)", "m")}, {}},
      {{part(R"(; name="file"; filename="")", "m"), part(R"(;name=model)", "m")}, {"model=m"}},
      {{part(R"( ; NAME="mod\el" ; )", "m")}, {"model=m"}},
      {{part(R"(; name="model"; x="a;b\"; name=")", "m")}, {"model=m"}},
      {{part(R"(; name="model")", "")}, {"model="}},
      {{part(R"(; name="model")", "a\r\nb\nc\r")}, {"model=a\r\nb\nc\r"}},
      {{part(R"(; name="model")", "a--XyZ--XyZ")}, {"model=a--XyZ--XyZ"}},
      {{part(R"(; name="model")", "\r\n--Xy\r\n-")}, {"model=\r\n--Xy\r\n-"}},
      {{"content-TYPE: text/plain\r\ncontent-disposition:form-data;name=model\r\nX:\r\n\r\nm"},
       {"model=m"}},
      {{"Content-Type: text/plain\r\n\r\nm"}, {}},
      {{"\r\nm"}, {}},
  };
  for (const auto& c : cases) {
    const auto scan = scan_all_ways(body_of(c.parts));
    EXPECT_EQ(scan.values, c.values) << body_of(c.parts);
    EXPECT_EQ(scan.state, State::complete) << body_of(c.parts);
  }
}

TEST(Multipart, FilesAreSkippedWhateverTheyHold) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    std::string file(1 + random() % 2000, ' ');
    for (char& c : file) c = "-XyZ \r"[random() % 6];
    // A lone CR before a delimiter would break the body.
    for (std::size_t at = 0; (at = file.find("\r--XyZ", at)) != std::string::npos;) file[at] = ' ';
    file.front() = 'x';  // nor does it begin with a delimiter
    const auto body =
        body_of({part(R"(; name="file"; filename="a")", file), part(R"(; name="model")", "m")});
    const auto whole = scan_by(body, body.size(), 1);
    ASSERT_THAT(whole.values, ElementsAre("model=m")) << body;
    ASSERT_EQ(scan_by(body, 1 + random() % 300, 1 + random() % 300), whole) << body;
  }
}

TEST(Multipart, DelimitersStandOnTheirOwnLine) {
  const std::string model = part("; name=model", "m");
  struct Case {
    std::string body;
    std::vector<std::string> values;
    State state;
  };
  const Case cases[] = {
      {"", {}, State::more},
      {"--XyZ", {}, State::more},
      {"--XyZ--", {}, State::complete},
      {"--XyZ--\r\nepilogue\r\n--XyZ\r\n" + model, {}, State::complete},
      {"preamble\r\n--XyZ\r\n" + model + "\r\n--XyZ--", {"model=m"}, State::complete},
      {"\r\n--XyZ \t\r\n" + model + "\r\n--XyZ  \r\n\r\n", {"model=m"}, State::more},
      {"--XyZ\r\n" + model, {}, State::more},
      {"--XyZ\r\n" + part("; name=model", "--XyZ--"), {"model="}, State::complete},
      {"--XyZ\r\n" + part("; name=model", "\n--XyZ--"), {}, State::broken},
      {"--XyZ\r\n" + model + "\n--XyZ--", {}, State::broken},
      {"--XyZ\r\n" + model + "\r--XyZ--", {}, State::broken},
      {"\n--XyZ\r\n", {}, State::broken},
      {"--XyZ\n", {}, State::broken},
      {"--XyZW\r\n", {}, State::broken},
      {"--XyZ-\r\n", {}, State::broken},
      {"--XyZ --", {}, State::broken},
  };
  for (const auto& c : cases) {
    const auto scan = scan_all_ways(c.body);
    EXPECT_EQ(scan.values, c.values) << c.body;
    EXPECT_EQ(scan.state, c.state) << c.body;
  }
}

TEST(Multipart, HeadersThatServersReadDifferentlyBreakTheBody) {
  const std::string_view headers[] = {
      "Content-Disposition: form-data; name=model\n",
      "Content-Disposition: form-data;\r\n name=model\r\n",
      "Content-Disposition: form-data; name=a\r; name=model\r\n",
      "Content-Disposition: form-data; name=a; name=model\r\n",
      "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=model\r\n",
      "Content-Disposition: form-data; name*=UTF-8''model\r\n",
      "Content-Disposition: form-data; name*0=mod; name*1=el\r\n",
      "Content-Disposition: form-data; name=model; filename=\"\"\r\n",
      "Content-Disposition: form-data; name=\"model\r\n",
      "Content-Disposition: form-data; name=\"model\\\"\r\n",
      "Content-Disposition: form-data; name=mod el\r\n",
      "Content-Disposition: form-data; name\r\n",
      "Content-Disposition: form-data; name=\r\n",
      "Content-Disposition: attachment; name=model\r\n",
      "Content-Disposition : form-data; name=model\r\n",
      "no colon\r\n",
      ": no name\r\n",
  };
  for (const auto header : headers) {
    const auto scan = scan_all_ways(body_of({std::string(header) + "\r\nm"}));
    EXPECT_THAT(scan.values, IsEmpty()) << header;
    EXPECT_EQ(scan.state, State::broken) << header;
  }
}

TEST(Multipart, HeadersAreBounded) {
  const auto with_header = [](std::size_t bytes) {
    return body_of({"X:" + std::string(bytes - 6, 'x') + "\r\n\r\n"});
  };
  const auto fits = with_header(MultipartScanner::kMaxHeaderBytes);
  const auto too_long = with_header(MultipartScanner::kMaxHeaderBytes + 1);
  const auto no_end = "--XyZ\r\n" + std::string(MultipartScanner::kMaxHeaderBytes + 1, 'x');
  for (std::size_t bytes : {20'000U, 1000U, 100U}) {
    EXPECT_EQ(scan_by(fits, bytes, bytes).state, State::complete);
    EXPECT_EQ(scan_by(too_long, bytes, bytes).state, State::broken);
    EXPECT_EQ(scan_by(no_end, bytes, bytes).state, State::broken);
  }
}

TEST(Multipart, ValuesAboveTheBoundAreReportedWithoutText) {
  const auto body = body_of({part("; name=model", "12345678"), part("; name=model", "123456789"),
                             part("; name=stream", std::string(500, 'x'))});
  EXPECT_THAT(scan_all_ways(body, 8).values,
              ElementsAre("model=12345678", "model too long", "stream too long"));
}

TEST(MultipartBoundary, IsReadFromTheContentType) {
  struct Case {
    std::string content_type;
    std::optional<std::string> boundary;
  };
  const Case cases[] = {
      {"multipart/form-data; boundary=----WebKitFormBoundary7MA4", "----WebKitFormBoundary7MA4"},
      {"Multipart/Form-Data ;charset=utf-8;BOUNDARY=\"a b:c\"", "a b:c"},
      {R"(multipart/form-data; x="; boundary=y"; boundary=z;)", "z"},
      {"multipart/form-data; boundary=" + std::string(70, 'a'), std::string(70, 'a')},
      {"multipart/form-data; boundary=" + std::string(71, 'a'), std::nullopt},
      {"multipart/form-data; boundary=\"\"", std::nullopt},
      {"multipart/form-data; boundary=", std::nullopt},
      {"multipart/form-data; boundary=a b", std::nullopt},
      {"multipart/form-data; boundary=\"a ", std::nullopt},
      {"multipart/form-data; boundary=\"a \"", std::nullopt},
      {"multipart/form-data; boundary=\"a\r\n\"", std::nullopt},
      {"multipart/form-data; boundary=a; boundary=b", std::nullopt},
      {"multipart/form-data; boundary*=a", std::nullopt},
      {"multipart/form-data", std::nullopt},
      {"multipart/form-data2; boundary=a", std::nullopt},
      {"multipart/mixed; boundary=a", std::nullopt},
      {"application/json", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(multipart_boundary(c.content_type), c.boundary) << c.content_type;
  }
}

}  // namespace
}  // namespace weir::codec
