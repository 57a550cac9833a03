#include "http/request_reader.hpp"

#include <cstring>
#include <utility>

#include "http/detail/kept_buffer.hpp"

namespace weir::http {
namespace {

// The bytes include the client's key.
void wipe(std::string& bytes) { ::explicit_bzero(bytes.data(), bytes.size()); }

}  // namespace

RequestReader::~RequestReader() { wipe(received_); }

Result<bool> RequestReader::try_head() {
  const auto size = parser_.find_head(received_);
  if (!size) return std::unexpected(size.error());
  if (*size == 0) return false;
  head_size_ = consumed_ = *size;
  auto parsed = parser_.parse_head(std::string_view(received_).substr(0, head_size_));
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  body_done_ = !request().has_body;
  body_limit_ = max_body_bytes_;
  return true;
}

Result<> RequestReader::limit_body(std::uint64_t bytes) {
  body_limit_ = bytes;
  return check_announced();
}

Result<> RequestReader::check_announced() const {
  const auto length = request().content_length;
  if (length && *length > body_limit_) return fail(Errc::payload_too_large);
  return {};
}

std::optional<std::uint64_t> RequestReader::body_left() const {
  const auto length = request().content_length;
  if (!length) return std::nullopt;
  return *length - body_taken_;
}

bool RequestReader::take_expectation() {
  if (!request().expects_continue || body_taken_ > 0) return false;
  return !std::exchange(continue_sent_, true);
}

std::optional<std::string_view> RequestReader::take_body_at_hand() {
  if (body_done_) return std::string_view{};
  const auto length = request().content_length;
  if (!length || body_taken_ > 0 || received_.size() - head_size_ < *length) return std::nullopt;
  body_taken_ = *length;
  body_done_ = true;
  consumed_ = head_size_ + static_cast<std::size_t>(*length);
  return std::string_view(received_).substr(head_size_, static_cast<std::size_t>(*length));
}

Result<std::string_view> RequestReader::take_received() {
  const auto wanted = body_left().value_or(received_.size());
  const auto bytes = std::string_view(received_).substr(consumed_, wanted);
  consumed_ += bytes.size();
  if (bytes.empty()) return bytes;
  return unframe(bytes);
}

Result<std::string_view> RequestReader::unframe(std::string_view bytes) {
  if (const auto length = request().content_length) {
    body_taken_ += bytes.size();
    body_done_ = body_taken_ >= *length;
    return bytes;
  }
  payload_.clear();
  const auto taken = parser_.feed_body(bytes, payload_);
  if (!taken) return std::unexpected(taken.error());
  body_taken_ += payload_.size();
  if (body_taken_ > body_limit_) return fail(Errc::payload_too_large);
  body_done_ = parser_.done();
  behind_ = bytes.substr(*taken);
  return payload_;
}

void RequestReader::next() {
  auto rest = received_.substr(consumed_) + behind_;
  reset();
  received_ = std::move(rest);
}

void RequestReader::reset() {
  wipe(received_);
  detail::make_empty(received_);
  parser_.reset();
  std::string().swap(behind_);
  std::string().swap(payload_);
  head_size_ = consumed_ = 0;
  body_taken_ = body_limit_ = 0;
  body_done_ = true;
  continue_sent_ = false;
}

void RequestReader::release_fields() {
  // A short string would be stored inline and move with its object.
  constexpr std::size_t kShort = 16;
  Request& head = parser_.request();
  const auto size = static_cast<std::size_t>(head.target.end() - received_.data());
  if (consumed_ < received_.size() || size < kShort) return;
  std::string line(received_, 0, size);
  head.forget_fields();
  head.move_views(std::string_view(received_).substr(0, size), line.data());
  wipe(received_);
  received_ = std::move(line);
  consumed_ = head_size_ = size;
  std::string().swap(payload_);
}

}  // namespace weir::http
