#include "config/type.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.hpp"
#include "config/text_check.hpp"
#include "config/units.hpp"

namespace weir::config {
namespace {

bool within(const Range& range, std::int64_t value) {
  const bool zero = value == 0 && !range.zero.empty();
  return zero || (value >= range.min && value <= range.max);
}

/// A quantity as text: the three kinds differ only in how they are read and written.
struct Notation {
  std::string_view noun;
  std::function<std::optional<std::int64_t>(std::string_view)> parse;
  std::function<std::string(std::int64_t)> format;
  /// The problem of a text that does not parse, if there is more to say.
  std::function<std::string(std::string_view)> explain = [](std::string_view) { return ""; };
  std::function<std::string(std::string_view)> suggest = [](std::string_view) { return ""; };
};

template <class M, class ToNumber, class FromNumber>
Type<M> quantity(const Notation& notation, Range range, ToNumber to_number,
                 FromNumber from_number) {
  CHECK(range.min > 0 && range.min <= range.max);
  Type<M> type;
  type.range = range;
  type.expected = fmt::format("{} from {} to {}", notation.noun, notation.format(range.min),
                              notation.format(range.max));
  if (!range.zero.empty()) {
    type.expected += fmt::format(", or {} ({})", notation.format(0), range.zero);
  }
  type.read = [=, expected = type.expected](Reader& reader, const Node& node, M& out) {
    const auto text = reader.text(node, expected);
    if (!text) return;
    const auto number = notation.parse(*text);
    if (number && within(range, *number)) {
      out = from_number(*number);
    } else if (const auto what = notation.explain(*text); !number && !what.empty()) {
      reader.reject_for(node, what, expected);
    } else {
      reader.reject(node, expected, notation.suggest(*text));
    }
  };
  type.print = [=](const M& value) { return Node::of_text(notation.format(to_number(value))); };
  type.same = std::equal_to<M>();
  return type;
}

/// Suggests 16MiB for `16MB` and `16M`.
std::string suggest_bytes(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(digits);
  if (digits == 0 || unit.empty()) return {};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kUnits = {
      {{"kK", "KiB"}, {"mM", "MiB"}, {"gG", "GiB"}}};
  for (const auto& [letters, proper] : kUnits) {
    if (letters.contains(unit.front()) && unit != proper && unit.size() <= proper.size()) {
      return fmt::format("{}{}", text.substr(0, digits), proper);
    }
  }
  return {};
}

}  // namespace

Type<bool> boolean() {
  Type<bool> type;
  type.expected = "true or false";
  type.read = [expected = type.expected](Reader& reader, const Node& node, bool& out) {
    const auto text = reader.text(node, expected);
    if (!text) return;
    if (*text == "true" || *text == "false") {
      out = *text == "true";
    } else {
      reader.reject(node, expected);
    }
  };
  type.print = [](const bool& value) { return Node::of_text(value ? "true" : "false"); };
  type.same = std::equal_to<bool>();
  return type;
}

template <std::signed_integral I>
Type<I> integer(Range range) {
  CHECK(std::in_range<I>(range.max));
  const Notation notation{.noun = "an integer",
                          .parse = parse_integer,
                          .format = [](std::int64_t value) { return std::to_string(value); }};
  return quantity<I>(
      notation, range, [](I value) { return std::int64_t{value}; },
      [](std::int64_t value) { return static_cast<I>(value); });
}
template Type<int> integer<int>(Range);
template Type<std::int64_t> integer<std::int64_t>(Range);

Type<std::int64_t> bytes(Range range) {
  const Notation notation{
      .noun = "a size", .parse = parse_bytes, .format = format_bytes, .suggest = suggest_bytes};
  return quantity<std::int64_t>(notation, range, std::identity(), std::identity());
}

Type<std::chrono::milliseconds> duration(Range range) {
  using std::chrono::milliseconds;
  const Notation notation{
      .noun = "a duration",
      .parse = [](std::string_view text) -> std::optional<std::int64_t> {
        const auto parsed = parse_duration(text);
        return parsed ? std::optional(parsed->count()) : std::nullopt;
      },
      .format = [](std::int64_t value) { return format_duration(milliseconds(value)); },
      .explain = [](std::string_view text) -> std::string {
        return parse_integer(text) ? "has no unit (ms, s, m or h)" : "";
      }};
  return quantity<milliseconds>(
      notation, range, [](milliseconds value) { return value.count(); },
      [](std::int64_t value) { return milliseconds(value); });
}

Type<WallTime> timestamp() {
  Type<WallTime> type;
  type.expected = "a date such as 2026-12-31 (00:00 UTC) or a time such as 2026-12-31T18:00:00Z";
  type.read = [expected = type.expected](Reader& reader, const Node& node, WallTime& out) {
    const auto text = reader.text(node, expected);
    if (!text) return;
    const auto time = parse_timestamp(*text);
    if (!time) return reader.reject(node, expected);
    out = *time;
  };
  type.print = [](const WallTime& time) { return Node::of_text(format_timestamp(time)); };
  type.same = std::equal_to<WallTime>();
  return type;
}

Type<std::string> text(std::string expected, TextCheck check) {
  Type<std::string> type;
  type.expected = std::move(expected);
  type.read = [expected = type.expected, check = std::move(check)](Reader& reader, const Node& node,
                                                                   std::string& out) {
    auto value = reader.text(node, expected);
    if (!value) return;
    if (!is_plain_text(*value) || !check(*value)) reader.reject(node, expected);
    // Kept all the same: later checks that refer to it would only repeat the problem.
    out = std::move(*value);
  };
  type.print = [](const std::string& value) { return Node::of_text(escape(value)); };
  type.same = std::equal_to<std::string>();
  return type;
}

Type<Secret> secret(std::string expected, TextCheck check) {
  Type<Secret> type;
  type.expected = std::move(expected);
  type.read = [expected = type.expected, check = std::move(check)](Reader& reader, const Node& node,
                                                                   Secret& out) {
    auto value = reader.text(node, expected, Audience::owner);
    if (!value) return;
    if (!is_plain_text(*value) || !check(*value)) reader.reject_secret(node, expected);
    out = Secret(std::move(*value));
  };
  type.print = [](const Secret& value) { return value.empty() ? Node() : Node::of_text("***"); };
  type.same = [](const Secret& a, const Secret& b) { return a.reveal() == b.reveal(); };
  return type;
}

Type<std::string> one_of(std::vector<std::string_view> words) {
  Type<std::string> type;
  type.expected = detail::one_of_text(words);
  type.read = [words = std::move(words)](Reader& reader, const Node& node, std::string& out) {
    if (const auto index = detail::read_word(reader, node, words)) out = words[*index];
  };
  type.print = [](const std::string& value) { return Node::of_text(value); };
  type.same = std::equal_to<std::string>();
  return type;
}

namespace detail {

std::optional<std::size_t> read_word(Reader& reader, const Node& node,
                                     const std::vector<std::string_view>& words) {
  const auto text = reader.text(node, one_of_text(words));
  if (!text) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == *text) return i;
  }
  reader.reject(node, one_of_text(words), nearest(*text, words));
  return std::nullopt;
}

std::string one_of_text(const std::vector<std::string_view>& words) {
  return fmt::format("one of {}", fmt::join(words, ", "));
}

bool require_list(Reader& reader, const Node& node, const std::string& expected) {
  if (node.kind == Node::Kind::list) return true;
  if (node.kind == Node::Kind::text) {
    reader.reject_for(node, "is a single value", expected);
  } else {
    reader.reject(node, expected);
  }
  return false;
}

}  // namespace detail
}  // namespace weir::config
