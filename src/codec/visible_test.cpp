#include "codec/visible.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "codec/json_text.hpp"

namespace weir::codec {
namespace {

TEST(Visible, WhatCouldSteerATerminalOrHideIsSpelledOut) {
  const struct {
    std::string_view text;
    std::string_view shown;
  } cases[] = {
      {"", ""},
      {"Qwen/Qwen3-8B", "Qwen/Qwen3-8B"},
      {"a b~\\n\"'", "a b~\\n\"'"},
      {"é 通义 \u05d0\u05d1 \u0627 😀", "é 通义 \u05d0\u05d1 \u0627 😀"},
      {"a\u0301 \u00a0 \u3000 \u2027 \u202f \u2030", "a\u0301 \u00a0 \u3000 \u2027 \u202f \u2030"},
      // C0 and DEL
      {std::string_view("a\0b", 3), "a\\x00b"},
      {"\x1b[2J\a", "\\x1b[2J\\x07"},
      {"a\r\n\tb", "a\\x0d\\x0a\\x09b"},
      {"\x7f", "\\x7f"},
      // C1: CSI, OSC, NEL
      {"\u0080\u0085\u009b31m\u009d\u009f\u00a1", "\\u{80}\\u{85}\\u{9b}31m\\u{9d}\\u{9f}\u00a1"},
      // bidirectional marks
      {"\u061c\u200e\u200f", "\\u{61c}\\u{200e}\\u{200f}"},
      {"\u202a\u202b\u202c\u202d\u202egpj", "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}gpj"},
      {"\u2066\u2067\u2068\u2069", "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"},
      // lines and paragraphs
      {"a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"},
      // invisible characters
      {"a\u00adb\u200bc\u200cd\u200de", "a\\u{ad}b\\u{200b}c\\u{200c}d\\u{200d}e"},
      {"\u2060\u2064\ufeff\ufe0f\u034f", "\\u{2060}\\u{2064}\\u{feff}\\u{fe0f}\\u{34f}"},
      {"\u115f\u1160\u3164\uffa0\u180e", "\\u{115f}\\u{1160}\\u{3164}\\u{ffa0}\\u{180e}"},
      {"\U000e0041\U000e007f\U0001d173", "\\u{e0041}\\u{e007f}\\u{1d173}"},
      {"\ufff9\ufffd", "\\u{fff9}\ufffd"},
      // not UTF-8
      {"a\x9b"
       "b",
       "a\\x9bb"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xe2\x80", "\\xe2\\x80"},
      {"\xc0\x9b", "\\xc0\\x9b"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\xc2é", "\\xc2é"},
  };
  for (const auto& [text, shown] : cases) {
    EXPECT_EQ(visible_text(text), shown);
    EXPECT_EQ(visible_text(shown), shown) << "a second time";
  }
}

TEST(Visible, JsonKeepsItsValue) {
  const struct {
    std::string_view text;
    std::string_view json;
  } cases[] = {
      {"plain", R"("plain")"},
      {"é通😀\\", R"("é通😀\\")"},
      {"\u009b\u202e\x7f", R"("\u009b\u202e\u007f")"},
      {"\U000e0041", R"("\udb40\udc41")"},
      {"\x1b\n", R"("\u001b\n")"},
  };
  for (const auto& [text, json] : cases) {
    std::string written;
    append_json_string(written, text);
    const auto visible = visible_json(written);
    EXPECT_EQ(visible, json);
    EXPECT_EQ(boost::json::parse(visible).as_string(), text);
  }
}

TEST(VisibleExcerpt, IsBoundedAndCutBetweenCharacters) {
  EXPECT_EQ(visible_excerpt("lab/chat"), "lab/chat");
  EXPECT_EQ(visible_excerpt("a\x1b"), "a\\x1b");
  EXPECT_EQ(visible_excerpt(std::string(kExcerptBytes, 'x')), std::string(kExcerptBytes, 'x'));
  EXPECT_EQ(visible_excerpt(std::string(kExcerptBytes + 1, 'x')),
            std::string(kExcerptBytes, 'x') + "…");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "語";
  EXPECT_EQ(visible_excerpt(wide), wide.substr(0, 126) + "…");
}

}  // namespace
}  // namespace weir::codec
