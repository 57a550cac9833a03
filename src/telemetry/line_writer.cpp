#include "telemetry/line_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace weir::telemetry {
namespace {

// Written without waiting for more: the append buffer then stays in the processor's cache.
constexpr std::size_t kWriteBytes = 64 << 10;

Result<int> open_file(const std::string& path) {
  if (path == "-") return STDOUT_FILENO;
  // Non-blocking, or opening a pipe would wait for its reader; writing then waits as for any file.
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
  if (fd < 0) {
    const char* hint = errno == ENXIO ? "; a pipe needs a reader" : "";
    return fail(Errc::config_invalid, "cannot open " + path + ": " + std::strerror(errno) + hint);
  }
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

}  // namespace

void LineWriter::Source::append(std::string_view line) {
  const auto enough = std::min(owner_.settings_.buffer_bytes / 2, kWriteBytes);
  bool first = false;
  bool ready = false;
  bool dropped = false;
  {
    std::lock_guard lock(mutex_);
    dropped = pending_.size() + line.size() > owner_.settings_.buffer_bytes;
    if (!dropped) {
      const auto before = pending_.size();
      pending_ += line;
      first = before == 0;
      ready = before < enough && pending_.size() >= enough;
    }
  }
  if (first || ready) owner_.wake(ready);
  if (dropped) owner_.dropped_.Increment();
}

Result<std::unique_ptr<LineWriter>> LineWriter::open(Settings settings, Registry& registry) {
  const auto fd = open_file(settings.path);
  if (!fd) return std::unexpected(fd.error());
  return std::unique_ptr<LineWriter>(new LineWriter(std::move(settings), *fd, registry));
}

LineWriter::LineWriter(Settings settings, int fd, Registry& registry)
    : settings_(std::move(settings)),
      dropped_(register_counter(registry, kLinesDropped).Add({})),
      fd_(fd) {
  thread_ = std::thread([this] { run(); });
}

LineWriter::~LineWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  if (fd_ != STDOUT_FILENO) ::close(fd_);
}

LineWriter::Source& LineWriter::add_source() {
  std::lock_guard lock(mutex_);
  sources_.push_back(std::unique_ptr<Source>(new Source(*this)));
  return *sources_.back();
}

Result<> LineWriter::reopen() {
  if (settings_.path == "-") return {};
  const auto fd = open_file(settings_.path);
  if (!fd) return std::unexpected(fd.error());
  // Keeps the descriptor number, so that a concurrent write goes to either the old file or the new
  // one.
  ::dup3(*fd, fd_, O_CLOEXEC);
  ::close(*fd);
  return {};
}

void LineWriter::wake(bool urgently) {
  {
    std::lock_guard lock(mutex_);
    pending_ = true;
    urgent_ = urgent_ || urgently;
  }
  wake_.notify_one();
}

void LineWriter::run() {
  std::string batch;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return pending_ || stopping_; });
    wake_.wait_for(lock, settings_.flush, [this] { return stopping_ || urgent_; });
    const bool last = stopping_;
    pending_ = false;
    urgent_ = false;
    lock.unlock();
    drain(batch);
    lock.lock();
    if (last) return;
  }
}

void LineWriter::drain(std::string& batch) {
  for (std::size_t i = 0;; ++i) {
    Source* source = nullptr;
    {
      std::lock_guard lock(mutex_);
      if (i >= sources_.size()) return;
      source = sources_[i].get();
    }
    batch.clear();
    {
      std::lock_guard lock(source->mutex_);
      batch.swap(source->pending_);
    }
    write_all(batch);
  }
}

void LineWriter::write_all(std::string_view batch) {
  while (!batch.empty()) {
    const auto written = ::write(fd_, batch.data(), batch.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // a full disk or a closed pipe must not stop the server
    batch.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace weir::telemetry
