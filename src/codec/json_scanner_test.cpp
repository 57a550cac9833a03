#include "codec/json_scanner.hpp"

#include <random>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/json_text.hpp"

namespace weir::codec {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using State = JsonScanner::State;

constexpr MemberPaths kMembers = {{"model", "usage", "usage.total", "message.model", "a.b.c"}};

struct Scan {
  std::vector<std::string> values;  // "path=text" or "path too long"
  State state = State::more;
  bool operator==(const Scan&) const = default;
};

// Feeds `text` in pieces that begin at the offsets in `cuts`, and checks each value's position.
Scan scan_cut(std::string_view text, std::vector<std::size_t> cuts, std::size_t max_value = 4096) {
  Scan scan;
  JsonScanner scanner(kMembers, max_value);
  cuts.push_back(text.size());
  std::size_t begin = 0;
  for (const auto end : cuts) {
    const std::string piece(text.substr(begin, end - begin));  // a copy, to catch stale views
    scanner.feed(piece, [&](const JsonValue& value) {
      std::string line(kMembers[value.member]);
      const auto place = text.substr(value.begin, value.end - value.begin);
      EXPECT_EQ(value.text, value.too_long ? "" : place);
      EXPECT_EQ(value.too_long, place.size() > max_value);
      scan.values.push_back(line + (value.too_long ? " too long" : "=" + std::string(value.text)));
    });
    EXPECT_LE(scanner.unfinished(), max_value);
    begin = end;
  }
  scan.state = scanner.state();
  return scan;
}

Scan scan(std::string_view text) { return scan_cut(text, {}); }

// Checks that one piece, two pieces cut anywhere, and single bytes give the same result.
Scan scan_all_ways(std::string_view text, std::size_t max_value = 4096) {
  const auto whole = scan_cut(text, {}, max_value);
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(scan_cut(text, {cut}, max_value), whole) << text << " cut at " << cut;
    everywhere.push_back(cut);
  }
  EXPECT_EQ(scan_cut(text, everywhere, max_value), whole) << text << " in single bytes";
  return whole;
}

TEST(JsonScanner, FindsTheChosenMembersAndNoOthers) {
  struct Case {
    std::string_view text;
    std::vector<std::string> values;
  };
  const Case cases[] = {
      {R"({})", {}},
      {R"({"model":"m"})", {R"(model="m")"}},
      {" {\n\t\"model\" : \"m\" , \"x\" : 1 }\r\n", {R"(model="m")"}},
      {R"({"model":"a\"b\\"})", {R"(model="a\"b\\")"}},
      {R"({"model":"a","model":"b"})", {R"(model="a")", R"(model="b")"}},
      {R"({"model":12})", {"model=12"}},
      {R"({"model":null,"x":true})", {"model=null"}},
      {R"({"model":["a",{"model":"b"}]})", {R"(model=["a",{"model":"b"}])"}},
      {R"({"usage":{"total":3}})", {"usage.total=3", R"(usage={"total":3})"}},
      {R"({"usage":{"x":{"total":1},"total":3},"model":"m"})",
       {"usage.total=3", R"(usage={"x":{"total":1},"total":3})", R"(model="m")"}},
      {R"({"usage":1,"usage":{"total":2}})", {"usage=1", "usage.total=2", R"(usage={"total":2})"}},
      {R"({"usage":[{"total":3}]})", {R"(usage=[{"total":3}])"}},
      {R"({"message":{"model":"m"}})", {R"(message.model="m")"}},
      {R"({"message":"model","x":{"message":{"model":"m"}}})", {}},
      {R"([{"model":"m"}])", {}},
      {R"({"messages":[{"model":"x","content":"{\"model\":\"y\"}"}]})", {}},
      {R"({"a":{"b":{"c":[]}}})", {"a.b.c=[]"}},
      {R"({"a":{"b":{"c":1,"b":{"c":2}},"c":3},"b":{"c":4}})", {"a.b.c=1"}},
      {R"({"a":{"b":{"c":1}},"a":{"b":{"c":2}}})", {"a.b.c=1", "a.b.c=2"}},
      {R"({"message.model":"x","usage.total":1,"a.b":{"c":1}})", {}},
      {R"({"Model":"x","MODEL":"y"})", {R"(model="x")", R"(model="y")"}},
      {"{\"usage\":{\"TOTAL\":1},\"u\xC5\xBF"
       "age\":2}",
       {"usage.total=1", R"(usage={"TOTAL":1})", "usage=2"}},
      {R"({"u\u017Fage":3,"u\u017Fge":4})", {"usage=3"}},
      {R"({"model ":"x","mode":"x","models":"x","":"x"})", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(scan_all_ways(c.text).values, c.values) << c.text;
}

TEST(JsonScanner, KeysMatchWhatTheyStandFor) {
  EXPECT_THAT(scan_all_ways(R"({"mod\u0065l":1})").values, ElementsAre("model=1"));
  EXPECT_THAT(scan_all_ways(R"({"\u006D\u006f\u0064\u0065\u006C":1})").values,
              ElementsAre("model=1"));
  EXPECT_THAT(scan_all_ways(R"({"us\u0061ge":{"tot\u0061l":1}})").values,
              ElementsAre("usage.total=1", R"(usage={"tot\u0061l":1})"));
  EXPECT_THAT(scan_all_ways(R"({"model\u0000":1,"\\model":2,"mod\el":3,"mod\u00e9l":4})").values,
              IsEmpty());
  EXPECT_THAT(scan_all_ways(R"({"a\u002eb":{"c":1}})").values, IsEmpty());
}

TEST(JsonScanner, LongKeysAreOtherKeys) {
  const std::string text = "{\"model" + std::string(1000, 'x') + "\":1,\"model\":2}";
  EXPECT_THAT(scan_all_ways(text).values, ElementsAre("model=2"));
}

TEST(JsonScanner, SaysWhetherTheTextIsAnObject) {
  struct Case {
    std::string_view text;
    State state;
  };
  const Case cases[] = {
      {"", State::more},
      {" ", State::more},
      {"{", State::more},
      {R"({"a)", State::more},
      {R"({"a":1)", State::more},
      {R"({"a":[{}])", State::more},
      {"{}", State::complete},
      {" {} \r\n\t", State::complete},
      {R"({"a":[],"b":[1,2],"c":[[]],"d":{"e":{}}})", State::complete},
      {R"({"a":-1.5e+3,"b":true})", State::complete},
      {"null", State::broken},
      {"[]", State::broken},
      {"\"a\"", State::broken},
      {"\xEF\xBB\xBF{}", State::broken},
      {"{}{}", State::broken},
      {"{} x", State::broken},
      {"{},", State::broken},
      {"}", State::broken},
      {"{,}", State::broken},
      {"{1:2}", State::broken},
      {"{a:1}", State::broken},
      {R"({"a"})", State::broken},
      {R"({"a",1})", State::broken},
      {R"({"a"::1})", State::broken},
      {R"({"a":})", State::broken},
      {R"({"a":,})", State::broken},
      {R"({"a":1,})", State::broken},
      {R"({"a":1,,"b":1})", State::broken},
      {R"({"a":1 2})", State::broken},
      {R"({"a":1:2})", State::broken},
      {R"({"a":"b""c"})", State::broken},
      {R"({"a":1]})", State::broken},
      {R"({"a":[1}})", State::broken},
      {R"({"a":[1,]})", State::broken},
      {R"({"a":[,1]})", State::broken},
      {R"({"a":["b":1]})", State::broken},
      {R"({"a":'b'})", State::broken},
      {R"({"a":/**/1})", State::broken},
      {R"({{"a":1}})", State::broken},
      // Runs of brackets and empty values.
      {R"({"a":[[[]]],"b":[{},{},[],""],"c":"","d":[[[],[]],[[{}]]]})", State::complete},
      {R"({"a":[[],]})", State::broken},
      {R"({"a":[{},]})", State::broken},
      {R"({"a":["",]})", State::broken},
      {R"({"a":[{}{}]})", State::broken},
      {R"({"a":[[]""]})", State::broken},
      {R"({"a":[[[]]})", State::broken},
      {R"({"a":[[]]]})", State::broken},
      {R"({"a":[[}]})", State::broken},
      {R"({"a":{"b":{}],"c":1})", State::broken},
      {R"({"a":[[]:1]})", State::broken},
      {R"({"a":{[]:1}})", State::broken},
      {R"({"a":{"":{}:1}})", State::broken},
  };
  for (const auto& c : cases) EXPECT_EQ(scan_all_ways(c.text).state, c.state) << c.text;
}

TEST(JsonScanner, ReportsNothingAfterTheTextBroke) {
  EXPECT_THAT(scan_all_ways(R"({"model":1,,"model":2})").values, ElementsAre("model=1"));
  EXPECT_THAT(scan_all_ways(R"({"usage":{"total":1],"model":2})").values,
              ElementsAre("usage.total=1"));
}

TEST(JsonScanner, FindsMembersBehindRunsOfBracketsAndEmptyValues) {
  EXPECT_THAT(scan_all_ways(R"({"x":[[[]],{},""],"model":"","y":[[[[]]]],"usage":[[[]]]})").values,
              ElementsAre("model=\"\"", "usage=[[[]]]"));
  EXPECT_THAT(scan_all_ways(R"({"message":{"x":{"y":{}},"model":{}},"usage":{"total":[]}})").values,
              ElementsAre("message.model={}", "usage.total=[]", R"(usage={"total":[]})"));
}

TEST(JsonScanner, NestingIsBounded) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(scan_all_ways(nested(JsonScanner::kMaxDepth)).state, State::complete);
  EXPECT_EQ(scan_all_ways(nested(JsonScanner::kMaxDepth + 1)).state, State::broken);
  const auto deepest = "{\"a\":" + std::string(JsonScanner::kMaxDepth - 1, '[') + "{}" +
                       std::string(JsonScanner::kMaxDepth - 1, ']') + "}";
  EXPECT_EQ(scan_all_ways(deepest).state, State::broken);
}

TEST(JsonScanner, ValuesAboveTheBoundAreReportedWithoutText) {
  constexpr std::size_t kBound = 8;
  EXPECT_THAT(scan_all_ways(R"({"model":"123456"})", kBound).values,
              ElementsAre(R"(model="123456")"));
  EXPECT_THAT(scan_all_ways(R"({"model":"1234567","model":1})", kBound).values,
              ElementsAre("model too long", "model=1"));
  EXPECT_THAT(scan_all_ways(R"({"usage":{"x":"yyyyyyyyyyyyyy","total":1234567}})", kBound).values,
              ElementsAre("usage.total=1234567", "usage too long"));
}

TEST(JsonScanner, UnfinishedCountsTheBytesOfOpenValues) {
  struct Case {
    std::string_view text;
    std::uint64_t unfinished;
  };
  const Case cases[] = {
      {R"({"model")", 0},
      {R"({"model": )", 0},
      {R"({"model":")", 1},
      {R"({"model":"abc)", 4},
      {R"({"model":"abc")", 0},
      {R"({"model":12)", 2},
      {R"({"model":12,)", 0},
      {R"({"usage":{"total":12)", 11},
      {R"({"other":"abc)", 0},
      {R"({"model":"12345678901234567890)", 0},
      {R"({"usage":{"x":[1,2,3,4,5],"total":12)", 2},
      {R"({"model":"abc"]"abc)", 0},
  };
  for (const auto& c : cases) {
    JsonScanner one_piece(kMembers, 16);
    one_piece.feed(c.text, [](const JsonValue&) {});
    EXPECT_EQ(one_piece.unfinished(), c.unfinished) << c.text;
    JsonScanner bytes(kMembers, 16);
    for (char byte : c.text) bytes.feed({&byte, 1}, [](const JsonValue&) {});
    EXPECT_EQ(bytes.unfinished(), c.unfinished) << c.text;
  }
}

TEST(JsonScanner, TextOfAValueInOnePieceIsAViewOfThePiece) {
  const std::string piece = R"({"model":"m"})";
  JsonScanner scanner(kMembers);
  std::string_view text;
  scanner.feed(piece, [&](const JsonValue& value) { text = value.text; });
  EXPECT_EQ(text.data(), piece.data() + 9);
}

TEST(JsonScanner, ResetForgetsAnUnfinishedText) {
  JsonScanner scanner(kMembers);
  for (std::string_view text : {R"({"usage":{"tot)", R"({"usage":"a\)", R"({)", R"({]})"}) {
    scanner.feed(text, [](const JsonValue&) {});
    scanner.reset();
    EXPECT_EQ(scanner.unfinished(), 0U);
    std::vector<std::uint64_t> begins;
    scanner.feed(R"({"model":1})", [&](const JsonValue& v) { begins.push_back(v.begin); });
    EXPECT_THAT(begins, ElementsAre(9U)) << text;
    EXPECT_EQ(scanner.state(), State::complete);
    scanner.reset();
  }
}

// The state of `text` with everything checked, and where it broke, the same for every cut.
std::pair<State, std::uint64_t> check_all_ways(std::string_view text) {
  const auto check = [text](std::size_t piece_bytes) {
    JsonScanner scanner(kMembers, 4096, JsonScanner::kMaxDepth, JsonScanner::Check::everything);
    for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
      scanner.feed(std::string(text.substr(at, piece_bytes)), [](const JsonValue&) {});
    }
    return std::pair(scanner.state(), scanner.broken_at());
  };
  const auto whole = check(text.size() + 1);
  for (std::size_t bytes = 1; bytes < 20; ++bytes) EXPECT_EQ(check(bytes), whole) << text;
  return whole;
}

TEST(JsonScanner, ChecksTheInsideOfValuesWhereThatIsAskedFor) {
  const std::string_view sound[] = {
      "0",
      "-0",
      "12",
      "-1.5",
      "0.5e3",
      "1E+10",
      "1e-9",
      "1e999",
      "123456789012345678901234567890",
      "true",
      "false",
      "null",
      R"("")",
      R"("a\"b\\\/\b\f\n\r\t")",
      R"("\u0041\ud83d\ude00\uD83D\uDE00")",
      "\"\x7F\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80 and more than sixteen bytes\"",
      "\"\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD\xE6\x96\x87\\n\xE4\xB8\xAD\""};
  for (const auto value : sound) {
    for (const auto* form : {"{\"a\":", "{\"a\": [1,", "{\"model\":"}) {
      const std::string_view opening(form);
      const std::string text = std::string(opening) + std::string(value) +
                               (opening.find('[') == std::string_view::npos ? " }" : "]}");
      EXPECT_EQ(check_all_ways(text).first, State::complete) << text;
    }
  }
  const struct {
    std::string_view value;
    std::uint64_t at;  // offset within the value
  } broken[] = {
      {"01", 1},
      {"-01", 2},
      {"+1", 0},
      {".5", 0},
      {"1.", 2},
      {"1.e1", 2},
      {"1e", 2},
      {"1e+", 3},
      {"-", 1},
      {"--1", 1},
      {"1.2.3", 3},
      {"0x10", 1},
      {"NaN", 0},
      {"Infinity", 0},
      {"-Infinity", 1},
      {"nan", 1},
      {"True", 0},
      {"tru", 3},
      {"truee", 4},
      {"nul", 3},
      {"nullx", 4},
      {"undefined", 0},
      {"1e5.0", 3},
      {"'a'", 0},
      {R"("\x")", 2},
      {R"("\u12G4")", 5},
      {R"("\ud83d")", 7},
      {R"("\ud83dx")", 7},
      {R"("\ud83d\n")", 8},
      {R"("\ud83d\ud83d")", 12},
      {R"("\ude00")", 6},
      {R"("\U0041")", 2},
      {"\"a\nb\"", 2},
      {"\"a\tb\"", 2},
      {std::string_view("\"a\0b\"", 5), 2},
      {"\"\xFF\"", 1},
      {"\"caf\xE9\"", 5},
      {"\"\xC0\x80\"", 1},
      {"\"\xED\xA0\x80\"", 2},
      {"\"\xF4\x90\x80\x80\"", 2},
      {"\"sixteen bytes, and then \x1F\"", 25},
  };
  for (const auto& c : broken) {
    const std::string text = "{\"a\":" + std::string(c.value) + "}";
    const auto [state, at] = check_all_ways(text);
    EXPECT_EQ(state, State::broken) << text;
    EXPECT_EQ(at, 5 + c.at) << text;
    const std::string as_key = "{" + std::string(c.value) + ":1}";
    if (c.value.starts_with('"')) EXPECT_EQ(check_all_ways(as_key).second, 1 + c.at) << as_key;
  }
}

TEST(JsonScanner, SaysWhetherANameIsSpelledAsTheMember) {
  const auto exact = [](std::string_view text) {
    std::vector<bool> answers;
    JsonScanner scanner(kMembers);
    scanner.feed(text, [&](const JsonValue& value) { answers.push_back(value.exact); });
    return answers;
  };
  EXPECT_THAT(exact(R"({"model":1,"MODEL":1,"mod\u0065l":1,"mod\u0045l":1})"),
              ElementsAre(true, false, true, false));
  EXPECT_THAT(exact(R"({"u\u017Fage":{"total":1}})"), ElementsAre(true, false));
}

// A random object whose keys are often the watched ones.
class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string object(int depth) {
    constexpr std::string_view kKeys[] = {"model", "usage", "total", "message", "a", "b", "c", "x"};
    std::string out = "{";
    for (auto left = below(5); left > 0; --left) {
      std::string key;
      for (char c : kKeys[below(8)]) {
        key += below(12) == 0
                   ? std::string("\\u00") + "01234567"[c >> 4] + "0123456789abcdef"[c & 15]
                   : std::string(1, c);
      }
      out += blank() + '"' + key + '"' + blank() + ':' + value(depth) + (left > 1 ? "," : "");
    }
    return out + blank() + '}';
  }

 private:
  std::string blank() { return std::string(below(8) == 0 ? 1 : 0, " \n\t\r"[below(4)]); }

  std::string value(int depth) {
    constexpr std::string_view kScalars[] = {
        "1",
        "-2.5e3",
        "true",
        "null",
        R"("")",
        R"("\\")",
        R"("\"}")",
        R"("a\\\"b")",
        R"("a long string with {brackets] and \"quotes\" in it, to pass the fast path")"};
    const auto kind = below(depth > 4 ? 2 : 4);
    if (kind < 2) return blank() + std::string(kScalars[below(9)]) + blank();
    if (kind == 2) return object(depth + 1);
    std::string out = "[";
    for (auto left = below(4); left > 0; --left) out += value(depth + 1) + (left > 1 ? "," : "");
    return out + "]";
  }

  std::mt19937 random_;
};

TEST(JsonScanner, FindsWhatAParserFinds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  RandomJson random(seed);
  for (int i = 0; i < 3000; ++i) {
    const auto text = random.object(0);
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; at < text.size(); at += 1 + random.below(40)) cuts.push_back(at);
    const auto whole = scan(text);
    ASSERT_EQ(whole, scan_cut(text, cuts)) << text;
    ASSERT_EQ(whole.state, State::complete) << text;
    JsonScanner strict(kMembers, 4096, JsonScanner::kMaxDepth, JsonScanner::Check::everything);
    strict.feed(text, [](const JsonValue&) {});
    ASSERT_EQ(strict.state(), State::complete) << text;
    const auto parsed = boost::json::parse(text).as_object();  // keeps the last of equal keys
    std::string last;
    for (const auto& line : whole.values) {
      if (line.starts_with("model=")) last = line.substr(6);
    }
    const auto* model = parsed.if_contains("model");
    ASSERT_EQ(model == nullptr, last.empty()) << text;
    if (model != nullptr) ASSERT_EQ(boost::json::parse(last), *model) << text;
  }
}

TEST(JsonScanner, DamagedTextGivesTheSameHoweverItIsCut) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  RandomJson random(seed);
  for (int i = 0; i < 3000; ++i) {
    auto text = random.object(0);
    for (int damage = 0; damage < 2; ++damage) {
      text[random.below(text.size())] = R"({}[]:,"\x1 )"[random.below(11)];
    }
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; at < text.size(); at += 1 + random.below(9)) cuts.push_back(at);
    ASSERT_EQ(scan(text), scan_cut(text, cuts)) << text;
  }
}

}  // namespace
}  // namespace weir::codec
