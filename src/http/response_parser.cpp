#include "http/response_parser.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace weir::http {
namespace {

namespace beast = boost::beast;

constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::size_t kMaxChunkHeadBytes = 4096;  // and of trailers

std::unexpected<Error> invalid(std::string why) {
  return fail(Errc::upstream_answer_invalid, std::move(why));
}

}  // namespace

/// Collects what Beast finds.
class ResponseParser::Beast : public beast::http::basic_parser<false> {
 public:
  explicit Beast(ResponseHead& head, std::string& payload) : head_(head), payload_(payload) {}

  int lengths = 0;
  int codings = 0;

 private:
  using error_code = beast::error_code;
  using string_view = beast::string_view;

  static std::string_view view(string_view text) { return {text.data(), text.size()}; }

  void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view, int version, error_code&) override {
    head_.status = status;
    head_.minor_version = version % 10;
  }
  void on_field_impl(beast::http::field name, string_view text, string_view value,
                     error_code&) override {
    if (!in_head_) return;  // a trailer
    lengths += name == beast::http::field::content_length ? 1 : 0;
    codings += name == beast::http::field::transfer_encoding ? 1 : 0;
    head_.fields.push_back({view(text), view(value)});
  }
  void on_header_impl(error_code&) override { in_head_ = false; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return keep(body); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return keep(body);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t keep(string_view body) {
    payload_.append(body.data(), body.size());
    return body.size();
  }

  ResponseHead& head_;
  std::string& payload_;
  bool in_head_ = true;
};

std::string_view ResponseHead::header(std::string_view lower_case) const {
  for (const Field& field : fields) {
    if (equals_ignoring_case(field.name, lower_case)) return field.value;
  }
  return {};
}

ResponseParser::ResponseParser(std::size_t max_head_bytes)
    : max_head_bytes_(max_head_bytes), beast_(std::make_unique<Beast>(head_, payload_)) {
  reset();
}
ResponseParser::~ResponseParser() = default;

Result<std::size_t> ResponseParser::find_head(std::string_view bytes) const {
  const auto end = bytes.find(kEndOfHead);
  const auto size = end == bytes.npos ? bytes.size() : end + kEndOfHead.size();
  if (size > max_head_bytes_) return invalid("the answer's head is too large");
  return end == bytes.npos ? 0 : size;
}

Result<> ResponseParser::parse_head(std::string_view head) {
  // A folded line is the one thing that Beast copies; the views would not outlive it.
  if (head.find("\r\n ") != head.npos || head.find("\r\n\t") != head.npos) {
    return invalid("a folded header line");
  }
  beast::error_code error;
  beast_->put(boost::asio::buffer(head.data(), head.size()), error);
  if (error && error != beast::http::error::need_more) return invalid(error.message());
  if (!beast_->is_header_done()) return invalid("the head is not complete");
  // RFC 9112 §6.3: framed in two ways, it could be read in two ways.
  if (beast_->lengths > 1 || beast_->codings > 1 || (beast_->lengths > 0 && beast_->codings > 0)) {
    return invalid("the answer is framed in more than one way");
  }
  head_.keep_alive = beast_->keep_alive();
  const bool empty = head_.status < 200 || head_.status == 204 || head_.status == 304;
  const auto length = beast_->content_length();
  if (empty) {
    framing_ = Framing::none;
  } else if (beast_->chunked()) {
    framing_ = Framing::chunked;
  } else if (beast_->codings > 0) {
    return invalid("an unknown transfer coding");
  } else if (length) {
    framing_ = Framing::length;
    head_.length = remaining_ = *length;
  } else {
    framing_ = Framing::until_close;
    head_.keep_alive = false;
  }
  if (empty) head_.length = 0;
  done_ = empty || (framing_ == Framing::length && remaining_ == 0);
  return {};
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

// Beast wants a chunk's head whole: its start is kept and offered again.
Result<std::string_view> ResponseParser::unframe_chunks(std::string_view bytes) {
  if (done_) {
    surplus_ = surplus_ || !bytes.empty();
    return std::string_view{};
  }
  payload_.clear();
  std::string joined;
  if (!rest_.empty()) {
    joined = std::move(rest_);
    joined += bytes;
    bytes = joined;
    rest_.clear();
  }
  while (!beast_->is_done() && !bytes.empty()) {
    beast::error_code error;
    const auto taken = beast_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    if (error == beast::http::error::need_more) break;
    if (error) return invalid(error.message());
    if (taken == 0) break;
  }
  done_ = beast_->is_done();
  if (done_) {
    surplus_ = surplus_ || !bytes.empty();
  } else {
    if (bytes.size() > kMaxChunkHeadBytes) return invalid("a chunk's head is too large");
    rest_ = bytes;
  }
  return payload_;
}

Result<> ResponseParser::end_of_stream() {
  if (framing_ == Framing::until_close) done_ = true;
  if (!done_) return fail(Errc::upstream_broke, "the connection closed within the answer");
  return {};
}

void ResponseParser::reset() {
  auto fields = std::move(head_.fields);
  fields.clear();
  head_ = ResponseHead{};
  head_.fields = std::move(fields);
  framing_ = Framing::none;
  remaining_ = 0;
  done_ = surplus_ = false;
  rest_.clear();
  payload_.clear();
  std::destroy_at(beast_.get());
  std::construct_at(beast_.get(), head_, payload_);
  beast_->eager(true);
  beast_->body_limit(boost::none);
  beast_->header_limit(static_cast<std::uint32_t>(max_head_bytes_ + kEndOfHead.size()));
}

}  // namespace weir::http
