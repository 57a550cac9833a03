#include "codec/json_walk.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

// Writes out everything that it is handed.
struct Writer {
  void open(char bracket, std::size_t) { out += bracket; }
  void close(std::size_t) { out += ')'; }
  void name(std::string_view name) { out.append("<").append(name).append(">"); }
  void string(std::string_view text, std::size_t, bool begins, bool ends) {
    out.append(begins ? "'" : "").append(text).append(ends ? "'" : "");
  }
  void scalar(std::string_view text, bool begins, bool ends) {
    out.append(begins ? " " : "").append(text).append(ends ? " " : "");
  }
  std::string out;
};

std::string walked(std::string_view text, std::size_t size) {
  JsonWalk walk;
  Writer writer;
  for (std::size_t at = 0; at < text.size(); at += size) walk.feed(text.substr(at, size), writer);
  return writer.out + (walk.is_complete() ? "." : "");
}

TEST(JsonWalk, HandsOverEverythingHoweverTheTextIsCut) {
  const struct {
    const char* text;
    const char* handed;
  } cases[] = {
      {R"({"a":"b","c":[1,-2.5e3,"d",{"e":null}],"f" : true})",
       R"({<a>'b'<c>[ 1  -2.5e3 'd'{<e> null ))<f> true ).)"},
      {R"({"a\"b":"c\\","d":"\u00e9\""})", R"({<a\"b>'c\\'<d>'\u00e9\"').)"},
      {R"(["a",["b"]] )", R"(['a'['b')).)"},
      {R"({"a":)", R"({<a>)"},
      {R"(}{})", R"(){))"},
      {"[]]", "[))"},
      {R"({"":""})", R"({<>'').)"},
  };
  for (const auto& c : cases) {
    for (std::size_t size = 1; size <= std::string_view(c.text).size(); ++size) {
      EXPECT_EQ(walked(c.text, size), c.handed) << c.text << " in pieces of " << size;
    }
  }
}

}  // namespace
}  // namespace weir::codec
