/// The simulator's answer over time: a head, then bytes in steps, then an end.
///
/// Values only; the player of a script owns the connection and the clock.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::simulator {

/// A wait, then bytes to send. In an event stream each step is one event.
struct Step {
  std::chrono::milliseconds wait{0};
  std::string bytes;
};

/// The steps of a body, generated one at a time by a coroutine that yields them. However long the
/// answer, only one step of it is in memory.
///
/// Threads: one owner at a time. Lifetime: owns all it needs; may be dropped before its end.
class Steps {
 public:
  struct promise_type {
    std::optional<Step> current;

    Steps get_return_object() { return Steps(Handle::from_promise(*this)); }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(Step step) {
      current = std::move(step);
      return {};
    }
    static void return_void() {}
    [[noreturn]] static void unhandled_exception() { std::terminate(); }
  };

  Steps() = default;
  Steps(Steps&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Steps& operator=(Steps&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Steps() {
    if (handle_) handle_.destroy();
  }

  /// Nothing once all steps have been taken.
  [[nodiscard]] std::optional<Step> next();

 private:
  using Handle = std::coroutine_handle<promise_type>;
  explicit Steps(Handle handle) : handle_(handle) {}

  Handle handle_;
};

/// How an answer ends. cut: the connection is closed in the middle of the body, as its framing
/// shows. stall: nothing more is sent and nothing is closed.
enum class End : std::uint8_t { normal, cut, stall };

struct HeaderField {
  std::string name;
  std::string value;

  bool operator==(const HeaderField&) const = default;
};

struct Script {
  int status = 200;
  std::string content_type;
  std::vector<HeaderField> fields;    ///< besides Content-Type and the framing
  std::chrono::milliseconds wait{0};  ///< before the head
  /// The length of the whole body, even if it is cut. Absent: not announced, so the body is
  /// chunked.
  std::optional<std::size_t> content_length;
  Steps body;
  End end = End::normal;
};

}  // namespace weir::simulator
