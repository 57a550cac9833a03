// The resource `events`: the state once a second.
#include "http/client_stream.hpp"
#include "management/answer_json.hpp"
#include "management/resources.hpp"
#include "management/series_json.hpp"

namespace weir::management {
namespace {

using http::ClientStream;

constexpr int kMostStreams = 32;
constexpr std::chrono::milliseconds kInterval{1'000};

struct Load {
  std::int64_t up = 0;
  std::int64_t other = 0;
  std::int64_t in_flight = 0;
};

Load load_of(const Services& services) {
  Load load;
  for (const auto& state : services.upstreams()) {
    const auto& report = state.report;
    const bool is_up = report.reach == catalogue::Reach::up && !report.pending;
    ++(is_up && report.not_accepted.empty() ? load.up : load.other);
    if (state.load) load.in_flight += state.load->in_flight;
  }
  return load;
}

std::uint64_t keys_version(const Services& services, State& state) {
  auto table = services.keys.table();
  if (table != state.keys_seen) {
    state.keys_seen = std::move(table);
    ++state.keys_version;
  }
  return state.keys_version;
}

std::string render(const Services& services, State& state) {
  std::string text = "event: state\ndata: ";
  codec::JsonWriter json(text);
  json.begin_object();
  write_time(json, "at", wall_now());
  const auto catalogue = services.catalogue();
  const auto load = load_of(services);
  json.key("ready").value(services.ready());
  json.key("catalogue_version").value(catalogue->version());
  json.key("models").value(catalogue->models().size());
  json.key("upstreams").begin_object().key("up").value(load.up).key("other").value(load.other);
  json.end_object();
  json.key("keys_version").value(keys_version(services, state));
  json.key("config_version").value(services.config_version());
  json.key("in_flight").value(load.in_flight);
  const auto last = services.calls.last_id();
  write_text_or_null(json, "last_call", last == 0 ? std::string() : std::to_string(last));
  json.key("series");
  const auto& points = services.series.points(telemetry::Step::second);
  if (points.empty()) {
    json.null();
  } else {
    write_point(json, points.back());
  }
  json.end_object();
  return text + "\n\n";
}

const std::string& event(const Services& services, State& state) {
  const auto now = monotonic_now();
  if (state.event.empty() || now - state.event_made >= kInterval / 2) {
    state.event = render(services, state);
    state.event_made = now;
  }
  return state.event;
}

/// One client's stream.
class Stream final : ClientStream::DisconnectObserver {
 public:
  explicit Stream(Context& context)  // outlives: the stream
      : context_(context),
        client_(*context.exchange.client),
        timer_(client_.socket().get_executor()) {
    ++context_.state.streams;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    client_.unwatch();
    --context_.state.streams;
  }

  net::Task<> run() {
    client_.watch(*this);
    const http::AnswerHead head{
        .fixed_fields = "Content-Type: text/event-stream\r\nCache-Control: no-store\r\n"};
    client_.begin(head, client_.may_keep_alive(), context_.exchange.whole_at);
    std::string text = "retry: 2000\n\n" + event(context_.services, context_.state);
    while (co_await send(client_.send_piece(text))) {
      timer_.expires_after(kInterval);
      co_await timer_.async_wait(net::use_task);
      if (has_ended_ || is_over()) break;
      text = event(context_.services, context_.state);
    }
    if (!has_left_) co_await send(client_.send_end());
  }

 private:
  /// Whether the session has ended, by time or by logging out.
  [[nodiscard]] bool is_over() const {
    if (context_.caller.by != Credential::cookie) return false;
    return context_.state.sessions.find(token_, wall_now()) == nullptr;
  }
  net::Task<bool> send(ClientStream::Sent sent) {
    if (sent != ClientStream::Sent::partial) co_return sent == ClientStream::Sent::whole;
    const auto lost = co_await client_.send_rest();
    co_return !lost;
  }
  void client_left() override {
    has_left_ = true;
    must_end();
  }
  void must_end() override {
    has_ended_ = true;
    timer_.cancel();
  }

  Context& context_;
  ClientStream& client_;
  net::Timer timer_;
  const std::string token_{
      find_cookie(context_.field("Cookie"), cookie_name(context_.services.facts.has_tls))};
  bool has_ended_ = false;
  bool has_left_ = false;
};

}  // namespace

Serving stream_events(Context& context) {
  if (context.state.streams >= kMostStreams) co_return refuse(Reason::too_many_streams);
  if (context.request().method == http::Method::head) co_return Body{};
  Stream stream(context);
  auto running = stream.run();
  co_await std::move(running);
  co_return Body{.is_sent = true};
}

}  // namespace weir::management
