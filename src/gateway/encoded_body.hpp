/// A request's body that the client has encoded (Content-Encoding): decoded before it is read.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "codec/content_encoding.hpp"
#include "gateway/held_bytes.hpp"
#include "net/task.hpp"
#include "net/worker_pool.hpp"

namespace weir::gateway {

/// Lifetime: `bytes`, `held` and `is_over` outlive the decoding.
struct EncodedBody {
  EncodedBody(codec::BodyCoding its_coding, std::string_view its_bytes, std::size_t its_most,
              HeldBytes* its_held, const std::atomic<bool>* its_is_over,
              MonotonicTime its_latest_start)
      : coding(its_coding),
        bytes(its_bytes),
        most(its_most),
        held(its_held),
        is_over(its_is_over),
        latest_start(its_latest_start) {}

  codec::BodyCoding coding;
  std::string_view bytes;
  std::size_t most;                  ///< bytes that it may decode to
  HeldBytes* held;                   ///< counts what is decoded
  const std::atomic<bool>* is_over;  ///< set by any thread: the result is of no use
  MonotonicTime latest_start;        ///< on a worker
  bool is_held = false;              ///< what is decoded is counted already
  std::size_t* needed = nullptr;     ///< set if there is no room: all bytes that it decodes to
};

/// The decoded body; an empty body is empty in every coding. Decoding ends where a bound is
/// reached, whatever the encoded bytes would still become. A small body is decoded at once, any
/// other on `workers`, so that no decoder is kept while it waits.
///
/// Errors: invalid_parameter with a detail for the client, payload_too_large, overloaded, also if
/// no
///         worker was free in time, client_left if it is over. They leave nothing counted.
[[nodiscard]] net::Task<Result<std::string>> decode_body(net::WorkerPool& workers,
                                                         EncodedBody body);

}  // namespace weir::gateway
