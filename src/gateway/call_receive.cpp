// Stage: the request's body, and what it says.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gateway/call.hpp"

namespace weir::gateway {
namespace {

constexpr std::array<std::string_view, 3> kFieldNames = {"model", "n", "batch_size"};
constexpr std::size_t kMaxFieldBytes = 1024;

}  // namespace

// The usual call: all of it came with one read.
bool Call::take_at_hand() {
  if (catalogue::describe(input_.endpoint).body != catalogue::BodyForm::json) return false;
  const auto body = client_.take_body_at_hand();
  if (!body) return false;
  body_ = *body;
  return true;
}

net::Task<Result<>> Call::receive() {
  if (catalogue::describe(input_.endpoint).body == catalogue::BodyForm::json) {
    co_return co_await receive_json();
  }
  co_return co_await receive_fields();
}

// Bodies wait in memory until their upstream is known; all of them together have a bound.
Result<> Call::hold(std::size_t bytes) {
  const auto size = static_cast<std::int64_t>(bytes);
  auto& total = gateway_.shared_.buffered_bytes;
  if (total.fetch_add(size, std::memory_order_relaxed) + size > settings().buffer_bytes) {
    total.fetch_sub(size, std::memory_order_relaxed);
    return fail(Errc::overloaded, "calls.buffer_bytes is reached");
  }
  held_bytes_ += size;
  return {};
}

net::Task<Result<>> Call::receive_json() {
  const auto limit = static_cast<std::uint64_t>(settings().max_body_bytes);
  if (auto fits = client_.limit_body(limit); !fits) co_return fits;
  if (const auto length = client_.request().content_length) {
    if (auto held = hold(*length); !held) co_return held;
    body_store_.reserve(*length);
  }
  while (!client_.body_done()) {
    const auto piece = co_await client_.next_body();
    if (!piece) co_return std::unexpected(piece.error());
    if (!client_.request().content_length) {
      if (auto held = hold(piece->size()); !held) co_return held;
    }
    body_store_ += *piece;
  }
  body_ = body_store_;
  co_return Result<>{};
}

Result<> Call::read_json() {
  auto request = read_json_request(body_, input_.endpoint);
  if (!request) return std::unexpected(std::move(request.error()));
  request_ = std::move(*request);
  return {};
}

Result<> Call::take_fields(std::string_view piece) {
  Result<> result;
  fields_->feed(piece, [&](codec::MultipartValue value) {
    if (value.name == 0) {
      if (std::exchange(model_seen_, true)) {
        result = fail(Errc::invalid_parameter, "The parameter model is given twice.");
      } else if (value.value.empty()) {
        result = fail(Errc::invalid_parameter,
                      "The parameter model must be a string that is not empty.");
      }
      request_.model = std::move(value.value);
      request_.model_at = {value.begin, value.end};
    } else if (const auto number = read_count(value.value)) {
      request_.answers = std::max(request_.answers, *number);
    } else if (input_.endpoint == catalogue::Endpoint::images_edits) {
      result = fail(
          Errc::invalid_parameter,
          fmt::format("The parameter {} must be a whole number from 1.", kFieldNames[value.name]));
    }
  });
  if (result && fields_->state() == codec::MultipartScanner::State::broken) {
    return fail(Errc::invalid_parameter, "The request body is not multipart/form-data.");
  }
  return result;
}

// Up to the part that names the model; what follows is passed on as it comes. But for images: how
// many are wanted may be said last.
net::Task<Result<>> Call::receive_fields() {
  const auto boundary =
      codec::multipart_boundary(client_.request().header(http::FieldName::content_type));
  if (!boundary) {
    co_return fail(Errc::invalid_parameter, "The Content-Type must be multipart/form-data.");
  }
  const bool all = input_.endpoint == catalogue::Endpoint::images_edits;
  const auto limit =
      static_cast<std::uint64_t>(all ? settings().max_body_bytes : settings().max_upload_bytes);
  if (auto fits = client_.limit_body(limit); !fits) co_return fits;
  fields_ = std::make_unique<codec::MultipartScanner>(*boundary, kFieldNames, kMaxFieldBytes);
  while ((all || request_.model.empty()) && !client_.body_done()) {
    const auto piece = co_await client_.next_body();
    if (!piece) co_return std::unexpected(piece.error());
    if (auto held = hold(piece->size()); !held) co_return held;
    body_store_ += *piece;
    if (auto taken = take_fields(*piece); !taken) co_return taken;
    if (request_.model.empty() &&
        body_store_.size() > static_cast<std::size_t>(settings().max_body_bytes)) {
      co_return fail(Errc::invalid_parameter,
                     "The part model must come before the file, or the file be smaller.");
    }
  }
  if (request_.model.empty()) {
    co_return fail(Errc::invalid_parameter, "The parameter model is missing.");
  }
  body_ = body_store_;
  co_return Result<>{};
}

}  // namespace weir::gateway
