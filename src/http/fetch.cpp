#include "http/fetch.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "base/ascii.hpp"
#include "http/server_stream.hpp"
#include "http/tls_client.hpp"
#include "net/deadline.hpp"
#include "net/resolve.hpp"

namespace weir::http {
namespace {

constexpr std::size_t kMaxHeadBytes = 64 << 10;

// The deadlines of one fetch: its thread may sweep none, and fetches are few.
class Sweeping {
 public:
  explicit Sweeping(const net::Executor& executor) : state_(std::make_shared<State>(executor)) {
    go_on(state_);
  }
  Sweeping(const Sweeping&) = delete;
  Sweeping& operator=(const Sweeping&) = delete;
  // The timer may have expired with its handler still queued.
  ~Sweeping() {
    state_->ended = true;
    state_->timer.cancel();
  }

  [[nodiscard]] net::DeadlineSweeper& sweeper() const { return state_->sweeper; }

 private:
  struct State {
    explicit State(const net::Executor& executor) : timer(executor) {}
    net::DeadlineSweeper sweeper;
    net::Timer timer;
    bool ended = false;
  };

  static void go_on(const std::shared_ptr<State>& state) {
    state->timer.expires_after(net::DeadlineSweeper::kTick);
    state->timer.async_wait([state](boost::system::error_code error) {
      if (error || state->ended) return;
      state->sweeper.sweep(monotonic_now());
      go_on(state);
    });
  }

  std::shared_ptr<State> state_;
};

bool is_text(std::string_view text, char from) {
  return std::ranges::all_of(text, [from](char c) { return c >= from || c < 0; }) &&
         !text.contains('\x7f');
}

// False for bytes that would end a line or a target early.
bool may_be_sent(const FetchRequest& request) {
  return is_text(request.target, '!') && std::ranges::all_of(request.fields, [](const auto& field) {
           return is_text(field.second, ' ');
         });
}

std::string format_request(const FetchRequest& request) {
  std::string text = fmt::format(
      "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: weir\r\nAccept: application/json\r\n"
      "Connection: close\r\n",
      request.body.empty() ? "GET" : "POST", request.target, request.origin.authority());
  for (const auto& [name, value] : request.fields) text += fmt::format("{}: {}\r\n", name, value);
  if (!request.body.empty()) {
    text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n",
                        request.body.size());
  }
  return text.append("\r\n").append(request.body);
}

// A list field may be split over several lines (RFC 9110 §5.3).
std::string joined(const ResponseHead& head, std::string_view name) {
  std::string text;
  for (const Field& field : head.fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (!text.empty()) text += ", ";
    text += field.value;
  }
  return text;
}

FetchAnswer answer_of(const ResponseHead& head) {
  return {.status = head.status,
          .body = {},
          .location = std::string(head.header("location")),
          .link = joined(head, "link")};
}

std::unexpected<Error> too_large() {
  return fail(Errc::upstream_answer_too_large, "the answer exceeds its size limit");
}

// A coroutine that is cancelled need not wait for the server, or for the deadline.
net::Task<> wait_for_bytes(ServerStream& stream) {
  auto slot = (co_await boost::asio::this_coro::cancellation_state).slot();
  if (slot.is_connected()) {
    slot.assign([&stream](boost::asio::cancellation_type) { stream.abort(Errc::cancelled); });
  }
  co_await stream.read_more();
  if (slot.is_connected()) slot.clear();
}

net::Task<Result<FetchAnswer>> read_answer(ServerStream& stream, const FetchRequest& request) {
  for (;;) {
    if (stream.must_wait()) co_await wait_for_bytes(stream);
    const auto whole = stream.take_head();
    if (!whole) co_return std::unexpected(whole.error());
    if (*whole) break;
  }
  FetchAnswer answer = answer_of(stream.head());
  const bool is_passed_on = request.on_piece && answer.status == 200;
  std::size_t left = request.max_answer_bytes;
  if (stream.head().length.value_or(0) > left) co_return too_large();
  for (auto piece = stream.take_unread();; piece = stream.take_piece()) {
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->size() > left) co_return too_large();
    left -= piece->size();
    if (is_passed_on) {
      request.on_piece(*piece);
    } else {
      answer.body += *piece;
    }
    if (stream.done()) co_return answer;
    if (stream.must_wait()) co_await wait_for_bytes(stream);
  }
}

net::Task<Result<FetchAnswer>> exchange(ServerStream& stream, const FetchRequest& request) {
  const std::string text = format_request(request);
  const std::array pieces{boost::asio::const_buffer(boost::asio::buffer(text))};
  const auto sent = stream.send(pieces);
  if (sent == ServerStream::Sent::partial) {
    auto sending = stream.send_rest();
    const auto rest = co_await std::move(sending);
    // The server may have answered before it closed.
    if (!rest && rest.error().code != Errc::upstream_broke) co_return std::unexpected(rest.error());
  }
  auto reading = read_answer(stream, request);
  co_return co_await std::move(reading);
}

// `late`: said if the deadline passed.
Error as_reported(Error error, const char* late) {
  if (error.code == Errc::deadline_exceeded) error.detail = late;
  if (error.code == Errc::upstream_broke) error.code = Errc::connection_lost;
  return error;
}

}  // namespace

Fetcher::Fetcher(net::WorkerPool& pool, const TlsSettings& tls)
    : pool_(pool), tls_(std::make_unique<TlsClient>(tls, pool)) {}
Fetcher::~Fetcher() = default;

net::Task<Result<FetchAnswer>> Fetcher::fetch(FetchRequest request, MonotonicTime deadline) {
  if (!may_be_sent(request)) {
    co_return fail(Errc::upstream_answer_invalid, "a request with control characters is not sent");
  }
  net::Interrupt never;
  auto resolving = net::resolve(pool_, request.origin.host, request.origin.port, deadline, never);
  auto endpoints = co_await std::move(resolving);
  if (!endpoints) co_return std::unexpected(endpoints.error());

  const auto executor = co_await boost::asio::this_coro::executor;
  const Sweeping sweeping(executor);
  const auto stream = ServerStream::make(executor, sweeping.sweeper(), kMaxHeadBytes);
  stream->arm(deadline, Errc::deadline_exceeded);
  auto connecting = stream->connect(std::move(*endpoints), request.origin,
                                    request.origin.tls ? tls_.get() : nullptr);
  const auto connected = co_await std::move(connecting);
  if (!connected)
    co_return std::unexpected(
        as_reported(connected.error(), "the connection was not established in time"));
  stream->begin();
  stream->arm(deadline, Errc::deadline_exceeded);
  auto exchanging = exchange(*stream, request);
  auto answer = co_await std::move(exchanging);
  if (!answer)
    co_return std::unexpected(
        as_reported(std::move(answer.error()), "the answer was not complete in time"));
  co_return answer;
}

}  // namespace weir::http
