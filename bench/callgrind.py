"""A server under valgrind's callgrind, which counts the instructions that it executes.

A server starts uncounted, so that its start-up takes seconds and not minutes; `profile` then counts a
piece of work alone. The program runs from a copy without debug information, which valgrind 3.19 cannot
read in clang's form; its code and its addresses are those of the original.
"""

import pathlib
import shlex
import subprocess
import sys

NOT_POSSIBLE = 77  # the exit status where nothing can be counted


class Callgrind:
    """`program` is the command to start in place of `original`; `more` words end its command line."""

    def __init__(self, folder, original, *more):
        self.folder, self.copy = folder, folder / pathlib.Path(original).name
        folder.mkdir(parents=True)
        subprocess.run(["llvm-objcopy-19", "--strip-debug", str(original), str(self.copy)], check=True)
        script = f"""\
#!/bin/sh
exec valgrind -q --tool=callgrind --instr-atstart=no --dump-instr=yes --compress-pos=no \\
  --vgdb-prefix={folder}/vgdb --callgrind-out-file={folder}/out.%p {self.copy} "$@" {shlex.join(more)}
"""
        self.program = folder / "start"
        self.program.write_text(script)
        for file in (self.copy, self.program):
            file.chmod(0o755)

    def begin(self, server):
        """Switches counting on: from here on the server is fifty times slower."""
        self._tell(server, "instrumentation on")

    def profile(self, server, work):
        """The profile file of what the server executes during `work()`."""
        self._tell(server, "zero")
        work()
        self._tell(server, "dump")
        files = self.folder.glob(f"out.{server.process.pid}.*")
        return max(files, key=lambda file: int(file.suffix[1:]))

    def _tell(self, server, command):
        words = ["vgdb", f"--vgdb-prefix={self.folder}/vgdb", f"--pid={server.process.pid}", *command.split()]
        try:
            subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
            # vgdb wakes a process that waits in the kernel by ptrace.
            print(f"bench: valgrind does not take `{command}`; is ptrace allowed here? {failure.stderr or ''}")
            sys.exit(NOT_POSSIBLE)


def instructions(profile):
    """Those in a profile file, of all threads."""
    with open(profile) as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("totals:"))
