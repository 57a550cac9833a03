// Stage: reading the request's body and its members.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gateway/call.hpp"

namespace weir::gateway {
namespace {

constexpr std::array<std::string_view, 3> kFieldNames = {"model", "n", "batch_size"};
constexpr std::size_t kMaxFieldBytes = 1024;
// Address space reserved for an announced body; a larger one grows as it arrives.
constexpr std::uint64_t kFirstBytes = 1 << 20;

std::unexpected<Error> no_room() { return fail(Errc::overloaded, "calls.buffer_bytes is reached"); }

}  // namespace

// Takes a body that arrived whole with one read, the usual case. receive() refuses one that is too
// large.
bool Call::take_at_hand() {
  if (catalogue::describe(input_.endpoint).body != catalogue::BodyForm::json) return false;
  if (!client_.limit_body(static_cast<std::uint64_t>(settings().max_body_bytes))) return false;
  const auto body = client_.take_body_at_hand();
  if (!body) return false;
  asked_->body = *body;
  return true;
}

// With two Content-Types, servers differ in which one counts, and so in how they read the body.
bool Call::names_one_type() {
  if (client_.request().count(http::FieldName::content_type) <= 1) return true;
  refuse(Errc::invalid_parameter, "The request has more than one Content-Type.");
  return false;
}

net::Task<bool> Call::receive() {
  const bool json = catalogue::describe(input_.endpoint).body == catalogue::BodyForm::json;
  const auto received = co_await (json ? receive_json() : receive_fields());
  record_.received = monotonic_now();
  if (!received) refuse_request(received.error());
  co_return received.has_value();
}

// Accounts for buffered body bytes: bodies wait in memory until their upstream is chosen, and all
// of them together have a bound. Only received bytes count, since an announced body may never
// arrive.
Result<> Call::hold(std::size_t bytes) {
  const auto size = static_cast<std::int64_t>(bytes);
  auto& total = gateway_.shared_.buffered_bytes;
  if (total.fetch_add(size, std::memory_order_relaxed) + size > settings().buffer_bytes) {
    total.fetch_sub(size, std::memory_order_relaxed);
    return no_room();
  }
  held_bytes_ += size;
  return {};
}

bool Call::has_room(std::uint64_t bytes) const {
  const auto held = gateway_.shared_.buffered_bytes.load(std::memory_order_relaxed);
  return held + static_cast<std::int64_t>(bytes) <= settings().buffer_bytes;
}

void Call::release_held() {
  if (held_bytes_ == 0) return;
  gateway_.shared_.buffered_bytes.fetch_sub(std::exchange(held_bytes_, 0),
                                            std::memory_order_relaxed);
}

net::Task<Result<>> Call::receive_json() {
  const auto limit = static_cast<std::uint64_t>(settings().max_body_bytes);
  if (auto fits = client_.limit_body(limit); !fits) co_return fits;
  if (const auto length = client_.request().content_length) {
    if (!has_room(*length)) co_return no_room();
    asked_->body_store.reserve(std::min(*length, kFirstBytes));
  }
  while (!client_.body_done()) {
    const auto piece = co_await client_.append_body(asked_->body_store);
    if (!piece) co_return std::unexpected(piece.error());
    if (auto held = hold(piece->size()); !held) co_return held;
  }
  asked_->body = asked_->body_store;
  co_return Result<>{};
}

Result<> Call::read_json() {
  auto request = read_json_request(asked_->body, input_.endpoint,
                                   static_cast<std::size_t>(settings().max_json_depth));
  if (!request) return std::unexpected(std::move(request.error()));
  asked_->request = std::move(*request);
  return {};
}

Result<> Call::take_fields(std::string_view piece) {
  Result<> result;
  asked_->fields->feed(piece, [&](codec::MultipartValue value) {
    if (value.name == 0) {
      if (value.value.empty()) {
        result = fail(Errc::invalid_parameter,
                      "The parameter model must be a string that is not empty.");
      }
      asked_->request.model = std::move(value.value);
      asked_->request.model_at = {value.begin, value.end};
      if (value.length_end > 0) {
        asked_->request.model_length_at = Span{value.length_begin, value.length_end};
      }
    } else if (const auto number = read_count(value.value)) {
      asked_->request.answers = std::max(asked_->request.answers, *number);
    } else if (input_.endpoint == catalogue::Endpoint::images_edits) {
      result = fail(
          Errc::invalid_parameter,
          fmt::format("The parameter {} must be a whole number from 1.", kFieldNames[value.name]));
    }
  });
  if (!result) return result;
  const auto& fields = *asked_->fields;
  if (fields.state() == codec::MultipartScanner::State::broken) {
    return fail(Errc::invalid_parameter, fields.problem());
  }
  if (client_.body_done() && fields.state() != codec::MultipartScanner::State::complete) {
    return fail(Errc::invalid_parameter, "The form ends before its last delimiter.");
  }
  return {};
}

// Reads up to the part that names the model; the rest is forwarded as it arrives. Image requests
// are read whole, since their count may come last.
net::Task<Result<>> Call::receive_fields() {
  const auto content_type = client_.request().header(http::FieldName::content_type);
  const auto boundary = codec::multipart_boundary(content_type);
  if (!boundary) {
    co_return fail(Errc::invalid_parameter,
                   "The Content-Type must be multipart/form-data with one boundary.");
  }
  const bool all = input_.endpoint == catalogue::Endpoint::images_edits;
  const auto limit =
      static_cast<std::uint64_t>(all ? settings().max_body_bytes : settings().max_upload_bytes);
  if (auto fits = client_.limit_body(limit); !fits) co_return fits;
  asked_->fields = std::make_unique<codec::MultipartScanner>(
      *boundary, kFieldNames, kMaxFieldBytes, codec::multipart_is_ascii(content_type));
  while ((all || asked_->request.model.empty()) && !client_.body_done()) {
    const auto piece = co_await client_.append_body(asked_->body_store);
    if (!piece) co_return std::unexpected(piece.error());
    if (auto held = hold(piece->size()); !held) co_return held;
    if (auto taken = take_fields(*piece); !taken) co_return taken;
    if (asked_->request.model.empty() &&
        asked_->body_store.size() > static_cast<std::size_t>(settings().max_body_bytes)) {
      co_return fail(Errc::invalid_parameter,
                     "Send `model` before the file, or reduce the file size.");
    }
  }
  if (asked_->request.model.empty()) {
    co_return fail(Errc::invalid_parameter, "The parameter model is missing.");
  }
  asked_->body = asked_->body_store;
  co_return Result<>{};
}

}  // namespace weir::gateway
