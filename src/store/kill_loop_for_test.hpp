/// A child process that acknowledges its changes, and is killed at a random moment.
#pragma once

#include <random>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace weir::store {

/// How often the tests of this room kill; tests/soak/kill_loop kills the whole binary more often.
inline constexpr int kKillCycles = 20;

/// Runs `work(pipe)` in a child until it is killed, and passes every Message that the child wrote
/// to the pipe to `on_acknowledged`, including the last ones.
///
/// `work` must neither return nor assert: it gives up with _exit, which fails the test.
template <class Message, class Work, class OnAcknowledged>
void kill_at_a_random_moment(std::mt19937& random, Work work, OnAcknowledged on_acknowledged) {
  constexpr int kMostAcknowledged = 12;
  constexpr int kMostSpins = 200'000;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) work(pipe[1]);
  ::close(pipe[1]);

  // The child is already making its next change when a message arrives here.
  auto wanted = std::uniform_int_distribution<int>(0, kMostAcknowledged)(random);
  const auto spins = std::uniform_int_distribution<int>(0, kMostSpins)(random);
  const auto receive = [&] {
    Message message{};
    if (::read(pipe[0], &message, sizeof message) != sizeof message) return false;
    on_acknowledged(message);
    return true;
  };
  while (wanted-- > 0 && receive()) {
  }
  for (volatile int spin = spins; spin > 0; spin = spin - 1) {
  }
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child gave up with " << WEXITSTATUS(status);
  while (receive()) {
  }
  ::close(pipe[0]);
}

}  // namespace weir::store
