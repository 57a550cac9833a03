#include "codec/json_scanner.hpp"

#include <algorithm>
#include <bit>

#include "base/ascii.hpp"
#include "base/check.hpp"
#include "codec/detail/string_end.hpp"

namespace weir::codec {
namespace {

// Tokens that may come next, as bits of JsonScanner::expected_.
enum Token : unsigned {
  kTopObject = 1U << 0U,
  kKey = 1U << 1U,
  kColon = 1U << 2U,
  kValue = 1U << 3U,
  kComma = 1U << 4U,
  kClose = 1U << 5U,
};

// Size of the longest name with each byte written as \u00XX. A longer key matches no member.
constexpr std::size_t kMaxKeyBytes = 6 * MemberPaths::kMaxBytes;

// Bytes of numbers, true, false and null.
constexpr auto kScalarByte = [] {
  std::array<bool, 256> scalar{};
  for (char c = '0'; c <= '9'; ++c) scalar[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) scalar[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) scalar[static_cast<unsigned char>(c)] = true;
  for (char c : {'+', '-', '.'}) scalar[static_cast<unsigned char>(c)] = true;
  return scalar;
}();

constexpr bool is_scalar_byte(char c) { return kScalarByte[static_cast<unsigned char>(c)]; }

// Visits the members of a set, in order.
template <class F>
void for_each_bit(std::uint32_t bits, F&& visit) {
  for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
}

// True if a byte of a key is literal and has no other case beyond ASCII.
bool is_itself(char c) { return c != '\\' && static_cast<unsigned char>(c) < 0x80; }

// Two letters beyond ASCII fold to ASCII ones under Unicode case folding (CaseFolding.txt): U+017F,
// the long s, and U+212A, the Kelvin sign.
std::string fold(std::string name) {
  constexpr std::pair<std::string_view, char> kLetters[] = {{"\xC5\xBF", 's'},
                                                            {"\xE2\x84\xAA", 'k'}};
  for (const auto& [letter, plain] : kLetters) {
    for (std::size_t at = 0; (at = name.find(letter, at)) != std::string::npos;) {
      name.replace(at, letter.size(), 1, plain);
    }
  }
  return name;
}

}  // namespace

JsonScanner::JsonScanner(const MemberPaths& members, std::size_t max_value_bytes,
                         std::size_t max_depth, Check check)
    : members_(&members), bounds_{max_value_bytes, max_depth}, check_(check) {
  DCHECK(max_depth >= 1 && max_depth <= kMaxDepth);
  reset();
}

void JsonScanner::reset() {
  offset_ = 0;
  state_ = State::more;
  too_deep_ = false;
  broken_at_ = 0;
  string_check_ = {};
  place_ = {.expected = kTopObject};
  path_.depth = 0;
  path_.open = 0;
  // The text is treated as the value of an empty path, the prefix of all others.
  path_.levels[0].key_members = members_->all();
  key_.clear();
  held_.bytes.clear();
}

// The loop works on a copy of the place. Functions that take it are always inlined, so that it
// stays in registers; this halves the time.
bool JsonScanner::next(JsonValue& value) {
  if (state_ == State::broken) return false;
  Place place = place_;
  bool found = false;
  while (!found && place.at < piece_.size()) {
    found = place.within == Within::none ? take_token(place, value) : take_rest(place, value);
  }
  place_ = place;
  return found;
}

// Takes a one-byte token, or starts a longer one.
[[gnu::always_inline]] inline bool JsonScanner::take_token(Place& place, JsonValue& value) {
  const char c = piece_[place.at];
  switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      ++place.at;
      return false;
    case '{':
    case '[':
      return open(place, c);
    case '}':
    case ']':
      return close(place, c, value);
    case ',':
      if (!place.may_come(kComma)) return break_off(place);
      take_comma(place);
      return false;
    case ':':
      if (!place.may_come(kColon)) return break_off(place);
      place.expected = kValue;
      ++place.at;
      return false;
    case '"':
      return start_string(place);
    default:
      if (!place.may_come(kValue) || !is_scalar_byte(c)) return break_off(place);
      if (on_path(place)) start_value(place.at, place.depth);
      place.within = Within::scalar;
      scalar_check_.start();
      return false;
  }
}

[[gnu::always_inline]] inline void JsonScanner::take_comma(Place& place) {
  place.expected = place.in_object() ? kKey : kValue;
  ++place.at;
}

// Takes `second`, the last byte of a value that is empty and off every path, and a comma behind it:
// many such values cost little each.
[[gnu::always_inline]] inline bool JsonScanner::take_empty(Place& place, char second) {
  const auto at = place.at + 1;
  if (at >= piece_.size() || piece_[at] != second || on_path(place)) return false;
  place.at = at + 1;
  place.expected = kComma | kClose;
  if (place.at < piece_.size() && piece_[place.at] == ',') take_comma(place);
  return true;
}

// Takes the rest of a key, string or scalar, as far as it has arrived.
[[gnu::always_inline]] inline bool JsonScanner::take_rest(Place& place, JsonValue& value) {
  if (place.within == Within::scalar) return take_scalar(place, value);
  const auto begin = place.at;
  if (check_ == Check::everything) {
    switch (string_check_.scan(piece_, place.at)) {
      case JsonStringCheck::Found::end:
        break;
      case JsonStringCheck::Found::more:
        return false;
      case JsonStringCheck::Found::error:
        return break_off(place);
    }
  } else {
    if (place.escaped) ++place.at;
    const auto end = detail::find_string_end(piece_, place.at);
    place.at = end.at;
    place.escaped = end.escapes;
    if (!end.found) return false;
  }
  if (place.within == Within::string) return end_value(place, value);
  if (on_path(place)) match_key(piece_.substr(begin, place.at - 1 - begin), place.depth);
  place.within = Within::none;
  place.expected = kColon;
  return false;
}

[[gnu::always_inline]] inline bool JsonScanner::take_scalar(Place& place, JsonValue& value) {
  if (check_ == Check::everything) {
    scalar_check_.take(piece_, place.at);
    if (place.at == piece_.size()) return false;
    const bool has_ended = !is_scalar_byte(piece_[place.at]) && scalar_check_.may_end();
    if (!has_ended) return break_off(place);
    return end_value(place, value);
  }
  while (place.at < piece_.size() && is_scalar_byte(piece_[place.at])) ++place.at;
  return place.at < piece_.size() && end_value(place, value);
}

[[gnu::always_inline]] inline bool JsonScanner::start_string(Place& place) {
  if (place.may_come(kKey)) {
    place.within = Within::key;
    key_at_ = place.at + 1;
  } else if (place.may_come(kValue)) {
    if (take_empty(place, '"')) return false;
    place.within = Within::string;
    if (on_path(place)) start_value(place.at, place.depth);
  } else {
    return break_off(place);
  }
  ++place.at;
  return false;
}

[[gnu::always_inline]] inline bool JsonScanner::open(Place& place, char bracket) {
  const bool object = bracket == '{';
  const bool expected = place.may_come(object ? kTopObject | kValue : kValue);
  if (!expected || place.depth == bounds_.depth) [[unlikely]] {
    too_deep_ = expected;
    return break_off(place);
  }
  if (take_empty(place, object ? '}' : ']')) return false;
  if (on_path(place)) {
    start_value(place.at, place.depth);
    if (object) enter_object(place.depth);
  }
  do {
    const auto bit = std::uint64_t{1} << place.depth;
    place.object_bits = object ? place.object_bits | bit : place.object_bits & ~bit;
    ++place.depth;
    ++place.at;
  } while (!object && place.at < piece_.size() && piece_[place.at] == '[' &&
           place.depth < bounds_.depth && !on_path(place));
  place.expected = (object ? kKey : kValue) | kClose;
  return false;
}

[[gnu::always_inline]] inline bool JsonScanner::close(Place& place, char bracket,
                                                      JsonValue& value) {
  const bool object = bracket == '}';
  if (!place.may_come(kClose) || place.in_object() != object) return break_off(place);
  const bool was_on_path = on_path(place);
  if (was_on_path) --path_.depth;
  do {
    --place.depth;
    ++place.at;
  } while (place.at < piece_.size() && piece_[place.at] == bracket && place.depth > path_.depth &&
           place.in_object() == object);
  const bool chosen = end_value(place, value);
  const bool comma =
      !was_on_path && place.depth > 0 && place.at < piece_.size() && piece_[place.at] == ',';
  if (comma && !chosen) take_comma(place);
  return chosen;
}

// Returns true if the value is a chosen one.
[[gnu::always_inline]] inline bool JsonScanner::end_value(Place& place, JsonValue& value) {
  place.within = Within::none;
  place.expected = kComma | kClose;
  if (place.depth == 0) {
    place.expected = 0;
    state_ = State::complete;
  }
  const bool chosen = on_path(place) && (path_.open >> place.depth & 1U) != 0;
  if (chosen) report(place.at, place.depth, value);
  return chosen;
}

[[gnu::always_inline]] inline bool JsonScanner::break_off(Place& place) {
  state_ = State::broken;
  broken_at_ = offset_ + place.at;
  path_.open = 0;
  place.at = piece_.size();
  return false;
}

// Records the start of a value in an object on a path, if it is a chosen one.
void JsonScanner::start_value(std::size_t at, std::size_t depth) {
  Level& level = path_.levels[depth];
  for_each_bit(level.key_members, [&](std::size_t member) {
    if ((*members_)[member].size() != level.path_bytes) return;
    level.open_member = member;
    level.begin = offset_ + at;
    path_.open |= 1U << depth;
  });
}

// The value at `depth` is an object: paths that continue into it do so one level deeper.
void JsonScanner::enter_object(std::size_t depth) {
  const Level& outer = path_.levels[depth];
  Members members = depth == 0 ? outer.key_members : 0;
  if (depth > 0) {
    for_each_bit(outer.key_members, [&](std::size_t member) {
      if ((*members_)[member].size() > outer.path_bytes) members |= Members{1} << member;
    });
  }
  if (members == 0 && depth > 0) return;
  path_.levels[depth + 1] = {.members = members,
                             .prefix_bytes = depth == 0 ? 0 : outer.path_bytes + 1};
  ++path_.depth;
}

void JsonScanner::match_key(std::string_view raw, std::size_t depth) {
  if (!key_.empty()) raw = key_.append(raw.substr(0, kMaxKeyBytes));
  Level& level = path_.levels[depth];
  level.key_members = with_name(level, raw);
  std::optional<std::string> decoded;
  if (level.key_members == 0 && raw.size() <= kMaxKeyBytes &&
      !std::ranges::all_of(raw, is_itself)) {
    decoded = decode_json_text(raw);
    if (decoded) level.key_members = with_name(level, fold(*decoded));
  }
  if (level.key_members != 0) {
    const auto path = (*members_)[static_cast<std::size_t>(std::countr_zero(level.key_members))];
    level.path_bytes = std::min(path.find('.', level.prefix_bytes), path.size());
    const auto name = path.substr(level.prefix_bytes, level.path_bytes - level.prefix_bytes);
    level.key_exact = name == (decoded ? std::string_view(*decoded) : raw);
  }
  key_.clear();
}

void JsonScanner::report(std::size_t at, std::size_t depth, JsonValue& value) {
  const Level& level = path_.levels[depth];
  path_.open &= ~(1U << depth);
  value = {.member = level.open_member,
           .begin = level.begin,
           .end = offset_ + at,
           .exact = level.key_exact};
  const auto length = static_cast<std::size_t>(value.end - value.begin);
  if (length > bounds_.value_bytes) {
    value.too_long = true;
  } else if (value.begin >= offset_) {
    value.text = piece_.substr(static_cast<std::size_t>(value.begin - offset_), length);
  } else {
    const auto taken = static_cast<std::size_t>(held_.begin + held_.bytes.size() - offset_);
    held_.bytes.append(piece_.substr(taken, at - taken));
    const auto from = static_cast<std::size_t>(value.begin - held_.begin);
    value.text = std::string_view(held_.bytes).substr(from, length);
  }
}

JsonScanner::Members JsonScanner::with_name(const Level& level, std::string_view name) const {
  const Members candidates = level.members & members_->with_name_of(name.size());
  if (candidates == 0) return 0;
  Members members = 0;
  for_each_bit(candidates, [&](std::size_t member) {
    const auto rest = (*members_)[member].substr(level.prefix_bytes);
    const bool whole = rest.size() == name.size();
    if (!whole && (rest.size() < name.size() || rest[name.size()] != '.')) return;
    const auto ours = rest.substr(0, name.size());
    if (ours == name || same_ignoring_case(ours, name)) {
      members |= Members{1} << member;
    }
  });
  // A key with a dot in it is a single name, not a path.
  return members != 0 && name.find('.') == std::string_view::npos ? members : 0;
}

// Called at the end of a piece.
void JsonScanner::keep_unfinished() {
  if (place_.within == Within::key) keep_key();
  const auto end = offset_ + piece_.size();
  if (path_.open == 0) {
    held_.bytes.clear();
  } else {
    hold_from(oldest_to_hold(end));
  }
  offset_ = end;
  piece_ = {};
}

// Holds the bytes fed from `begin` on, some of which may be held already.
void JsonScanner::hold_from(std::uint64_t begin) {
  if (begin >= offset_) {
    held_.bytes.assign(piece_.substr(static_cast<std::size_t>(begin - offset_)));
  } else {
    const auto taken = static_cast<std::size_t>(held_.begin + held_.bytes.size() - offset_);
    held_.bytes.erase(0, static_cast<std::size_t>(begin - held_.begin));
    held_.bytes.append(piece_.substr(taken));
  }
  held_.begin = begin;
}

void JsonScanner::keep_key() {
  if (on_path(place_)) {
    const auto room = kMaxKeyBytes + 1 - key_.size();
    key_.append(piece_.substr(key_at_, room));
  }
  key_at_ = 0;
}

// The start of the outermost unfinished value within the bound; `end` if there is none.
std::uint64_t JsonScanner::oldest_to_hold(std::uint64_t end) const {
  for (std::size_t depth = 1; depth <= MemberPaths::kMaxLevels; ++depth) {
    const auto begin = path_.levels[depth].begin;
    if ((path_.open >> depth & 1U) != 0 && end - begin <= bounds_.value_bytes) return begin;
  }
  return end;
}

}  // namespace weir::codec
