#include "http/fetch.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "http/tls_client.hpp"
#include "net/connect.hpp"
#include "net/resolve.hpp"
#include "net/socket.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace {

using Message = beast::http::request<beast::http::string_body>;
using Parser = beast::http::response_parser<beast::http::string_body>;

constexpr std::uint32_t kMaxHeadBytes = 64 << 10;

// Ends a fetch's wait at its deadline. It has its own timer, since fetches are few.
class Cutoff {
 public:
  Cutoff(net::Socket& socket, MonotonicTime deadline)
      : timer_(socket.get_executor(), deadline), state_(std::make_shared<State>(&socket)) {
    timer_.async_wait([state = state_](boost::system::error_code error) {
      if (error || state->socket == nullptr) return;
      state->passed = true;
      boost::system::error_code ignored;
      state->socket->close(ignored);
    });
  }
  Cutoff(const Cutoff&) = delete;
  Cutoff& operator=(const Cutoff&) = delete;
  // The timer may have expired with its handler still queued, which must not use the socket then.
  ~Cutoff() { state_->socket = nullptr; }

  [[nodiscard]] Error error(Errc otherwise, std::string detail) const {
    return state_->passed ? fail(Errc::deadline_exceeded, "no complete answer in time").error()
                          : fail(otherwise, std::move(detail)).error();
  }

 private:
  struct State {
    explicit State(net::Socket* waiting) : socket(waiting) {}
    net::Socket* socket;
    bool passed = false;
  };

  net::Timer timer_;
  std::shared_ptr<State> state_;
};

Message make_message(const FetchRequest& request) {
  Message message(request.body.empty() ? beast::http::verb::get : beast::http::verb::post,
                  request.target, 11);
  message.set(beast::http::field::host, request.origin.authority());
  message.set(beast::http::field::user_agent, "weir");
  message.set(beast::http::field::accept, "application/json");
  message.set(beast::http::field::connection, "close");
  for (const auto& [name, value] : request.fields) message.set(name, value);
  if (!request.body.empty()) {
    message.set(beast::http::field::content_type, "application/json");
    message.body() = request.body;
    message.prepare_payload();
  }
  return message;
}

Error read_error(const Cutoff& cutoff, boost::system::error_code error) {
  if (error == beast::http::error::body_limit) {
    return fail(Errc::upstream_answer_too_large, "the answer is over its size limit").error();
  }
  if (error == beast::http::error::end_of_stream ||
      error.category() == asio::error::get_system_category() || error == asio::error::eof ||
      error == beast::http::error::partial_message) {
    return cutoff.error(Errc::connection_lost, error.message());
  }
  return cutoff.error(Errc::upstream_answer_invalid, "not HTTP: " + error.message());
}

// A list field may be split over several lines (RFC 9110 §5.3).
std::string joined(const beast::http::fields& fields, beast::http::field name) {
  std::string text;
  const auto [first, last] = fields.equal_range(name);
  for (auto field = first; field != last; ++field) {
    if (!text.empty()) text += ", ";
    text += std::string_view(field->value());
  }
  return text;
}

template <class Stream>
net::Task<Result<FetchAnswer>> exchange(Stream& stream, const FetchRequest& request,
                                        const Cutoff& cutoff) {
  const Message message = make_message(request);
  const auto [write_error, written] =
      co_await beast::http::async_write(stream, message, net::use_task);
  if (write_error) {
    co_return std::unexpected(cutoff.error(Errc::connection_lost, write_error.message()));
  }
  Parser parser;
  parser.body_limit(request.max_answer_bytes);
  parser.header_limit(kMaxHeadBytes);
  beast::flat_buffer buffer;
  const auto [read_failure, read] =
      co_await beast::http::async_read(stream, buffer, parser, net::use_task);
  if (read_failure) co_return std::unexpected(read_error(cutoff, read_failure));
  FetchAnswer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  answer.location = std::string(parser.get()[beast::http::field::location]);
  answer.link = joined(parser.get(), beast::http::field::link);
  answer.body = std::move(parser.get().body());
  co_return answer;
}

}  // namespace

Fetcher::Fetcher(net::WorkerPool& pool, const TlsSettings& tls)
    : pool_(pool), tls_(std::make_unique<TlsClient>(tls, pool)) {}
Fetcher::~Fetcher() = default;

net::Task<Result<FetchAnswer>> Fetcher::fetch(FetchRequest request, MonotonicTime deadline) {
  auto resolving = net::resolve(pool_, request.origin.host, request.origin.port, deadline);
  auto endpoints = co_await std::move(resolving);
  if (!endpoints) co_return std::unexpected(endpoints.error());

  net::Connector connector(co_await asio::this_coro::executor, std::move(*endpoints));
  auto connecting = connector.connect(deadline);
  auto connected = co_await std::move(connecting);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  net::Socket& socket = connected->socket;
  const Cutoff cutoff(socket, deadline);
  boost::system::error_code error;
  socket.set_option(net::Tcp::no_delay(true), error);
  if (!request.origin.tls) co_return co_await exchange(socket, request, cutoff);

  const auto context = co_await tls_->context();
  if (!context) co_return std::unexpected(context.error());
  TlsStream stream(socket, **context);
  tls_->prepare(stream, request.origin.host);
  const auto [tls_error] =
      co_await stream.async_handshake(asio::ssl::stream_base::client, net::use_task);
  if (tls_error) {
    co_return std::unexpected(cutoff.error(Errc::upstream_tls_failed, tls_error.message()));
  }
  co_return co_await exchange(stream, request, cutoff);
}

}  // namespace weir::http
