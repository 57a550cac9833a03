#include "http/response_writer.hpp"

#include <chrono>
#include <utility>

#include "codec/json_text.hpp"
#include "http/detail/kept_buffer.hpp"
#include "http/reply.hpp"
#include "telemetry/timestamp.hpp"

namespace weir::http {
namespace {

// "Date: …\r\n", rendered once a second per thread (RFC 9110 §6.6.1).
std::string_view date_field(WallTime now) {
  thread_local std::string field;
  thread_local std::int64_t rendered = -1;
  const auto second =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (second != rendered) {
    field = "Date: " + telemetry::format_http_date(now) + "\r\n";
    rendered = second;
  }
  return field;
}

}  // namespace

void ResponseWriter::begin(const Request& request, const AnswerHead& head, bool keep_alive,
                           WallTime now) {
  const bool http_10 = request.minor_version == 0;
  const bool switches = head.status == kSwitchingProtocols;
  status_ = head.status;
  if (request.method == Method::head || !may_have_body(head.status)) {
    framing_ = Framing::no_body;
  } else if (head.length) {
    framing_ = Framing::length;
  } else {
    framing_ = http_10 || switches ? Framing::until_close : Framing::chunked;
  }
  keep_alive_ = keep_alive && framing_ != Framing::until_close;
  head_framed_ = false;
  head_.clear();
  append_status_line(head_, head.status);
  head_.append(date_field(now)).append(head.fixed_fields).append(head.fields);
  if (framing_ == Framing::chunked) head_ += "Transfer-Encoding: chunked\r\n";
  if (head.length && may_have_body(head.status)) {
    head_ += "Content-Length: ";
    codec::append_json_integer(head_, *head.length);
    head_ += "\r\n";
  }
  if (switches) {
    head_ += "Connection: Upgrade\r\n";
  } else if (!keep_alive_) {
    head_ += "Connection: close\r\n";
  } else if (http_10) {
    head_ += "Connection: keep-alive\r\n";
  }
  head_ += "\r\n";
}

ResponseWriter::Buffers ResponseWriter::frame(std::string_view piece, bool last) {
  using boost::asio::buffer;
  if (framing_ == Framing::no_body) piece = {};
  body_bytes_ += piece.size();
  last_framed_ = last;
  const auto head = std::exchange(head_framed_, true) ? std::string_view{} : head_;
  if (framing_ != Framing::chunked) return {buffer(head), buffer(piece)};
  std::string_view before;
  std::string_view after;
  if (!piece.empty()) {
    chunk_head_ = ChunkHead(piece.size());
    before = chunk_head_.text();
    after = kChunkEnd;
  }
  const auto end = last ? kLastChunk : std::string_view{};
  return {buffer(head), buffer(before), buffer(piece), buffer(after), buffer(end)};
}

void ResponseWriter::wrote(const Buffers& buffers, std::optional<std::size_t> sent) {
  if (!sent) return;
  unsent_.set(buffers, *sent);
  ended_ = last_framed_;
}

void ResponseWriter::reset() {
  auto kept = std::move(head_);
  detail::make_empty(kept);
  *this = ResponseWriter{};
  head_ = std::move(kept);
}

}  // namespace weir::http
