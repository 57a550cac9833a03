#include "codec/multipart.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/check.hpp"
#include "codec/detail/multipart_grammar.hpp"
#include "codec/line_dashes.hpp"
#include "codec/multipart_form.hpp"
#include "codec/multipart_visitor.hpp"

namespace weir::codec {
namespace {

using namespace detail;

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kClose = "--";
constexpr std::size_t kMaxNameBytes = 100;  // busboy truncates longer names

// More than is needed to recognize a delimiter split between two pieces.
constexpr std::size_t kBorrowBytes = 256;

// True if readers may take `name` for the `wanted` one: `Model`, `model[]`.
bool resembles(std::string_view name, std::string_view wanted) {
  const auto stem = name.substr(0, name.find('['));
  return equals_ignoring_case(stem, wanted);
}

}  // namespace

MultipartScanner::MultipartScanner(std::string_view boundary,
                                   std::span<const std::string_view> names,
                                   std::size_t max_value_bytes, bool ascii)
    : form_{.names = names,
            .max_value_bytes = max_value_bytes,
            .default_text = ascii ? Text::ascii : Text::utf8} {
  CHECK(!boundary.empty() && boundary.size() <= kMaxBoundaryBytes);
  CHECK(names.size() <= kMaxNames);
  form_.delimiter.append("--").append(boundary);
}

bool MultipartScanner::next(MultipartValue& value) {
  while (state_ != State::broken) {
    auto step = Step::moved;
    switch (within_) {
      case Within::preamble:
        step = take_preamble();
        break;
      case Within::delimiter_line:
        step = take_delimiter_line();
        break;
      case Within::headers:
        step = take_header();
        break;
      case Within::content:
        step = take_content(value);
        break;
      case Within::epilogue:
        step = take_epilogue();
        break;
    }
    if (step == Step::found) return true;
    if (step == Step::needs_more && !read_on()) return false;
  }
  return false;
}

// Extends text_ with bytes of the piece. If there are none, keeps text_ for the next piece.
//
// Bytes left from an earlier piece are joined by bytes borrowed from this one until all undecided
// bytes lie in this one, which is then read in place.
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

// Consumes blank lines, and the first delimiter.
MultipartScanner::Step MultipartScanner::take_preamble() {
  if (text_.starts_with(kLineEnd)) {
    consume(kLineEnd.size());
    return Step::moved;
  }
  if (text_.starts_with(form_.delimiter)) {
    consume(form_.delimiter.size());
    within_ = Within::delimiter_line;
    return Step::moved;
  }
  if (kLineEnd.starts_with(text_) || form_.delimiter.starts_with(text_)) return Step::needs_more;
  return break_off("The form does not begin with the boundary of its Content-Type.");
}

// The rest of a delimiter's line: nothing, or two dashes at the end of the form.
MultipartScanner::Step MultipartScanner::take_delimiter_line() {
  if (text_.starts_with(kClose)) {
    consume(kClose.size());
    within_ = Within::epilogue;
    state_ = State::complete;
    return Step::moved;
  }
  if (text_.starts_with(kLineEnd)) {
    if (++parts_ > kMaxParts) {
      return break_off(fmt::format("The form has more than {} parts.", kMaxParts));
    }
    consume(kLineEnd.size());
    within_ = Within::headers;
    part_ = {.text = form_.default_text};
    return Step::moved;
  }
  const bool may_end = kLineEnd.starts_with(text_) || kClose.starts_with(text_);
  return may_end ? Step::needs_more : break_off("A delimiter of the form is not followed by CRLF.");
}

MultipartScanner::Step MultipartScanner::take_epilogue() {
  state_ = State::complete;
  if (text_.empty()) return Step::needs_more;
  if (text_.starts_with(kLineEnd)) {
    consume(kLineEnd.size());
    return Step::moved;
  }
  if (!kLineEnd.starts_with(text_))
    return break_off("The form continues after its closing delimiter.");
  state_ = State::more;
  return Step::needs_more;
}

MultipartScanner::Step MultipartScanner::take_header() {
  const auto room = kMaxHeaderBytes - part_.header_bytes;
  const auto end = text_.find('\n');
  const auto length = end == std::string_view::npos ? text_.size() : end + 1;
  if (length > room) {
    return break_off(
        fmt::format("The form has a part with more than {} bytes of headers.", kMaxHeaderBytes));
  }
  if (end == std::string_view::npos) return Step::needs_more;

  const auto line = text_.substr(0, length);
  if (!line.ends_with(kLineEnd) || line.find('\r') + kLineEnd.size() != length) {
    return break_off("The form has a header line with a bare CR or LF.");
  }
  part_.header_bytes += length;
  const bool blank = length == kLineEnd.size();
  if (blank ? !start_content() : !note_header(line.substr(0, length - kLineEnd.size()))) {
    return Step::moved;
  }
  consume(length);
  if (blank) value_.begin = part_.begin = offset_;
  return Step::moved;
}

bool MultipartScanner::note_header(std::string_view line) {
  const auto name = take_token(line);
  if (name.empty() || !line.starts_with(':')) {
    return refuse("The form has a header line that is not `Name: value`.");
  }
  line.remove_prefix(1);
  skip_blanks(line);
  if (std::ranges::any_of(line, is_control) || line.ends_with(' ')) {
    return refuse(fmt::format(
        "The form has a header {} with a control character or a trailing space.", name));
  }
  const auto header = known_header(name);
  if (header == kOther && equals_ignoring_case(name.substr(0, 8), "content-")) {
    return refuse(
        fmt::format("The form has a part with the header {}, which is not allowed.", name));
  }
  if ((part_.headers & header) != 0) {
    return refuse(fmt::format("The form has a part with more than one header {}.", name));
  }
  part_.headers |= header;
  switch (header) {
    case kDisposition:
      return note_disposition(line);
    case kType:
      return note_type(line);
    case kLength:
      return note_length(line);
    case kTransferEncoding:
      // These leave the bytes unchanged. The others do not, for servers that implement them.
      return equals_ignoring_case(line, "binary") || equals_ignoring_case(line, "8bit") ||
             equals_ignoring_case(line, "7bit") ||
             refuse(fmt::format(
                 "The form has a part with the Content-Transfer-Encoding {}, which is not allowed.",
                 line));
    case kOther:
      return true;
  }
  return true;
}

bool MultipartScanner::note_disposition(std::string_view text) {
  const auto type = text.substr(0, text.find(';'));
  if (!equals_ignoring_case(type, "form-data")) {
    return refuse("The form has a part whose Content-Disposition is not form-data.");
  }
  bool extended = false;
  const auto visit = [&](const Parameter& parameter) {
    if (equals_ignoring_case(parameter.name, "name")) {
      const auto name = parameter.value;
      const bool sound = parameter.quoted ? std::ranges::all_of(name, is_name_byte) &&
                                                !name.starts_with(' ') && !name.ends_with(' ')
                                          : is_token(name);
      if (part_.name || !sound || name.size() > kMaxNameBytes) return false;
      part_.name = name;
      return true;
    }
    // Some readers look for the first `name="`, wherever it is.
    if (!part_.name) return false;
    if (equals_ignoring_case(parameter.name, "filename")) {
      if (form_.all_parts != nullptr) part_.file_name = parameter.value;
      return !std::exchange(part_.has_file_name, true) && is_file_name(parameter);
    }
    return equals_ignoring_case(parameter.name, "filename*") && part_.has_file_name &&
           !std::exchange(extended, true) && is_extended_file_name(parameter);
  };
  const bool sound = for_each_parameter(text.substr(type.size()), visit);
  if (sound && (!part_.name || part_.name->empty())) {
    return refuse("The form has a part without a name.");
  }
  return sound || refuse(
                      "The form has an ambiguous Content-Disposition. It must be form-data; "
                      "name=\"…\", followed by filename=\"…\" for a file.");
}

// Parts without a file name are read as text; a file must only not contain parts itself.
bool MultipartScanner::note_type(std::string_view text) {
  const auto type = text.substr(0, text.find_first_of("; "));
  auto rest = text.substr(type.size());
  skip_blanks(rest);
  part_.may_be_field =
      equals_ignoring_case(type, "text/plain") || equals_ignoring_case(type, "application/json");
  const auto visit = [&](const Parameter& parameter) {
    if (!equals_ignoring_case(parameter.name, "charset")) return false;
    const bool ascii = is_ascii_charset(parameter.value);
    if (ascii) part_.text = Text::ascii;
    return ascii || equals_ignoring_case(parameter.value, "utf-8");
  };
  if (!for_each_parameter(rest, visit)) part_.may_be_field = false;
  return !equals_ignoring_case(type.substr(0, 10), "multipart/") ||
         refuse("The form has a nested multipart part.");
}

bool MultipartScanner::note_length(std::string_view text) {
  constexpr std::size_t kMaxDigits = 18;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > kMaxDigits || !std::ranges::all_of(text, is_digit)) {
    return refuse("The form has a part whose Content-Length is not a number.");
  }
  std::uint64_t length = 0;
  for (const char c : text) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  part_.length = length;
  part_.length_begin = offset_ + static_cast<std::uint64_t>(text.data() - text_.data());
  part_.length_end = part_.length_begin + text.size();
  return true;
}

// Returns true if the part's meaning is unambiguous.
bool MultipartScanner::start_content() {
  if (!part_.name) return refuse("The form has a part without a Content-Disposition.");
  if (!check_name(*part_.name)) return false;
  if (!part_.has_file_name && !part_.may_be_field) {
    return refuse(
        fmt::format("The part {} has no file name. Its Content-Type must be text/plain or "
                    "application/json, in UTF-8.",
                    *part_.name));
  }
  within_ = Within::content;
  if (form_.visitor == nullptr) return true;
  return accept(
      form_.visitor->begin_part(*part_.name, part_.has_file_name, part_.length.has_value()));
}

bool MultipartScanner::check_name(std::string_view name) {
  if (equals_ignoring_case(name, "_charset_")) {
    return refuse("The form has a part named _charset_. Remove it; forms are always UTF-8.");
  }
  const auto is_meant = [name](std::string_view wanted) { return resembles(name, wanted); };
  const auto place = std::ranges::find_if(form_.names, is_meant);
  if (place == form_.names.end()) return true;
  if (name != *place)
    return refuse(fmt::format("The parameter {} must be named {}.", name, *place));
  if (part_.has_file_name) return refuse(fmt::format("The parameter {} must not be a file.", name));
  const auto index = static_cast<std::size_t>(place - form_.names.begin());
  const auto bit = 1U << index;
  if ((seen_ & bit) != 0) return refuse(fmt::format("The parameter {} is given twice.", name));
  seen_ |= bit;
  part_.wanted = true;
  value_ = {.name = index, .length_begin = part_.length_begin, .length_end = part_.length_end};
  return true;
}

// Consumes content up to the next delimiter.
MultipartScanner::Step MultipartScanner::take_content(MultipartValue& value) {
  constexpr std::string_view kAmbiguous =
      "The form has a delimiter that is not on a line of its own.";
  if (offset_ == part_.begin) {
    // Some readers take it for a delimiter, since a line begins here; others for content.
    if (text_.starts_with(form_.delimiter)) return break_off(std::string(kAmbiguous));
    if (form_.delimiter.starts_with(text_)) return Step::needs_more;
  }
  const auto at = find_line_dashes(text_, form_.delimiter);
  if (at == std::string_view::npos) {
    // The end may hold the start of a delimiter, with the line end before it.
    const auto undecided = std::min(text_.size(), form_.delimiter.size() + 1);
    if (!keep_content(text_.size() - undecided)) return Step::moved;
    return Step::needs_more;
  }
  // Some servers take text after a lone CR or LF for a line.
  const bool own_line = at >= 2 && text_[at - 1] == '\n' && text_[at - 2] == '\r';
  if (!own_line) return break_off(std::string(kAmbiguous));
  if (!keep_content(at - kLineEnd.size()) || !end_content()) return Step::moved;
  value_.end = offset_;
  if (form_.all_parts != nullptr) report_part();
  consume(kLineEnd.size() + form_.delimiter.size());
  within_ = Within::delimiter_line;
  if (!part_.wanted) return Step::moved;
  value = std::move(value_);
  return Step::found;
}

// Consumes `length` bytes of content, and stores them if they belong to a wanted field.
bool MultipartScanner::keep_content(std::size_t length) {
  if (length == 0) return true;
  const auto bytes = text_.substr(0, length);
  if (!part_.has_file_name) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    const bool sound = part_.text == Text::ascii ? std::ranges::all_of(bytes, is_ascii)
                                                 : part_.checker.feed(bytes);
    if (!sound) return refuse(fmt::format("The parameter {} is not UTF-8.", *part_.name));
  }
  if (part_.wanted && !value_.too_long) {
    value_.too_long = value_.value.size() + length > form_.max_value_bytes;
    if (value_.too_long) {
      value_.value.clear();
    } else {
      value_.value.append(bytes);
    }
  }
  if (shows_file()) {
    advance(length);
    return accept(form_.visitor->file_content(bytes));
  }
  consume(length);
  return true;
}

bool MultipartScanner::end_content() {
  if (!part_.checker.complete()) {
    return refuse(fmt::format("The parameter {} is not UTF-8.", *part_.name));
  }
  if (part_.length && *part_.length != offset_ - part_.begin) {
    return refuse(
        fmt::format("The length of the part {} differs from its Content-Length.", *part_.name));
  }
  return !shows_file() || accept(form_.visitor->end_file());
}

// The piece is the whole body, so the content lies in it.
void MultipartScanner::report_part() {
  CHECK(offset_ <= piece_.size());  // the body was fed as one piece
  auto& part = form_.all_parts->emplace_back(std::move(*part_.name));
  if (part_.has_file_name) part.file_name = std::move(part_.file_name);
  part.content = piece_.substr(static_cast<std::size_t>(part_.begin),
                               static_cast<std::size_t>(offset_ - part_.begin));
}

void MultipartScanner::consume(std::size_t length) {
  if (form_.visitor != nullptr) form_.visitor->other(text_.substr(0, length));
  advance(length);
}

// Returns false, for the caller to return.
bool MultipartScanner::refuse(std::string problem) {
  state_ = State::broken;
  problem_ = std::move(problem);
  return false;
}

MultipartScanner::Step MultipartScanner::break_off(std::string problem) {
  refuse(std::move(problem));
  return Step::moved;
}

}  // namespace weir::codec
