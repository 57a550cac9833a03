#include "config/document.hpp"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using Kind = Node::Kind;

Node parse(std::string_view text) {
  auto node = parse_document(text);
  EXPECT_TRUE(node) << format_problem(node ? Problem() : node.error());
  return node ? *node : Node();
}

std::string complaint(std::string_view text) {
  const auto node = parse_document(text);
  return node ? "" : format_problem(node.error());
}

TEST(Document, KeepsOrderLinesAndRepeatedNames) {
  const Node root = parse("b: 1\na:\n  - x\n  - {k: v}\nb: 2\n");

  ASSERT_EQ(root.kind, Kind::map);
  ASSERT_EQ(root.items.size(), 3U);
  EXPECT_EQ(root.items[0].key, "b");
  EXPECT_EQ(root.items[1].key, "a");
  EXPECT_EQ(root.items[2].text, "2");
  EXPECT_EQ(root.items[2].key_at.line, 5);
  const Node& inner = root.items[1].items[1].items[0];
  EXPECT_EQ(inner.text, "v");
  EXPECT_EQ(inner.at.line, 4);
  EXPECT_EQ(inner.at.column, 9);
}

TEST(Document, OfAnEmptyFileIsNothing) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "~\n", "null"}) {
    EXPECT_EQ(parse(text).kind, Kind::nothing) << text;
  }
}

TEST(Document, PutsAnAbsentValueAtItsName) {
  const Node root = parse("a:\n\n\nb: 1\n");
  EXPECT_EQ(root.items[0].kind, Kind::nothing);
  EXPECT_EQ(root.items[0].at.line, 1);
}

TEST(Document, QuotedNullIsAText) { EXPECT_EQ(parse("a: 'null'").items[0].kind, Kind::text); }

TEST(Document, ExpandsAliases) {
  const Node root = parse("a: &x [1, 2]\nb: *x\n");
  ASSERT_EQ(root.items[1].items.size(), 2U);
  EXPECT_EQ(root.items[1].key, "b");
  EXPECT_EQ(root.items[1].items[1].text, "2");
}

TEST(Document, SaysInWhichLineTheFormIsBroken) {
  EXPECT_EQ(complaint("a: 1\nb: [1\n"), ":3: not valid YAML: end of sequence flow not found");
  EXPECT_EQ(complaint("a: [*]"),
            ":1: not valid YAML: alias not found after *; expected quotes around a string that "
            "begins with *, such as \"*\"");
  EXPECT_EQ(complaint("a: [*-embed]"),
            ":1: not valid YAML: the referenced anchor is not defined; expected quotes around a "
            "string that begins with *, such as \"*\"");
  EXPECT_EQ(complaint("a: 1\n---\nb: 2\n"), ":2: not valid YAML: more than one document");
  EXPECT_EQ(complaint("? [a]\n: 1\n"),
            ":1: not valid YAML: the name of a setting must be a string");
  EXPECT_EQ(complaint("? {a: b}\n: 1\n"),
            ":1: not valid YAML: the name of a setting must be a string");
  EXPECT_EQ(complaint("a: &x [*x]\n"), ":1: not valid YAML: a value contains itself");
}

TEST(Document, SaysSoInOneLineOfText) {
  EXPECT_EQ(complaint("a: \"\\\x04\""), ":1: not valid YAML: unknown escape character: \\x04");
  EXPECT_EQ(complaint("a: \"\\é\""), ":1: not valid YAML: unknown escape character: ?");
}

TEST(Document, HoldsTextOnly) {
  EXPECT_EQ(complaint("a: x\nb: \x98\n"), ":2: not valid YAML: a string that is not UTF-8");
  EXPECT_EQ(complaint("a: \"\xed\xa0\x80\"\n"), ":1: not valid YAML: a string that is not UTF-8");
  EXPECT_EQ(complaint("\xff: a\n"), ":1: not valid YAML: a string that is not UTF-8");
  EXPECT_EQ(complaint("é: 漢\n"), "");
}

TEST(Document, HasAGreatestSize) {
  EXPECT_EQ(complaint(std::string(kMaxFileBytes + 1, '#')), ": is larger than 4 MiB");
  EXPECT_EQ(complaint(std::string(kMaxFileBytes, '#')), "");
}

TEST(Document, HasAGreatestDepth) {
  EXPECT_EQ(complaint(std::string(33, '[') + std::string(33, ']')),
            ":1: not valid YAML: nested too deeply");
  EXPECT_EQ(complaint(std::string(32, '[') + std::string(32, ']')), "");
  EXPECT_NE(complaint(std::string(100'000, '[')), "");
  EXPECT_EQ(complaint("a: &a [[[[[[[[[[[x]]]]]]]]]]]\nb: &b [[[[[[[[[[[*a]]]]]]]]]]]\n"
                      "c: &c [[[[[[[[[[[*b]]]]]]]]]]]\n"),
            ":3: not valid YAML: nested too deeply");
}

TEST(Document, HasAGreatestNumberOfValuesAliasesIncluded) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  EXPECT_NE(complaint(bomb).find("too many values for a config file"), std::string::npos);
}

TEST(Document, HasAGreatestLengthOfTextAliasesIncluded) {
  std::string bomb = "a: &a " + std::string(1 << 20, 'x') + "\nb: [";
  for (int i = 0; i < 20; ++i) bomb += "*a, ";
  EXPECT_NE(complaint(bomb + "]\n").find("too many values for a config file"), std::string::npos);
}

TEST(Document, IsWrittenAsItIsRead) {
  const std::string text =
      "a: 1\n"
      "b: [\"*\", plain, \"\", \"~\"]\n"
      "c:\n"
      "  - k: v\n"
      "    l: []\n";
  EXPECT_EQ(format_document(parse(text)), text);
  EXPECT_EQ(format_inline(parse(text)),
            "{a: 1, b: [\"*\", plain, \"\", \"~\"], c: [{k: v, l: []}]}");
}

TEST(Document, IsWrittenWithoutWhatATerminalObeysOrHides) {
  const Node read = parse("a: \"x\\u202Ey é\"\nb: é\nc: [\"\\u009b\", \"\\U000E0041\"]\n");
  const auto text = format_document(read);
  EXPECT_EQ(text, "a: \"x\\u202ey \\xe9\"\nb: é\nc: [\"\\x9b\", \"\\U000e0041\"]\n");
  EXPECT_EQ(parse(text).items[0].text, "x\u202ey é");
  EXPECT_EQ(parse(text).items[2].items[1].text, "\U000e0041");
}

TEST(Document, FindsTheDeepestNodeOfAPath) {
  const Node root = parse("models:\n  - id: a\n  - id: b\n    upstreams: [{name: x}]\n");

  EXPECT_EQ(find_deepest(root, "models[1].upstreams[0].name").text, "x");
  EXPECT_EQ(find_deepest(root, "models[1].id").text, "b");
  EXPECT_EQ(find_deepest(root, "models[1].hidden").at.line, 3);
  EXPECT_EQ(find_deepest(root, "models[7].id").kind, Kind::list);
  EXPECT_EQ(&find_deepest(root, "nowhere"), &root);
  EXPECT_EQ(&find_deepest(root, ""), &root);
}

}  // namespace
}  // namespace weir::config
