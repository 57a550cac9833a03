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

// Checks that one piece, two pieces cut anywhere, and small pieces give the same result.
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

std::string problem_of(std::string_view body) {
  MultipartScanner scanner(kBoundary, kNames, 64);
  scanner.feed(body, [](const MultipartValue&) {});
  return scanner.problem();
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
      {{part(R"(; name="other")", "m"), part(R"(; name="other")", "m")}, {}},
      {{part(R"(;name=model)", "m")}, {"model=m"}},
      {{part(R"(;  NAME="model")", "m")}, {"model=m"}},
      {{part(R"(; name="model")", "")}, {"model="}},
      {{part(R"(; name="model")", "a\r\nb\nc\r")}, {"model=a\r\nb\nc\r"}},
      {{part(R"(; name="model")", "a--XyZ--XyZ")}, {"model=a--XyZ--XyZ"}},
      {{part(R"(; name="model")", "\r\n--Xy\r\n-")}, {"model=\r\n--Xy\r\n-"}},
      {{part(R"(; name="model")", "\xC3\xA9\xF0\x9F\x98\x80")}, {"model=\xC3\xA9\xF0\x9F\x98\x80"}},
      {{"content-TYPE: text/plain\r\ncontent-disposition:form-data;name=model\r\nX:\r\n\r\nm"},
       {"model=m"}},
  };
  for (const auto& c : cases) {
    const auto scan = scan_all_ways(body_of(c.parts));
    EXPECT_EQ(scan.values, c.values) << body_of(c.parts);
    EXPECT_EQ(scan.state, State::complete) << body_of(c.parts);
  }
}

// Each form is as the named client sends it.
TEST(Multipart, FormsOfRealClientsAreAccepted) {
  const std::pair<std::string_view, std::string> clients[] = {
      {"curl, with a quote in the name",
       "Content-Disposition: form-data; name=\"file\"; filename=\"a%22b.wav\"\r\n"
       "Content-Type: audio/wav\r\n\r\nRIFF"},
      {"curl before 7.81, and Go",
       "Content-Disposition: form-data; name=\"file\"; filename=\"a\\\"b\\\\.wav\"\r\n"
       "Content-Type: application/octet-stream\r\n\r\nRIFF"},
      {"httpx, browsers and undici: UTF-8 as it is",
       "Content-Disposition: form-data; name=\"file\"; filename=\"r\xC3\xA9sum\xC3\xA9; 1.pdf\"\r\n"
       "Content-Type: application/pdf\r\n\r\n\xFF\xFE"},
      {"a browser's Blob",
       "Content-Disposition: form-data; name=\"image[]\"; filename=\"blob\"\r\n"
       "Content-Type: image/png\r\n\r\n\x89PNG"},
      {"aiohttp",
       "Content-Type: text/plain; charset=utf-8\r\n"
       "Content-Disposition: form-data; name=\"prompt\"\r\n\r\ncaf\xC3\xA9"},
      {"OkHttp", "Content-Disposition: form-data; name=\"prompt\"\r\nContent-Length: 2\r\n\r\nhi"},
      {".NET",
       "Content-Type: audio/wav\r\nContent-Disposition: form-data; name=file; filename=a.wav; "
       "filename*=utf-8''a%20b.wav\r\n\r\nRIFF"},
      {"Apache HttpClient",
       "Content-Disposition: form-data; name=\"prompt\"\r\nContent-Type: text/plain; "
       "charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhi"},
  };
  for (const auto& [client, form_part] : clients) {
    const auto scan = scan_all_ways(body_of({part("; name=\"model\"", "m"), form_part}));
    EXPECT_THAT(scan.values, ElementsAre("model=m")) << client;
    EXPECT_EQ(scan.state, State::complete) << client;
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
    file.front() = 'x';  // must not begin with a delimiter
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
      {"--XyZ-", {}, State::more},
      {"--XyZ--", {}, State::complete},
      {"--XyZ--\r", {}, State::more},
      {"--XyZ--\r\n\r\n", {}, State::complete},
      {"\r\n\r\n--XyZ--", {}, State::complete},
      {"--XyZ--\r\nepilogue", {}, State::broken},
      {"--XyZ--\r\n--XyZ\r\n" + model, {}, State::broken},
      {"--XyZ-- \r\n", {}, State::broken},
      {"--XyZ--\n", {}, State::broken},
      {"--XyZ--x", {}, State::broken},
      {"--XyZ---\r\n", {}, State::broken},
      {"preamble\r\n--XyZ\r\n" + model + "\r\n--XyZ--", {}, State::broken},
      {"----XyZ\r\n" + model + "\r\n--XyZ--", {}, State::broken},
      {" \r\n--XyZ--", {}, State::broken},
      {"\n--XyZ\r\n", {}, State::broken},
      {"--XyZ \r\n", {}, State::broken},
      {"--XyZ\n", {}, State::broken},
      {"--XyZ\r--", {}, State::broken},
      {"--XyZW\r\n", {}, State::broken},
      {"--XyZ-\r\n", {}, State::broken},
      {"--XyZ --", {}, State::broken},
      {"--xyz--", {}, State::broken},
      {"--XyZ\r\n" + model, {}, State::more},
      {"--XyZ\r\n" + model + "\r\n--XyZ\r\n", {"model=m"}, State::more},
      {"--XyZ\r\n" + model + "\r\n--XyZ \r\n", {"model=m"}, State::broken},
      {"--XyZ\r\n" + model + "\r\n--XyZW\r\n", {"model=m"}, State::broken},
      {"--XyZ\r\n" + part("; name=model", "--XyZ--"), {}, State::broken},
      {"--XyZ\r\n" + part("; name=model", "\n--XyZ--"), {}, State::broken},
      {"--XyZ\r\n" + model + "\n--XyZ--", {}, State::broken},
      {"--XyZ\r\n" + model + "\r--XyZ--", {}, State::broken},
      {"--XyZ\r\n" + model + "\n\r--XyZ--", {}, State::broken},
  };
  for (const auto& c : cases) {
    const auto scan = scan_all_ways(c.body);
    EXPECT_EQ(scan.values, c.values) << c.body;
    EXPECT_EQ(scan.state, c.state) << c.body;
  }
}

TEST(Multipart, PartsThatServersReadDifferentlyBreakTheBody) {
  const struct {
    std::string headers;
    const char* says;
    std::string content = "m";
  } cases[] = {
      // Lines.
      {"", "without a Content-Disposition"},
      {"Content-Type: text/plain\r\n", "without a Content-Disposition"},
      {"Content-Disposition: form-data; name=model\n", "bare CR or LF"},
      {"Content-Disposition: form-data; name=a\r; name=model\r\n", "bare CR or LF"},
      {"Content-Disposition: form-data;\r\n name=model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a\r\n x\r\n", "header line"},
      {"Content-Disposition : form-data; name=model\r\n", "header line"},
      {"no colon\r\n", "header line"},
      {": no name\r\n", "header line"},
      {"X\x01: y\r\n", "header line"},
      {std::string("X: a\0b\r\n", 8), "control character"},
      {"Content-Disposition:\tform-data; name=a\r\n", "control character"},
      {"Content-Disposition: form-data; name=a \r\n", "trailing space"},
      // Headers.
      {"Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=model\r\n",
       "more than one header Content-Disposition"},
      {"Content-Disposition: form-data; name=a\r\nContent-Type: text/plain\r\n"
       "content-type: text/plain\r\n",
       "more than one header content-type"},
      {"Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n",
       "Content-Transfer-Encoding"},
      {"Content-Transfer-Encoding: quoted-printable\r\n", "Content-Transfer-Encoding"},
      {"Content-Encoding: gzip\r\n", "Content-Encoding"},
      {"Content-Disposition: form-data; name=a\r\nContent-Length: 2\r\n", "differs from its"},
      {"Content-Length: 0x1\r\n", "not a number"},
      {"Content-Length: \r\n", "not a number"},
      {"Content-Disposition: form-data; name=a\r\nContent-Type: application/octet-stream\r\n",
       "no file name"},
      {"Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=utf-16\r\n",
       "no file name"},
      {"Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=utf-7\r\n",
       "no file name"},
      {"Content-Type: multipart/mixed; boundary=b\r\n", "nested multipart"},
      // Dispositions.
      {"Content-Disposition: attachment; name=model\r\n", "not form-data"},
      {"Content-Disposition: form-data name=model\r\n", "not form-data"},
      {"Content-Disposition: form-data\r\n", "without a name"},
      {"Content-Disposition: form-data; name=\"\"\r\n", "without a name"},
      {"Content-Disposition: form-data; filename=\"a\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; name=model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; NAME=model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; \"name\"=model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name*=UTF-8''model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; name*=UTF-8''model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name*0=mod; name*1=el\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\"model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\"model\\\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\"mod\\el\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\"mod%65l\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\" model\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\"a; name=model\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=\"caf\xC3\xA9\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=mod el\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name='model'\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name = model\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=model;\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; size=1\r\n", "ambiguous"},
      {"Content-Disposition: form-data; filename=\"a\"; name=\"model\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; filename=\"\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; filename=\"b; name=model\"\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; filename=b; filename=c\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; filename*=UTF-8''b\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; filename=b; filename*=latin1''b\r\n", "ambiguous"},
      {"Content-Disposition: form-data; name=a; filename=b; filename*=UTF-8''%\r\n", "ambiguous"},
      // Names.
      {"Content-Disposition: form-data; name=Model\r\n", "must be named model"},
      {"Content-Disposition: form-data; name=\"model[]\"\r\n", "must be named model"},
      {"Content-Disposition: form-data; name=\"model[0]\"\r\n", "must be named model"},
      {"Content-Disposition: form-data; name=model; filename=\"m.txt\"\r\n", "must not be a file"},
      {"Content-Disposition: form-data; name=_charset_\r\n", "_charset_"},
      // Content.
      {"Content-Disposition: form-data; name=a\r\n", "not UTF-8", "caf\xE9"},
      {"Content-Disposition: form-data; name=a\r\n", "not UTF-8", "caf\xC3"},
      {"Content-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=us-ascii\r\n",
       "not UTF-8", "caf\xC3\xA9"},
  };
  for (const auto& c : cases) {
    const auto body = body_of({c.headers + "\r\n" + c.content});
    const auto scan = scan_all_ways(body);
    EXPECT_THAT(scan.values, IsEmpty()) << c.headers;
    EXPECT_EQ(scan.state, State::broken) << c.headers;
    EXPECT_NE(problem_of(body).find(c.says), std::string::npos) << c.headers << problem_of(body);
  }
}

TEST(Multipart, SaysWhereALengthLiesThatChangesWithTheValue) {
  const auto body =
      body_of({part("; name=other", "x"), "Content-Length:  4\r\n" + part("; name=model", "four"),
               part("; name=stream", "true")});
  for (std::size_t bytes = 1; bytes < body.size(); ++bytes) {
    MultipartScanner scanner(kBoundary, kNames, 64);
    std::vector<std::string> lengths;
    for (std::size_t at = 0; at < body.size(); at += bytes) {
      scanner.feed(std::string(body.substr(at, bytes)), [&](const MultipartValue& found) {
        lengths.push_back(body.substr(found.length_begin, found.length_end - found.length_begin));
      });
    }
    EXPECT_THAT(lengths, ElementsAre("4", "")) << bytes;
  }
}

TEST(Multipart, AFieldGivenTwiceBreaksTheBodyBeforeItsSecondValue) {
  for (const auto* second :
       {"; name=model", "; name=\"model\"", "; name=\"MODEL\"", "; name=model; filename=m",
        "; name=model; filename*=UTF-8''m", "; name=\"model[]\""}) {
    const auto body = body_of({part("; name=model", "a"), part(second, "b")});
    const auto scan = scan_all_ways(body);
    EXPECT_THAT(scan.values, ElementsAre("model=a")) << second;
    EXPECT_EQ(scan.state, State::broken) << second;
  }
}

TEST(Multipart, PartsAreCounted) {
  std::vector<std::string> parts(MultipartScanner::kMaxParts, part("; name=a", ""));
  EXPECT_EQ(scan_by(body_of(parts), 4096, 4096).state, State::complete);
  parts.push_back(part("; name=a", ""));
  EXPECT_EQ(scan_by(body_of(parts), 4096, 4096).state, State::broken);
}

TEST(Multipart, HeadersAreBounded) {
  const auto with_header = [](std::size_t bytes) {
    const std::string name = "Content-Disposition: form-data; name=a\r\n";
    return body_of({name + "X:" + std::string(bytes - name.size() - 6, 'x') + "\r\n\r\n"});
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
  const auto fits = body_of({part("; name=model", "12345678")});
  EXPECT_THAT(scan_all_ways(fits, 8).values, ElementsAre("model=12345678"));
  const auto too_long =
      body_of({part("; name=model", "123456789"), part("; name=stream", std::string(500, 'x'))});
  EXPECT_THAT(scan_all_ways(too_long, 8).values, ElementsAre("model too long", "stream too long"));
}

TEST(MultipartBoundary, IsReadFromTheContentType) {
  struct Case {
    std::string content_type;
    std::optional<std::string> boundary;
  };
  const Case cases[] = {
      {"multipart/form-data; boundary=----WebKitFormBoundary7MA4", "----WebKitFormBoundary7MA4"},
      {"Multipart/Form-Data ;charset=UTF-8;BOUNDARY=\"a.b/c\"", "a.b/c"},
      {"multipart/form-data; boundary=----=_Part_1_2.3", "----=_Part_1_2.3"},
      {R"(multipart/form-data; x="; boundary=y"; boundary=z)", std::nullopt},
      {"multipart/form-data; boundary=z;", std::nullopt},
      {"multipart/form-data; charset=utf-16; boundary=z", std::nullopt},
      {"multipart/form-data; charset=ISO-8859-1; boundary=z", "z"},  // Apache HttpClient 5
      {"multipart/form-data; charset=utf-8; charset=utf-8; boundary=z", std::nullopt},
      {"multipart/form-data; boundary='z'", std::nullopt},
      {"multipart/form-data; boundary=\"a\\z\"", std::nullopt},
      {"multipart/form-data; boundary = z", std::nullopt},
      {"multipart/form-data; boundary=z, multipart/form-data; boundary=y", std::nullopt},
      {"multipart/form-data, multipart/form-data; boundary=y", std::nullopt},
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

TEST(Multipart, AFormDeclaredAsLatin1HoldsTextInAscii) {
  EXPECT_TRUE(multipart_is_ascii("multipart/form-data; charset=ISO-8859-1; boundary=z"));
  EXPECT_TRUE(multipart_is_ascii("multipart/form-data; boundary=z; charset=us-ascii"));
  EXPECT_FALSE(multipart_is_ascii("multipart/form-data; charset=utf-8; boundary=z"));
  EXPECT_FALSE(multipart_is_ascii("multipart/form-data"));
  for (const auto& [text, sound] : {std::pair("m", true), std::pair("\xC3\xA9", false)}) {
    MultipartScanner scanner("z", kNames, 64, true);
    scanner.feed("--z\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" +
                     std::string(text) + "\r\n--z--\r\n",
                 [](const MultipartValue&) {});
    EXPECT_EQ(scanner.state() == MultipartScanner::State::complete, sound) << text;
  }
}

}  // namespace
}  // namespace weir::codec
