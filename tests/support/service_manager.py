"""A fake service manager: receives the notifications for systemd, without systemd."""

import contextlib
import ctypes
import itertools
import os
import socket
import sys
import threading

from support.eventually import DEADLINE_S

PTRACE_DETACH = 17
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207

# Started in place of the server: LISTEN_PID must be its own id, which is known only after the fork.
AS_SYSTEMD_DOES = """
import os, sys
count, *command = sys.argv[1:]
os.environ["LISTEN_PID"] = os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(command[0], command)
"""


class Notices:
    """A datagram socket; `all` has what came, each a mapping."""

    def __init__(self, address):
        self.address = address
        self.all = []
        self._marks = itertools.count()
        self.news = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._name = "\0" + address[1:] if address.startswith("@") else address
        self._socket.bind(self._name)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while text := self._socket.recv(4096).decode():
            with self.news:
                self.all.append(dict(line.split("=", 1) for line in text.split("\n")))
                self.news.notify_all()

    def where(self, name, value="1"):
        return [notice for notice in list(self.all) if notice.get(name) == value]

    def first_words(self):
        """The first name of each notice but the watchdog's and our own, in order."""
        return [next(iter(notice)) for notice in list(self.all) if not notice.keys() & {"WATCHDOG", "MARK"}]

    def flush(self):
        """Waits until all is here that was sent before: datagrams keep their order."""
        mark = str(next(self._marks))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(f"MARK={mark}".encode(), self._name)
        with self.news:
            assert self.news.wait_for(lambda: self.where("MARK", mark), DEADLINE_S)

    def close(self):
        # A thread left waiting on a closed descriptor would read from the next file that gets its number.
        self._socket.shutdown(socket.SHUT_RD)
        self._thread.join(DEADLINE_S)
        self._socket.close()


def command_with_sockets(command, sockets):
    """(command, options for Popen) that start `command` with these sockets from descriptor 3 on."""
    numbers = [sock.fileno() for sock in sockets]

    def place():
        # Above all of them first, so that none is overwritten before it is moved.
        high = [os.dup2(number, 100 + at) for at, number in enumerate(numbers)]
        for at, number in enumerate(high):
            os.dup2(number, 3 + at, inheritable=True)

    wrapped = [sys.executable, "-c", AS_SYSTEMD_DOES, str(len(numbers)), *map(str, command)]
    return wrapped, {"preexec_fn": place, "close_fds": False}


@contextlib.contextmanager
def frozen(pid, name):
    """Stops the threads of the process whose names begin so, and no other; call from one thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    tids = [tid for tid in map(int, os.listdir(f"/proc/{pid}/task")) if thread_name(pid, tid).startswith(name)]
    assert tids, f"no thread {name}"
    for tid in tids:
        if libc.ptrace(PTRACE_SEIZE, tid, None, None) or libc.ptrace(PTRACE_INTERRUPT, tid, None, None):
            raise PermissionError(os.strerror(ctypes.get_errno()))
    for tid in tids:
        os.waitpid(tid, 0x40000000)  # __WALL
    try:
        yield
    finally:
        for tid in tids:
            libc.ptrace(PTRACE_DETACH, tid, None, None)


def thread_name(pid, tid):
    with open(f"/proc/{pid}/task/{tid}/comm") as file:
        return file.read().strip()


def may_freeze():
    """A process that forbids core files may be traced by root alone."""
    return os.geteuid() == 0
