#include "http/response_parser.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "http/detail/bytes.hpp"
#include "http/detail/field_line.hpp"
#include "http/detail/framing.hpp"

namespace weir::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

std::unexpected<Error> invalid(std::string why) {
  return fail(Errc::upstream_answer_invalid, std::move(why));
}

}  // namespace

std::string_view ResponseHead::header(std::string_view lower_case) const {
  for (const Field& field : fields) {
    if (equals_ignoring_case(field.name, lower_case)) return field.value;
  }
  return {};
}

ResponseParser::ResponseParser(std::size_t max_head_bytes)
    : scan_({.line = max_head_bytes, .fields = max_head_bytes}) {}

Result<std::size_t> ResponseParser::find_head(std::string_view bytes) {
  using enum detail::HeadScan::Found;
  switch (scan_.find(bytes)) {
    case more:
      return 0;
    case whole:
      return scan_.size();
    case malformed:
      return invalid("a line of the head does not end with CRLF, or is folded");
    case line_too_long:
    case fields_too_large:
      return invalid("the answer's head is too large");
  }
  __builtin_unreachable();
}

Result<> ResponseParser::parse_head(std::string_view head) {
  const auto line_end = head.find('\r');
  if (auto ok = read_status_line(head.substr(0, line_end)); !ok) return ok;
  if (auto ok = read_fields(head.substr(line_end + kLineEnd.size())); !ok) return ok;
  return read_framing();
}

// RFC 9112 §4. Some servers omit the space before an empty reason phrase.
Result<> ResponseParser::read_status_line(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kShortest = kVersion.size() + 5;  // "1 200"
  const bool well_formed = line.size() >= kShortest && line.starts_with(kVersion) &&
                           detail::is_digit(line[7]) && line[8] == ' ' &&
                           std::ranges::all_of(line.substr(9, 3), detail::is_digit) &&
                           line[9] != '0' && (line.size() == kShortest || line[kShortest] == ' ') &&
                           std::ranges::all_of(line, detail::is_value_byte);
  if (!well_formed) return invalid("the status line is not valid HTTP/1");
  head_.minor_version = line[7] == '0' ? 0 : 1;
  head_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return {};
}

Result<> ResponseParser::read_fields(std::string_view lines) {
  detail::ConnectionOptions options;
  while (lines != kLineEnd) {
    const auto line = detail::take_field_line(lines, detail::kToken);
    if (!line) return invalid("a header line is not well-formed");
    if (head_.fields.size() == kMaxFields) return invalid("the answer has too many header lines");
    head_.fields.push_back({line->name, line->value});
    const auto name = line->known;
    if (name == FieldName::content_length) {
      length_ = line->value;
      ++lengths_;
    } else if (name == FieldName::transfer_encoding) {
      coding_ = line->value;
      ++codings_;
    } else if (name == FieldName::connection) {
      options.add(line->value);
    }
  }
  head_.keep_alive = options.persists(head_.minor_version);
  return {};
}

// RFC 9112 §6.3: a message framed in two ways can be read in two ways.
Result<> ResponseParser::read_framing() {
  if (lengths_ + codings_ > 1) return invalid("the answer is framed in more than one way");
  if (codings_ > 0) {
    if (head_.minor_version == 0) return invalid("a transfer coding in HTTP/1.0");
    if (detail::read_codings(coding_) != detail::Codings::chunked) {
      return invalid("an unknown transfer coding");
    }
  }
  std::optional<std::uint64_t> length;
  if (lengths_ > 0) {
    length = detail::parse_content_length(length_);
    if (!length) return invalid("the Content-Length is not a number");
  }
  if (head_.status < 200 || head_.status == 204 || head_.status == 304) {
    // No body, whatever the fields say; but a server that announces one may send it.
    if (head_.status != 304 && (codings_ > 0 || length.value_or(0) > 0)) head_.keep_alive = false;
    head_.length = 0;
    done_ = true;
  } else if (codings_ > 0) {
    framing_ = Framing::chunked;
  } else if (length) {
    framing_ = Framing::length;
    head_.length = remaining_ = *length;
    done_ = remaining_ == 0;
  } else {
    framing_ = Framing::until_close;
    head_.keep_alive = false;
  }
  return {};
}

void ResponseParser::keep_fields(std::string& store) {
  std::size_t size = 0;
  for (const auto& [name, value] : head_.fields) size += name.size() + value.size();
  store.clear();
  store.reserve(size);
  const auto keep = [&](std::string_view& text) {
    const auto at = store.size();
    store += text;
    text = std::string_view(store).substr(at);
  };
  for (auto& [name, value] : head_.fields) {
    keep(name);
    keep(value);
  }
}

Result<std::string_view> ResponseParser::unframe(std::string_view bytes) {
  switch (framing_) {
    case Framing::none:
      surplus_ = surplus_ || !bytes.empty();
      return std::string_view{};
    case Framing::until_close:
      return bytes;
    case Framing::length: {
      const auto taken =
          static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
      remaining_ -= taken;
      done_ = remaining_ == 0;
      surplus_ = surplus_ || taken < bytes.size();
      return bytes.substr(0, taken);
    }
    case Framing::chunked:
      return unframe_chunks(bytes);
  }
  __builtin_unreachable();
}

// Returns a single run of payload in place; several are copied together.
Result<std::string_view> ResponseParser::unframe_chunks(std::string_view bytes) {
  // The caller uses it before anything else is read on this thread.
  thread_local std::string joined;
  joined.clear();
  std::string_view found;
  while (!chunks_.done() && !bytes.empty()) {
    const auto run = chunks_.next(bytes);
    if (!run) return invalid(std::string("chunked body: ") + chunks_.problem());
    if (run->empty()) continue;
    if (!found.empty()) {
      if (joined.empty()) joined = found;
      joined += *run;
    }
    found = joined.empty() ? *run : std::string_view(joined);
  }
  done_ = chunks_.done();
  surplus_ = surplus_ || !bytes.empty();
  return found;
}

Result<> ResponseParser::end_of_stream() {
  if (framing_ == Framing::until_close) done_ = true;
  if (!done_) return fail(Errc::upstream_broke, "the connection closed within the answer");
  return {};
}

void ResponseParser::reset() {
  scan_.reset();
  auto fields = std::move(head_.fields);
  fields.clear();
  head_ = ResponseHead{};
  head_.fields = std::move(fields);
  length_ = coding_ = {};
  lengths_ = codings_ = 0;
  framing_ = Framing::none;
  remaining_ = 0;
  done_ = surplus_ = false;
  chunks_.reset();
}

}  // namespace weir::http
