// Stages: the connection, the request, and the wait for the answer's head.
#include <algorithm>

#include "codec/json_text.hpp"
#include "gateway/call.hpp"
#include "http/chunk.hpp"
#include "upstream/pool.hpp"

namespace weir::gateway {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kHeadBytes = 256;  // seldom longer

void put_field(std::string& head, std::string_view name, std::string_view value) {
  if (!value.empty()) head.append(name).append(value).append("\r\n");
}

// The body's size after the edits.
std::size_t edited_size(std::size_t size, const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) size += edit.text.size() - (edit.at.end - edit.at.begin);
  return size;
}

}  // namespace

void Call::arm(MonotonicClock::duration patience, Errc why, MonotonicTime now) {
  const auto at = now + patience;
  const bool total_first = total_deadline_ < at;
  server_->arm(total_first ? total_deadline_ : at,
               total_first ? Errc::upstream_total_timeout : why);
}

net::Task<Result<>> Call::connect() {
  record_.phase = Phase::connecting;
  const auto& to = *choice_.destination;
  const auto patience = to.connect_timeout;
  arm(patience, Errc::upstream_connect_timeout);
  auto& pool = *gateway_.pool_;
  auto connecting = pool.connect(*server_, to.upstream, monotonic_now() + patience);
  co_return co_await std::move(connecting);
}

// True for an upload whose length the client did not announce.
bool Call::sends_chunks() const {
  return !client_.body_done() && !client_.request().content_length;
}

// Composes the request: a head of our own, and the client's bytes with at most two values replaced.
void Call::compose() {
  asked_->edits.clear();
  renamed_ = hides_usage_ = false;
  const auto& route = *choice_.route;
  const bool json = catalogue::describe(input_.endpoint).body == catalogue::BodyForm::json;
  if (place_) {
    std::string id;
    codec::append_json_string(id, place_->request_id);
    asked_->edits.push_back({asked_->request.request_id_at, std::move(id)});
  } else if (route.model != asked_->request.model) {
    renamed_ = true;
    std::string name;
    if (json) {
      codec::append_json_string(name, route.model);
    } else {
      name = route.model;
    }
    if (const auto length_at = asked_->request.model_length_at) {
      asked_->edits.push_back({*length_at, std::to_string(name.size())});
    }
    asked_->edits.push_back({asked_->request.model_at, std::move(name)});
  }
  if (asked_->request.streamed && !asked_->request.wants_usage && choice_.destination->asks_usage &&
      catalogue::describe(input_.endpoint).has_stream_options) {
    hides_usage_ = true;
    asked_->edits.push_back(ask_for_usage(asked_->body, asked_->request));
  }
  std::ranges::sort(asked_->edits, {}, [](const Edit& edit) { return edit.at.begin; });

  const auto& request = client_.request();
  using enum http::FieldName;
  asked_->head.clear();
  asked_->head.reserve(kHeadBytes);
  // A body read as JSON must be forwarded as JSON.
  put_field(asked_->head,
            "Content-Type: ", json ? "application/json" : request.header(content_type));
  put_field(asked_->head, "Accept: ", request.header(accept));
  put_field(asked_->head, "anthropic-version: ", request.header(anthropic_version));
  put_field(asked_->head, "anthropic-beta: ", request.header(anthropic_beta));
  put_field(asked_->head, "X-Trace-Id: ", input_.exchange.trace_id.text());
  if (!sends_chunks()) {
    const auto length =
        edited_size(client_.body_done() ? asked_->body.size()
                                        : static_cast<std::size_t>(*request.content_length),
                    asked_->edits);
    asked_->head += "Content-Length: ";
    codec::append_json_integer(asked_->head, std::uint64_t{length});
    asked_->head += "\r\n\r\n";
  } else {
    // The first chunk is the part received so far.
    asked_->head += "Transfer-Encoding: chunked\r\n\r\n";
    asked_->head += http::ChunkHead(edited_size(asked_->body.size(), asked_->edits)).text();
  }
}

// Forwards the rest of an upload, the part that had not arrived when its upstream was chosen, piece
// by piece.
net::Task<Result<>> Call::send_body_rest() {
  const bool chunked = !client_.request().content_length;
  const auto put = [&](std::string_view piece, bool last) {
    const bool framed = chunked && !piece.empty();
    const auto head = framed ? http::ChunkHead(piece.size()) : http::ChunkHead();
    const auto end = framed ? http::kChunkEnd : std::string_view{};
    const auto last_chunk = chunked && last ? http::kLastChunk : std::string_view{};
    const std::array<asio::const_buffer, 4> pieces{asio::buffer(head.text()), asio::buffer(piece),
                                                   asio::buffer(end), asio::buffer(last_chunk)};
    const auto sent = server_->send(pieces);
    if (sent == http::ServerStream::Sent::in_part) server_->keep_unsent();
    return sent;
  };
  // An upstream that answers before it has received the whole body does not need the rest.
  server_->watch_for_early_answer(*this);
  sent_whole_ = false;
  while (!sent_whole_ && !server_->answers_early()) {
    const auto piece = co_await client_.next_body();
    if (!piece) co_return std::unexpected(piece.error());
    replayable_ = false;
    if (server_->answers_early()) break;
    if (piece->empty() && !client_.body_done()) break;
    if (auto taken = take_fields(*piece); !taken) co_return taken;
    const bool last = client_.body_done();
    const auto sent = put(*piece, last);
    if (sent == http::ServerStream::Sent::failed) break;
    if (sent == http::ServerStream::Sent::in_part) {
      arm(settings().idle_timeout, Errc::upstream_idle_timeout);
      const auto rest = co_await server_->send_rest();
      // The upstream may have answered before it closed.
      if (!rest && rest.error().code == Errc::upstream_broke) break;
      if (!rest) co_return rest;
      server_->disarm();
    }
    sent_whole_ = last;
  }
  if (client_.body_done()) client_.watch(*this);
  co_return Result<>{};
}

// The outcome if the upstream sent no head, or an invalid one.
Call::Try Call::no_head(const Error& error) {
  if (error.code == Errc::upstream_first_byte_timeout) {
    return failed(error, Outcome::first_byte_timeout);
  }
  if (error.code != Errc::upstream_broke) return failed(error, Outcome::broken_answer);
  reached_ = reached_ && left_;
  if (server_->has_answered()) return failed(error, Outcome::broken_answer);
  // The connection was stale, or was closed because of this request.
  constexpr std::chrono::seconds kAtOnce{1};
  const bool at_once = monotonic_now() - record_.sent < kAtOnce;
  const bool was_stale = server_->reused() && at_once;
  return failed(error, was_stale ? Outcome::stale_connection : Outcome::reset_before_answer);
}

// Sends head and body in one system call, as far as the kernel takes them.
http::ServerStream::Sent Call::send_request() {
  compose();
  std::array<asio::const_buffer, http::ServerStream::kBuffers> pieces;
  std::size_t count = 0;
  pieces[count++] = asio::buffer(choice_.destination->head(input_.endpoint).reveal());
  pieces[count++] = asio::buffer(std::string_view(asked_->head));
  std::uint64_t at = 0;
  for (const Edit& edit : asked_->edits) {
    pieces[count++] = asio::buffer(asked_->body.substr(at, edit.at.begin - at));
    pieces[count++] = asio::buffer(std::string_view(edit.text));
    at = edit.at.end;
  }
  pieces[count++] = asio::buffer(asked_->body.substr(at));
  if (sends_chunks()) pieces[count++] = asio::buffer(http::kChunkEnd);
  return server_->send(std::span(pieces).first(count));
}

net::Task<bool> Call::attempt() {
  const auto& to = *choice_.destination;
  auto& upstream = to.upstream;
  auto& pool = gateway_.pool_for(client_, *input_.directory);
  total_deadline_ = record_.received + to.total_timeout;
  server_ = force_new_connection_ ? nullptr : pool.take_idle(*upstream);
  if (!server_) {
    server_ = pool.make();
    const auto began = monotonic_now();
    if (const auto connected = co_await connect(); !connected) {
      const bool ours = connected.error().code == Errc::overloaded;
      ended_ = failed(connected.error(), ours ? Outcome::no_socket : Outcome::connect_failed);
      co_return false;
    }
    elsewhere_ += monotonic_now() - began;
  }
  server_->begin();
  record_.phase = Phase::sending;
  // A failed send does not end the attempt: the upstream may have answered before it closed.
  sent_whole_ = true;
  const auto sent = send_request();
  if (sent == http::ServerStream::Sent::in_part) {
    arm(settings().idle_timeout, Errc::upstream_idle_timeout);
    const auto rest = co_await server_->send_rest();
    if (!rest && rest.error().code != Errc::upstream_broke) {
      ended_ = failed(rest.error(), Outcome::reset_before_answer);
      co_return false;
    }
    sent_whole_ = rest.has_value();
    server_->disarm();
  } else if (sent == http::ServerStream::Sent::failed) {
    sent_whole_ = false;
  }
  if (sent_whole_ && !client_.body_done()) {
    const auto began = monotonic_now();
    if (const auto rest = co_await send_body_rest(); !rest) {
      ended_ = failed(rest.error(), Outcome::reset_before_answer);
      co_return false;
    }
    elsewhere_ += monotonic_now() - began;
  }
  record_.sent = monotonic_now();
  record_.phase = Phase::waiting;
  reached_ = true;
  arm(asked_->request.streamed ? settings().first_event_timeout : to.first_byte_timeout,
      Errc::upstream_first_byte_timeout, record_.sent);
  for (;;) {
    if (server_->must_wait()) co_await server_->read_more();
    const auto whole = server_->take_head();
    if (!whole) {
      ended_ = no_head(whole.error());
      co_return false;
    }
    if (*whole) break;
  }
  record_.first_byte = monotonic_now();
  co_return accept_status();
}

}  // namespace weir::gateway
