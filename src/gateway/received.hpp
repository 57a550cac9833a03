/// The request of a call: its body, as much of it as is needed to know where it goes, and what it
/// asks for.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/endpoint.hpp"
#include "codec/content_encoding.hpp"
#include "codec/multipart.hpp"
#include "gateway/batch_upload.hpp"
#include "gateway/body_buffers.hpp"
#include "gateway/body_memory.hpp"
#include "gateway/body_wait.hpp"
#include "gateway/call_request.hpp"
#include "gateway/held_bytes.hpp"
#include "gateway/stored_call.hpp"
#include "http/client_stream.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"
#include "upstream/settings.hpp"

namespace weir::gateway {

/// Threads:  the client's.
/// Lifetime: what it is made from outlives it.
class Received {
 public:
  /// `memory`: of the bodies of all calls. `buffers`: of the thread. `began`: the call did.
  Received(http::ClientStream& client, catalogue::Endpoint endpoint,
           const upstream::Settings& settings, BodyMemory& memory, BodyBuffers& buffers,
           MonotonicTime began);
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;
  ~Received();

  // Reading, in this order. The detail of an invalid_parameter is for the client; other details are
  // not.

  /// The path names what is asked for: the body, if there is one, says nothing.
  void set_stored(const StoredCall& stored) {
    request_.request_id = stored.id;
    request_.streamed = stored.streamed;
    names_path_ = true;
  }
  /// A realtime session, which has no body. `model`: empty until the first event names it.
  void set_session(std::string model) {
    request_.model = std::move(model);
    is_session_ = true;
    names_path_ = true;
    is_whole_ = true;
  }
  /// The body's Content-Encoding. An encoded body is received as a whole and decoded, in large
  /// part on `workers`.
  void set_coding(codec::BodyCoding coding, net::WorkerPool& workers) {
    coding_ = coding;
    workers_ = &workers;
  }
  [[nodiscard]] bool is_encoded() const { return coding_.has_value(); }
  /// Whether all of a JSON body came with the head, as it usually does; it is then not copied.
  /// Otherwise nothing has been taken, and receive() is next.
  [[nodiscard]] bool take_at_hand();
  /// Receives a JSON body as a whole, and a form up to the part that names the model. An image
  /// edit's form is received as a whole, because `n` may come last; so is any encoded body.
  /// At the bound of all bodies it waits for memory, until calls.total_timeout after the call
  /// began.
  /// Errors: invalid_parameter, overloaded if that was not enough, client_left and stopping during
  /// the wait, and those of ClientStream::next_body.
  [[nodiscard]] net::Task<Result<>> receive();
  /// Reads what a JSON body says; a form was read as it came. `model`: see ReadOptions.
  /// Errors: invalid_parameter.
  [[nodiscard]] Result<> read(std::string_view model);

  /// Checks a piece of a form as it passes, of what receive() has left to come. The bytes to
  /// forward for it, valid until the next call or as long as `piece`. Errors: invalid_parameter.
  [[nodiscard]] Result<std::string_view> pass_piece(std::string_view piece);

  /// Null unless the request uploads the input of a batch, which passes through this.
  [[nodiscard]] BatchUpload* batch() { return batch_.get(); }
  [[nodiscard]] const BatchUpload* batch() const { return batch_.get(); }

  /// The body as far as receive() has taken it.
  [[nodiscard]] std::string_view body() const { return body_; }
  /// Whether all of the body is in body().
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  /// In memory, for the body and for what is read from it.
  [[nodiscard]] std::size_t held_bytes() const { return held_.size() + held_lines_.size(); }
  /// Whether it holds much memory.
  [[nodiscard]] bool is_large() const { return held_.size() >= BodyBuffers::kLargeBytes; }
  [[nodiscard]] const CallRequest& request() const { return request_; }

 private:
  /// For waits for memory.
  [[nodiscard]] BodyWait::Patience patience() const {
    return {began_ + settings_.total_timeout, settings_.queue_timeout};
  }
  void take_buffer(std::uint64_t length);
  void give_back(std::string&& buffer);
  [[nodiscard]] net::Task<Result<>> receive_json();
  [[nodiscard]] net::Task<Result<>> receive_form();
  /// Receives all of the body into `store_`, within max_body_bytes.
  [[nodiscard]] net::Task<Result<>> receive_whole();
  [[nodiscard]] net::Task<Result<>> receive_encoded();
  /// Whether memory for the decoded body is counted as it comes, or is held already.
  enum class Room : std::uint8_t { counted, held };
  [[nodiscard]] net::Task<Result<std::string>> decode(Room room);
  [[nodiscard]] Result<> begin_form();
  [[nodiscard]] Result<> end_form();
  /// Before a body of `length` bytes is read.
  [[nodiscard]] net::Task<Result<>> await_room(std::uint64_t length);
  /// For the next `bytes` of a body that is being read.
  [[nodiscard]] net::Task<Result<>> await_more(std::size_t bytes);
  [[nodiscard]] Result<> take_fields(std::string_view piece);
  [[nodiscard]] Result<> take_field(codec::MultipartValue value);
  [[nodiscard]] bool is_json() const;
  [[nodiscard]] bool counts_images() const;

  http::ClientStream& client_;
  const catalogue::Endpoint endpoint_;
  const upstream::Settings& settings_;
  BodyBuffers& buffers_;
  const MonotonicTime began_;
  HeldBytes held_;
  HeldBytes held_lines_;    ///< of a batch
  std::size_t needed_ = 0;  ///< bytes of a decoded body for which there was no room
  std::string_view body_;
  std::string store_;  ///< holds the body, unless it came with the head
  std::unique_ptr<codec::MultipartScanner> fields_;
  std::unique_ptr<BatchUpload> batch_;
  CallRequest request_;
  bool is_whole_ = false;
  bool names_path_ = false;
  bool is_session_ = false;
  std::optional<codec::BodyCoding> coding_;
  net::WorkerPool* workers_ = nullptr;
};

}  // namespace weir::gateway
