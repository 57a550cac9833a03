#include "gateway/received.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "dialect/endpoint.hpp"
#include "gateway/encoded_body.hpp"
#include "gateway/outbound.hpp"

namespace weir::gateway {
namespace {

constexpr std::array<std::string_view, 3> kFieldNames = {"model", "n", "batch_size"};
constexpr std::size_t kModel = 0;  // its index there
constexpr std::size_t kMaxFieldBytes = 1024;
// Address space for a body that was announced; a larger one grows as it arrives.
constexpr std::uint64_t kFirstBytes = 1 << 20;

/// Notices that nobody waits for a body any more while another thread decodes it.
class Departure final : public http::ClientStream::DisconnectObserver {
 public:
  explicit Departure(http::ClientStream& client) : client_(client) { client.watch(*this); }
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;
  ~Departure() { client_.unwatch(); }

  [[nodiscard]] const std::atomic<bool>& is_over() const { return is_over_; }
  [[nodiscard]] Errc why() const { return why_; }

 private:
  void client_left() override { is_over_ = true; }
  void must_end() override {
    why_ = Errc::stopping;
    is_over_ = true;
  }

  http::ClientStream& client_;
  std::atomic<bool> is_over_ = false;
  Errc why_ = Errc::client_left;
};

std::unexpected<Error> no_room() { return fail(Errc::overloaded, "calls.buffer_bytes is reached"); }

}  // namespace

Received::Received(http::ClientStream& client, catalogue::Endpoint endpoint,
                   const upstream::Settings& settings, BodyMemory& memory, BodyBuffers& buffers,
                   MonotonicTime began)
    : client_(client),
      endpoint_(endpoint),
      settings_(settings),
      buffers_(buffers),
      began_(began),
      held_(memory, memory.bound(settings)),
      held_lines_(memory, memory.bound(settings)) {}

Received::~Received() { give_back(std::move(store_)); }

void Received::give_back(std::string&& buffer) {
  if (buffer.capacity() < BodyBuffers::kLargeBytes) return;
  buffers_.give_back(std::move(buffer), settings_.kept_buffer_bytes, client_.sweeper());
}

bool Received::is_json() const {
  return has_json_body(endpoint_, client_.request().header(http::FieldName::content_type));
}

bool Received::counts_images() const {
  return dialect::of(endpoint_).counts(dialect::Meter::images);
}

// A body that is too large is refused by receive().
bool Received::take_at_hand() {
  if (is_session_) return !request_.model.empty();
  if (!is_json() || coding_) return false;
  if (!client_.limit_body(static_cast<std::uint64_t>(settings_.max_body_bytes))) return false;
  const auto body = client_.take_body_at_hand();
  if (!body) return false;
  body_ = *body;
  is_whole_ = true;
  return true;
}

net::Task<Result<>> Received::receive() {
  if (coding_) return receive_encoded();
  return is_json() ? receive_json() : receive_form();
}

// The memory counts, and a buffer may have more than the body needs.
void Received::take_buffer(std::uint64_t length) {
  store_ = buffers_.take(length);
  const auto more = store_.capacity() - std::min<std::uint64_t>(length, store_.capacity());
  if (store_.capacity() >= BodyBuffers::kLargeBytes && !held_.add_unpromised(more)) {
    give_back(std::exchange(store_, {}));
  }
  store_.reserve(std::min(length, kFirstBytes));
}

// A small body is read at once if there is room for it, whatever was promised to others.
net::Task<Result<>> Received::await_room(std::uint64_t length) {
  const auto bytes = static_cast<std::int64_t>(length);
  if (bytes > held_.most()) co_return no_room();
  if (length < BodyBuffers::kLargeBytes && held_.has_room(length)) co_return Result<>{};
  if (held_.try_promise(bytes)) co_return Result<>{};
  BodyWait wait(client_, held_, bytes, false, 0);
  auto waiting = wait.watch_and_wait(patience());
  const auto may_begin = co_await std::move(waiting);
  if (!may_begin) co_return std::unexpected(may_begin.error());
  if (!*may_begin) co_return no_room();
  co_return Result<>{};
}

net::Task<Result<>> Received::await_more(std::size_t bytes) {
  const auto size = static_cast<std::int64_t>(bytes);
  const auto kept = static_cast<std::int64_t>(held_bytes());
  if (kept + size > held_.most()) co_return no_room();
  BodyWait wait(client_, held_, size, true, kept);
  auto waiting = wait.watch_and_wait(patience());
  const auto is_held = co_await std::move(waiting);
  if (!is_held) co_return std::unexpected(is_held.error());
  if (!*is_held) co_return no_room();
  co_return Result<>{};
}

net::Task<Result<>> Received::receive_whole() {
  const auto limit = static_cast<std::uint64_t>(settings_.max_body_bytes);
  if (auto fits = client_.limit_body(limit); !fits) co_return fits;
  if (const auto length = client_.request().content_length) {
    auto waiting = await_room(*length);
    if (auto room = co_await std::move(waiting); !room) co_return room;
    take_buffer(*length);
  }
  while (!client_.body_done()) {
    const auto piece = co_await client_.append_body(store_);
    if (!piece) co_return std::unexpected(piece.error());
    if (held_.add(piece->size())) continue;
    auto waiting = await_more(piece->size());
    if (auto held = co_await std::move(waiting); !held) co_return held;
  }
  held_.end_promise();
  co_return Result<>{};
}

net::Task<Result<>> Received::receive_json() {
  auto receiving = receive_whole();
  if (auto received = co_await std::move(receiving); !received) co_return received;
  body_ = store_;
  is_whole_ = true;
  co_return Result<>{};
}

net::Task<Result<std::string>> Received::decode(Room room) {
  const Departure departure(client_);
  EncodedBody body(*coding_, store_, static_cast<std::size_t>(settings_.max_body_bytes), &held_,
                   &departure.is_over(), patience().until);
  if (room == Room::held) {
    body.is_held = true;
  } else {
    body.needed = &needed_;
  }
  auto decoding = decode_body(*workers_, body);
  auto decoded = co_await std::move(decoding);
  if (departure.is_over()) co_return fail(departure.why());
  co_return decoded;
}

net::Task<Result<>> Received::receive_encoded() {
  if (!is_json()) {
    if (auto begun = begin_form(); !begun) co_return begun;
  }
  auto receiving = receive_whole();
  if (auto received = co_await std::move(receiving); !received) co_return received;
  auto decoding = decode(Room::counted);
  auto decoded = co_await std::move(decoding);
  if (!decoded && needed_ > 0) {
    auto waiting = await_more(std::exchange(needed_, 0));
    if (auto held = co_await std::move(waiting); !held) co_return held;
    auto again = decode(Room::held);
    decoded = co_await std::move(again);
  }
  if (!decoded) co_return std::unexpected(std::move(decoded.error()));
  held_.release(store_.size());
  give_back(std::exchange(store_, std::move(*decoded)));
  body_ = store_;
  is_whole_ = true;
  if (is_json()) co_return Result<>{};
  if (auto taken = take_fields(body_); !taken) co_return taken;
  co_return end_form();
}

Result<> Received::read(std::string_view model) {
  if (names_path_) body_ = {};
  if (!is_json() || names_path_) return {};
  const ReadOptions options{.max_depth = static_cast<std::size_t>(settings_.max_json_depth),
                            .finds_turns = settings_.affinity == upstream::Affinity::prefix,
                            .model = model};
  auto request = read_json_request(body_, endpoint_, options);
  if (!request) return std::unexpected(std::move(request.error()));
  request_ = std::move(*request);
  return {};
}

Result<> Received::take_field(codec::MultipartValue value) {
  if (value.name == kModel) {
    if (value.value.empty()) {
      return fail(Errc::invalid_parameter, "The parameter model must be a non-empty string.");
    }
    request_.model = std::move(value.value);
    request_.model_at = {value.begin, value.end};
    if (value.length_end > 0) {
      request_.model_length_at = Span{value.length_begin, value.length_end};
    }
    return {};
  }
  if (const auto number = read_count(value.value)) {
    request_.answers = std::max(request_.answers, *number);
    return {};
  }
  if (!counts_images()) return {};
  return fail(Errc::invalid_parameter,
              fmt::format("The parameter {} must be a positive integer.", kFieldNames[value.name]));
}

Result<std::string_view> Received::pass_piece(std::string_view piece) {
  if (!batch_) {
    if (auto taken = take_fields(piece); !taken) return std::unexpected(std::move(taken.error()));
    return piece;
  }
  auto passed = batch_->pass(piece);
  if (!held_lines_.resize(batch_->held_bytes())) return no_room();
  if (!passed || !client_.body_done()) return passed;
  if (auto ended = batch_->finish(); !ended) return std::unexpected(std::move(ended.error()));
  return passed;
}

Result<> Received::take_fields(std::string_view piece) {
  Result<> result;
  if (batch_) {
    if (auto passed = pass_piece(piece); !passed) return std::unexpected(passed.error());
    if (batch_->model().empty()) return result;
    request_.model = batch_->model();
    request_.batched = batch_->endpoint();
    return result;
  }
  fields_->feed(piece, [&](codec::MultipartValue value) {
    if (auto taken = take_field(std::move(value)); !taken) result = std::move(taken);
  });
  if (!result) return result;
  if (fields_->state() == codec::MultipartScanner::State::broken) {
    return fail(Errc::invalid_parameter, fields_->problem());
  }
  if (client_.body_done() && fields_->state() != codec::MultipartScanner::State::complete) {
    return fail(Errc::invalid_parameter, "The form ends before its closing delimiter.");
  }
  return {};
}

Result<> Received::begin_form() {
  const auto content_type = client_.request().header(http::FieldName::content_type);
  const auto boundary = codec::multipart_boundary(content_type);
  if (!boundary) {
    return fail(Errc::invalid_parameter,
                "The Content-Type must be multipart/form-data with one boundary.");
  }
  const bool is_ascii = codec::multipart_is_ascii(content_type);
  if (endpoint_ == catalogue::Endpoint::files) {
    // A line is a call, and not longer than one.
    batch_ = std::make_unique<BatchUpload>(
        BatchUpload::Form{.boundary = std::string(*boundary),
                          .is_ascii = is_ascii,
                          .max_line_bytes = static_cast<std::size_t>(settings_.max_body_bytes),
                          .max_depth = static_cast<std::size_t>(settings_.max_json_depth)});
    return {};
  }
  fields_ =
      std::make_unique<codec::MultipartScanner>(*boundary, kFieldNames, kMaxFieldBytes, is_ascii);
  return {};
}

Result<> Received::end_form() {
  if (!request_.model.empty()) return {};
  if (batch_) return batch_->finish();
  return fail(Errc::invalid_parameter, "The parameter model is missing.");
}

net::Task<Result<>> Received::receive_form() {
  if (auto begun = begin_form(); !begun) co_return begun;
  // The number of images may follow the files.
  const bool all = counts_images();
  const auto limit =
      static_cast<std::uint64_t>(all ? settings_.max_body_bytes : settings_.max_upload_bytes);
  if (auto fits = client_.limit_body(limit); !fits) co_return fits;
  while ((all || request_.model.empty()) && !client_.body_done()) {
    const auto piece = co_await client_.append_body(store_);
    if (!piece) co_return std::unexpected(piece.error());
    const auto size = piece->size();
    if (auto taken = take_fields(*piece); !taken) co_return taken;
    if (request_.model.empty() &&
        store_.size() > static_cast<std::size_t>(settings_.max_body_bytes)) {
      co_return fail(Errc::invalid_parameter,
                     batch_ ? "The form has too much before the end of the file's first line."
                            : "Send `model` before the file, or reduce the file size.");
    }
    if (held_.add(size)) continue;
    auto waiting = await_more(size);
    if (auto held = co_await std::move(waiting); !held) co_return held;
  }
  if (auto ended = end_form(); !ended) co_return ended;
  body_ = store_;
  is_whole_ = client_.body_done();
  co_return Result<>{};
}

}  // namespace weir::gateway
