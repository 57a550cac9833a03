#include "config/schema.hpp"

#include <gtest/gtest.h>

#include "config/text_check.hpp"

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

enum class Colour : std::uint8_t { red, green };

struct Size {
  int width = 3;
  std::optional<std::int64_t> height;
};

struct Item {
  std::string name;
  Secret key;
  Size size;
};

struct Inner {
  bool on = true;
  milliseconds wait{5'000};
  std::int64_t room = 4096;
};

struct Outer {
  std::string title = "none";
  Colour colour = Colour::green;
  std::vector<std::string> words = {"a", "b"};
  Inner inner;
  std::vector<Item> items;
};

bool is_sixteen(std::string_view text) { return is_token(text, 16); }

Schema<Outer> outer_schema() {
  Schema<Size> size(Apply::live);
  size.field("width", &Size::width, integer<int>({1, 9, "any"}), "How wide.")
      .field("height", &Size::height, integer<std::int64_t>({1, 9}), "How high.");
  Schema<Item> item(Apply::live);
  item.required("name", &Item::name, text("a name", is_name), "Its name.")
      .field("key", &Item::key, secret("16 characters", is_sixteen), "Its key.")
      .embed(&Item::size, size);
  Schema<Inner> inner(Apply::restart);
  inner.field("on", &Inner::on, boolean(), "Whether.")
      .field("wait", &Inner::wait, duration({1'000, 60'000}), "How long.", Apply::live)
      .field("room", &Inner::room, bytes({1 << 10, 1 << 20}), "How much.")
      .check([](const Inner& value) -> std::optional<Complaint> {
        if (value.on || value.room == 4096) return std::nullopt;
        return Complaint{"room", "goes with on", "no room"};
      });
  Schema<Outer> outer(Apply::restart);
  outer.field("title", &Outer::title, text("a text", is_plain_text), "What it is called.")
      .field("colour", &Outer::colour,
             one_of(EnumNames<Colour>({{Colour::red, "red"}, {Colour::green, "green"}})), "Which.")
      .field("words", &Outer::words, list_of(text("a word", is_name)), "Some words.")
      .section("inner", &Outer::inner, inner, "What is inside.")
      .list("items", &Outer::items, item, "Things.", "name", &Item::name);
  return outer;
}

const Sources kSources{.environment = [](const std::string& name) -> std::optional<std::string> {
                         return name == "WIDTH" ? "70" : "0123456789abcdef";
                       },
                       .file = {}};

struct Reading {
  Outer value;
  std::string problems;
};

Reading read(std::string_view yaml) {
  Reader reader("f", kSources);
  Reading reading;
  outer_schema().read(reader, parse_document(yaml).value(), reading.value);
  reading.problems = format_problems(reader.take_problems());
  return reading;
}

TEST(Schema, AnEmbeddedRowHasTheDefaultOfTheStructThatEmbedsIt) {
  struct Door {
    Size size = {.width = 7, .height = {}};
  };
  Schema<Size> size(Apply::live);
  size.field("width", &Size::width, integer<int>({1, 9, "any"}), "How wide.");
  Schema<Door> door(Apply::live);
  door.embed(&Door::size, size);
  ASSERT_EQ(door.rows().size(), 1);
  EXPECT_EQ(door.rows().front().fallback, "7");
}

TEST(Schema, ReadsEveryKindOfValue) {
  const auto [value, problems] = read(
      "title: ${X}\n"
      "colour: red\n"
      "words: [x]\n"
      "inner: {on: false, wait: 10s}\n"
      "items:\n"
      "  - {name: one, key: '${K}', width: '7'}\n"
      "  - {name: two, height: 2, width: 0}\n");

  EXPECT_EQ(problems, "");
  EXPECT_EQ(value.title, "0123456789abcdef");
  EXPECT_EQ(value.colour, Colour::red);
  EXPECT_EQ(value.words, std::vector<std::string>{"x"});
  EXPECT_FALSE(value.inner.on);
  EXPECT_EQ(value.inner.wait, 10s);
  EXPECT_EQ(value.inner.room, 4096);
  ASSERT_EQ(value.items.size(), 2U);
  EXPECT_EQ(value.items[0].key.reveal(), "0123456789abcdef");
  EXPECT_EQ(value.items[0].size.width, 7);
  EXPECT_EQ(value.items[1].size.width, 0);
  EXPECT_EQ(value.items[1].size.height, 2);
}

TEST(Schema, KeepsDefaultsWhereNothingIsGiven) {
  const auto [value, problems] = read("inner:\nitems:\n");
  EXPECT_EQ(problems, "");
  EXPECT_EQ(value.words.size(), 2U);
  EXPECT_TRUE(value.inner.on);
  EXPECT_TRUE(value.items.empty());
}

TEST(Schema, ComplainsOnceOfEachThing) {
  const struct {
    std::string_view yaml;
    std::string_view problems;
  } cases[] = {
      {"5", "f:1: \"5\" is not allowed; expected a mapping of settings\n"},
      {"titel: x", "f:1: titel: unknown setting (did you mean \"title\"?)\n"},
      {"\"a\\nb\": x", "f:1: \"a\\x0ab\": unknown setting\n"},
      {"title: [x]", "f:1: title: a list is not allowed; expected a text\n"},
      {"title: {}", "f:1: title: a mapping is not allowed; expected a text\n"},
      {"title:\n", "f:1: title: is empty; expected a text\n"},
      {"title: \"a\\nb\"", "f:1: title: \"a\\x0ab\" is not allowed; expected a text\n"},
      {"title: a\ntitle: b", "f:2: title: is set twice; first on line 1\n"},
      {"colour: Red",
       "f:1: colour: \"Red\" is not allowed; expected one of red, green (did you mean \"red\"?)\n"},
      {"words: x", "f:1: words: \"x\" is a single value; expected a list, each item a word\n"},
      {"words: [a, b c]", "f:1: words[1]: \"b c\" is not allowed; expected a word\n"},
      {"words:", "f:1: words: is empty; expected a list, each item a word\n"},
      {"inner: []", "f:1: inner: a list is not allowed; expected a mapping of settings\n"},
      {"inner: {on: yes}", "f:1: inner.on: \"yes\" is not allowed; expected true or false\n"},
      {"inner: {wait: 5}",
       "f:1: inner.wait: \"5\" has no unit (ms, s, m or h); expected a duration from 1s to 1m\n"},
      {"inner: {wait: 2m}",
       "f:1: inner.wait: \"2m\" is not allowed; expected a duration from 1s to 1m\n"},
      {"inner: {room: 2KB}",
       "f:1: inner.room: \"2KB\" is not allowed; expected a size from 1KiB to 1MiB (did you mean "
       "\"2KiB\"?)\n"},
      {"inner: {on: false, room: 8KiB}", "f:1: inner.room: goes with on; expected no room\n"},
      {"items: {name: a}",
       "f:1: items: a mapping is not allowed; expected a list, each item a mapping of settings\n"},
      {"items: [{}]", "f:1: items[0].name: is missing; expected a name\n"},
      {"items:\n  -\n", "f:2: items[0].name: is missing; expected a name\n"},
      {"items:\n  - name: a\n  - name: a\n",
       "f:3: items[1].name: \"a\" is already used on line 2; expected a unique value\n"},
      {"items: [{name: a, key: short}]",
       "f:1: items[0].key: *** is not allowed; expected 16 characters\n"},
      {"items: [{name: a, width: '${WIDTH}'}]",
       "f:1: items[0].width: \"${WIDTH}\" expands to a value that is not allowed; expected an "
       "integer from 1 to 9, or 0 (any)\n"},
  };
  for (const auto& c : cases) EXPECT_EQ(read(c.yaml).problems, c.problems) << c.yaml;
}

TEST(Schema, TellsAllProblemsInTheFilesOrder) {
  EXPECT_EQ(read("words: [a b]\nbad: 1\ntitle: []\n").problems,
            "f:1: words[0]: \"a b\" is not allowed; expected a word\nf:2: bad: unknown "
            "setting\nf:3: title: a list is not allowed; expected a text\n");
}

TEST(Schema, PrintsWhatItWouldReadAgain) {
  const auto first = read(
      "title: a$$b\nitems: [{name: one, key: 0123456789abcdef, height: 4}]\ninner: {wait: 2s}\n");

  const std::string printed = format_document(outer_schema().print(first.value));

  EXPECT_EQ(printed,
            "title: a$$b\n"
            "colour: green\n"
            "words: [a, b]\n"
            "inner:\n"
            "  on: true\n"
            "  wait: 2s\n"
            "  room: 4KiB\n"
            "items:\n"
            "  - name: one\n"
            "    key: \"***\"\n"
            "    width: 3\n"
            "    height: 4\n");
}

TEST(Schema, NamesWhatNeedsARestart) {
  const Outer running;
  Outer next;
  next.inner.wait = 9s;
  next.items.emplace_back();
  std::vector<std::string> names;
  outer_schema().add_restarts(running, next, {}, names);
  EXPECT_TRUE(names.empty());

  next.inner.room = 1024;
  next.colour = Colour::red;
  outer_schema().add_restarts(running, next, {}, names);
  EXPECT_EQ(names, (std::vector<std::string>{"colour", "inner.room"}));
}

TEST(Schema, ComparesSecretsAndOptionals) {
  Item one{.name = "a", .key = Secret("k"), .size = {}};
  Item other = one;
  const auto schema = outer_schema();
  Outer a;
  Outer b;
  a.items = {one};
  b.items = {other};
  EXPECT_TRUE(schema.same(a, b));
  b.items[0].key = Secret("l");
  EXPECT_FALSE(schema.same(a, b));
  b = a;
  b.items[0].size.height = 1;
  EXPECT_FALSE(schema.same(a, b));
}

TEST(Schema, HasARowForEverySetting) {
  std::vector<std::string> names;
  for (const Row& row : outer_schema().rows()) names.push_back(row.name);
  EXPECT_EQ(names, (std::vector<std::string>{"title", "colour", "words", "inner", "inner.on",
                                             "inner.wait", "inner.room", "items", "items[].name",
                                             "items[].key", "items[].width", "items[].height"}));
  EXPECT_EQ(
      format_reference(outer_schema().rows()),
      "## Top level\n\n| Setting | Expected | Default | Applies | Meaning |\n| --- | --- | --- | "
      "--- | --- |\n| `title` | a text | `none` | on restart | What it is called. |\n| `colour` | "
      "one of red, green | `green` | on restart | Which. |\n| `words` | a list, each item a word | "
      "`[a, b]` | on restart | Some words. |\n\n## inner\n\nWhat is inside.\n\n| Setting | "
      "Expected | Default | Applies | Meaning |\n| --- | --- | --- | --- | --- |\n| `inner.on` | "
      "true or false | `true` | on restart | Whether. |\n| `inner.wait` | a duration from 1s to 1m "
      "| `5s` | on reload | How long. |\n| `inner.room` | a size from 1KiB to 1MiB | `4KiB` | on "
      "restart | How much. |\n\n## items\n\nThings.\n\n| Setting | Expected | Default | Applies | "
      "Meaning |\n| --- | --- | --- | --- | --- |\n| `items[].name` | a name | required | on "
      "reload | Its name. |\n| `items[].key` | 16 characters | not set | on reload | Its key. |\n| "
      "`items[].width` | an integer from 1 to 9, or 0 (any) | `3` | on reload | How wide. |\n| "
      "`items[].height` | an integer from 1 to 9 | not set | on reload | How high. |\n");
}

}  // namespace
}  // namespace weir::config
