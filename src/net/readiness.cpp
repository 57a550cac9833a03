#include "net/readiness.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include "base/check.hpp"

namespace weir::net {

void Readiness::arm(bool ready) {
  CHECK(!armed());
  ready_ = ready;
  ReadEvents::arm();
}

void Readiness::on_event() {
  ready_ = true;
  if (resume_) {
    std::exchange(resume_, nullptr)();
  } else if (watcher_ != nullptr) {
    watcher_->became_ready();
  }
}

void Readiness::begin_wait() {
  in_turn_bytes_ = 0;
  if (ready_) notify();
}

bool peer_has_closed(Socket& socket) {
  pollfd asked{socket.native_handle(), POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0;
}

Waiting peek(Socket& socket) {
  char first = 0;
  const auto size = ::recv(socket.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size > 0) return Waiting::bytes;
  return size < 0 && (errno == EAGAIN || errno == EINTR) ? Waiting::nothing : Waiting::end;
}

}  // namespace weir::net
