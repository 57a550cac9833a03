"""Waiting for a condition. Tests wait for events with a generous deadline; none sleeps a fixed
time and none asserts how long something took, but for the one second that is promised."""

import os
import time

# Sanitizer builds are several times slower; scripts/test says so with this factor.
SLOWDOWN = float(os.environ.get("WEIR_SLOWDOWN", "1"))
DEADLINE_S = 20 * SLOWDOWN
PROMISED_S = 1 * SLOWDOWN  # within which a change of a key takes effect


def eventually(condition, within=DEADLINE_S, what=None):
    """The condition's first true value; fails with its last value, or last error, at the deadline."""
    deadline = time.monotonic() + within
    while True:
        # Read before the attempt: a machine that stalled past the deadline gets one more attempt.
        last = time.monotonic() > deadline
        outcome = attempt(condition)
        if outcome and not isinstance(outcome, Exception):
            return outcome
        if last:
            raise AssertionError(f"{what or 'the condition'} did not come true in {within:g} s: {outcome!r}")
        time.sleep(0.005)


def attempt(condition):
    """The condition's value; an assertion or a refused connection counts as "not yet"."""
    try:
        return condition()
    except (AssertionError, OSError) as error:
        return error


def until(condition, most=500):
    """Numbers of attempts, until the condition holds after one: for outcomes that are a random choice."""
    for number in range(most):
        yield number
        if condition():
            return
    raise AssertionError(f"the condition did not come true in {most} attempts")
