#include "codec/multipart.hpp"

#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"
#include "base/check.hpp"

namespace weir::codec {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kMaxBoundaryBytes = 70;

// More than a delimiter needs to be recognized across two pieces.
constexpr std::size_t kBorrowBytes = 256;

constexpr bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

// RFC 9110 §5.6.2, and bytes above ASCII, which file names without quotes are found to have.
constexpr bool is_token_byte(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  const bool ascii = static_cast<unsigned char>(c) < 0x80;
  return !ascii || is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
}

// RFC 2046 §5.1.1 bchars.
constexpr bool is_boundary_byte(char c) {
  constexpr std::string_view kOthers = "'()+_,-./:=? ";
  return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
}

void skip_blanks(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
}

std::string_view take_token(std::string_view& rest) {
  const auto end = std::ranges::find_if_not(rest, is_token_byte);
  const auto token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(token.size());
  return token;
}

// Takes a quoted string off the front. A backslash stands for the byte after it. (Browsers do not
// write such escapes but %22; that matters to no name we look for.)
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  bool escaped = false;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c == '"' && !escaped) {
      rest.remove_prefix(at + 1);
      return text;
    }
    escaped = c == '\\' && !escaped;
    if (!escaped) text.push_back(c);
  }
  return std::nullopt;
}

// Calls `visit(name, value)` for each `; name=value`. False if `rest` is anything else or a visit
// says so.
template <class F>
bool for_each_parameter(std::string_view rest, F&& visit) {
  for (;;) {
    skip_blanks(rest);
    if (rest.empty()) return true;
    if (rest.front() != ';') return false;
    rest.remove_prefix(1);
    skip_blanks(rest);
    if (rest.empty()) return true;

    const auto name = take_token(rest);
    if (name.empty() || !rest.starts_with('=')) return false;
    rest.remove_prefix(1);
    if (rest.starts_with('"')) {
      auto value = take_quoted(rest);
      if (!value || !visit(name, *std::move(value))) return false;
    } else {
      const auto value = take_token(rest);
      if (value.empty() || !visit(name, std::string(value))) return false;
    }
  }
}

// Sets what may be set once.
bool set_once(std::optional<std::string>& slot, std::string value) {
  if (slot) return false;
  slot = std::move(value);
  return true;
}

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= kMaxBoundaryBytes && !text.ends_with(' ') &&
         std::ranges::all_of(text, is_boundary_byte);
}

enum class LineStart : std::uint8_t { yes, no, unclear };

// Whether a line starts at `at`. A line that starts after a lone CR or LF is one to some servers.
LineStart line_start(std::string_view text, std::size_t at, bool is_first) {
  if (at == 0) return is_first ? LineStart::yes : LineStart::no;
  if (text[at - 1] == '\n' && at >= 2 && text[at - 2] == '\r') return LineStart::yes;
  const bool lone = text[at - 1] == '\n' || text[at - 1] == '\r';
  return lone ? LineStart::unclear : LineStart::no;
}

std::size_t find_bytes(std::string_view text, std::string_view wanted, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* const place =
      memmem(text.data() + from, text.size() - from, wanted.data(), wanted.size());
  if (place == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(place) - text.data());
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  skip_blanks(content_type);
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  if (!equals_ignoring_case(type, "multipart/form-data")) return std::nullopt;
  std::optional<std::string> boundary;
  const auto visit = [&](std::string_view name, std::string value) {
    return !equals_ignoring_case(name, "boundary") || set_once(boundary, std::move(value));
  };
  const bool sound = for_each_parameter(content_type.substr(type.size()), visit);
  return sound && boundary && is_boundary(*boundary) ? boundary : std::nullopt;
}

MultipartScanner::MultipartScanner(std::string_view boundary,
                                   std::span<const std::string_view> names,
                                   std::size_t max_value_bytes)
    : names_(names), max_value_bytes_(max_value_bytes) {
  CHECK(!boundary.empty() && boundary.size() <= kMaxBoundaryBytes);
  delimiter_.append("--").append(boundary);
}

bool MultipartScanner::next(MultipartValue& value) {
  while (state_ == State::more) {
    auto step = Step::moved;
    switch (within_) {
      case Within::delimiter_line:
        step = take_delimiter_line();
        break;
      case Within::headers:
        step = take_header();
        break;
      case Within::content:
        step = take_content(value);
        break;
    }
    if (step == Step::found) return true;
    if (step == Step::needs_more && !read_on()) return false;
  }
  return false;
}

// Gives text_ more bytes of the piece. When there are none, keeps text_ for the next piece.
//
// What an earlier piece left is joined by bytes borrowed from this one until all that is undecided
// lies in this one, which is then read where it is.
bool MultipartScanner::read_on() {
  if (in_piece_) {
    carry_.assign(text_);
    return false;
  }
  if (text_.size() <= borrowed_) {
    text_ = piece_.substr(borrowed_ - text_.size());
    in_piece_ = true;
    carry_.clear();
    return true;
  }
  carry_.erase(0, carry_.size() - text_.size());
  const auto more = piece_.substr(borrowed_, kBorrowBytes);
  borrowed_ += more.size();
  text_ = carry_.append(more);
  return !more.empty();
}

// Content, or the preamble, up to the next delimiter.
MultipartScanner::Step MultipartScanner::take_content(MultipartValue& value) {
  auto at = find_bytes(text_, delimiter_, 0);
  for (; at != std::string_view::npos; at = find_bytes(text_, delimiter_, at + 1)) {
    const auto starts = line_start(text_, at, !content_started_);
    if (starts == LineStart::unclear) return break_off();
    if (starts == LineStart::yes) break;
  }
  if (at == std::string_view::npos) {
    // The end may hold the start of a delimiter, with the line end before it.
    const auto undecided = std::min(text_.size(), delimiter_.size() + 1);
    keep_content(text_.size() - undecided);
    return Step::needs_more;
  }
  const std::size_t line_end = at == 0 ? 0 : 2;  // belongs to the delimiter
  keep_content(at - line_end);
  value_.end = offset_;
  consume(line_end + delimiter_.size());
  within_ = Within::delimiter_line;
  if (!wanted_) return Step::moved;
  wanted_ = false;
  value = std::move(value_);
  return Step::found;
}

// What follows a delimiter on its line: two dashes at the end of the body, else blanks.
MultipartScanner::Step MultipartScanner::take_delimiter_line() {
  constexpr std::string_view kClose = "--";
  constexpr std::string_view kLineEnd = "\r\n";
  if (text_.starts_with(kClose)) {
    state_ = State::complete;
    return Step::moved;
  }
  const auto blanks = std::min(text_.find_first_not_of(kBlanks), text_.size());
  if (blanks > kMaxHeaderBytes) return break_off();
  const auto rest = text_.substr(blanks);
  if (rest.starts_with(kLineEnd)) {
    consume(blanks + kLineEnd.size());
    start_headers();
    return Step::moved;
  }
  const bool may_end = kLineEnd.starts_with(rest) || (blanks == 0 && kClose.starts_with(rest));
  return may_end ? Step::needs_more : break_off();
}

void MultipartScanner::start_headers() {
  within_ = Within::headers;
  header_bytes_ = 0;
  has_disposition_ = false;
  name_.reset();
  file_name_.reset();
  is_file_ = false;
}

MultipartScanner::Step MultipartScanner::take_header() {
  const auto room = kMaxHeaderBytes - header_bytes_;
  const auto end = text_.find('\n');
  const auto length = end == std::string_view::npos ? text_.size() : end + 1;
  if (length > room) return break_off();
  if (end == std::string_view::npos) return Step::needs_more;

  const auto line = text_.substr(0, length);
  if (!line.ends_with("\r\n") || line.find('\r') + 2 != length) return break_off();
  header_bytes_ += length;
  const bool blank = length == 2;
  if (blank ? !start_content() : !note_header(line.substr(0, length - 2))) return break_off();
  consume(length);
  value_.begin = offset_;
  return Step::moved;
}

bool MultipartScanner::note_header(std::string_view line) {
  const auto name = take_token(line);
  if (name.empty() || !line.starts_with(':')) return false;
  line.remove_prefix(1);
  return !equals_ignoring_case(name, "content-disposition") || note_disposition(line);
}

bool MultipartScanner::note_disposition(std::string_view text) {
  if (std::exchange(has_disposition_, true)) return false;
  skip_blanks(text);
  if (!equals_ignoring_case(take_token(text), "form-data")) return false;
  return for_each_parameter(text, [this](std::string_view name, std::string value) {
    if (equals_ignoring_case(name, "name")) return set_once(name_, std::move(value));
    if (equals_ignoring_case(name, "filename")) return set_once(file_name_, std::move(value));
    if (equals_ignoring_case(name, "filename*")) is_file_ = true;
    // RFC 2231 spells a name as name*, name*0 and so on; RFC 7578 does not, but some servers do.
    return !equals_ignoring_case(name.substr(0, 5), "name*");
  });
}

// False if it is unclear what the part is.
bool MultipartScanner::start_content() {
  within_ = Within::content;
  content_started_ = false;
  wanted_ = false;
  if (!name_) return true;
  const auto place = std::ranges::find(names_, *name_);
  if (place == names_.end()) return true;
  // To some servers an empty file name makes a file, to others a field.
  if (file_name_ && file_name_->empty()) return false;
  if (file_name_ || is_file_) return true;
  wanted_ = true;
  value_ = {.name = static_cast<std::size_t>(place - names_.begin())};
  return true;
}

// Consumes `length` bytes of content, and keeps them if they are a wanted field's.
void MultipartScanner::keep_content(std::size_t length) {
  if (length == 0) return;
  content_started_ = true;
  if (wanted_ && !value_.too_long) {
    value_.too_long = value_.value.size() + length > max_value_bytes_;
    if (value_.too_long) {
      value_.value.clear();
    } else {
      value_.value.append(text_.substr(0, length));
    }
  }
  consume(length);
}

void MultipartScanner::consume(std::size_t length) {
  text_.remove_prefix(length);
  offset_ += length;
}

MultipartScanner::Step MultipartScanner::break_off() {
  state_ = State::broken;
  return Step::moved;
}

}  // namespace weir::codec
