#include "app/process/write_watch.hpp"

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <climits>

namespace weir::app {
namespace {

using Descriptor = boost::asio::posix::basic_stream_descriptor<net::Executor>;

// True if one of the events is about the file.
bool mention(std::span<const char> events, const std::string& name) {
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event event;
    std::memcpy(&event, events.data(), sizeof(event));
    const auto size = sizeof(event) + event.len;
    if (size > events.size()) return false;
    // The name is padded with zeros.
    if (event.len > 0 && name == events.subspan(sizeof(event)).data()) return true;
    if ((event.mask & IN_Q_OVERFLOW) != 0) return true;
    events = events.subspan(size);
  }
  return false;
}

}  // namespace

net::Task<> watch_writes(std::filesystem::path file, std::function<void()> on_write) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const auto name = file.filename().string();
  const int number = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (number < 0) co_return;
  Descriptor events(co_await boost::asio::this_coro::executor, number);
  if (::inotify_add_watch(number, folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
    co_return;
  }
  std::array<char, 16 * (sizeof(inotify_event) + NAME_MAX + 1)> buffer;
  for (;;) {
    const auto [error, size] =
        co_await events.async_read_some(boost::asio::buffer(buffer), net::use_task);
    if (error) co_return;
    if (mention(std::span(buffer).first(size), name)) on_write();
  }
}

}  // namespace weir::app
