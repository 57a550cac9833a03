/// Ends the waits of a call when its client disconnects or the server stops.
#pragma once

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/errc.hpp"
#include "gateway/body_wait.hpp"
#include "gateway/slot_wait.hpp"
#include "http/client_stream.hpp"
#include "http/server_stream.hpp"

namespace weir::gateway {

/// Threads:  the client's.
/// Lifetime: stays where it is as long as the client is watched, or an upstream may answer early.
class ClientWatch final : public http::ServerStream::EarlyAnswer,
                          private http::ClientStream::DisconnectObserver {
 public:
  explicit ClientWatch(http::ClientStream& client) : client_(client) {}
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

  void begin() { client_.watch(*this); }
  void end() { client_.unwatch(); }

  /// Sets the object that the call waits for from now on; null: nothing to cancel.
  void set_queued(SlotWait* wait) { queued_ = wait; }
  void set_waiting(BodyWait* wait) { waiting_ = wait; }
  // The connections of the call's attempts: one, or two where the call is hedged.
  void add(http::ServerStream& stream) { replace(nullptr, &stream); }
  void remove(http::ServerStream& stream) { replace(&stream, nullptr); }

  [[nodiscard]] bool has_left() const { return has_left_; }
  [[nodiscard]] bool is_stopping() const { return is_stopping_; }
  [[nodiscard]] bool is_over() const { return has_left_ || is_stopping_; }

 private:
  void client_left() override {
    has_left_ = true;
    end_waits(Errc::client_left);
  }
  // The call ends with what it then says to the client.
  void must_end() override {
    is_stopping_ = true;
    end_waits(Errc::stopping);
  }
  void answered_early() override { client_.stop_body(); }
  void end_waits(Errc why) {
    if (queued_ != nullptr) queued_->cancel();
    if (waiting_ != nullptr) waiting_->cancel(why);
    for (auto* stream : upstreams_) {
      if (stream != nullptr) stream->abort(why);
    }
  }
  void replace(http::ServerStream* old, http::ServerStream* now) {
    const auto place = std::ranges::find(upstreams_, old);
    CHECK(place != upstreams_.end());
    *place = now;
  }

  http::ClientStream& client_;
  SlotWait* queued_ = nullptr;
  BodyWait* waiting_ = nullptr;
  std::array<http::ServerStream*, 2> upstreams_{};  ///< null: none
  bool has_left_ = false;
  bool is_stopping_ = false;
};

}  // namespace weir::gateway
