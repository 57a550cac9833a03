#!/usr/bin/env python3
"""Drops one rule of the protocol of shares at a time; the simulation must find each.

    tests/simulation/mutants.py [--seeds N]

A mutant is a text of a source file and what replaces it. Each is compiled on its own, outside the tree.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Rule, file, text, replacement.
MUTANTS = [
    ("an heir that returns units at once", "src/shares/agent.cpp",
     "{left, now + legacy.window}", "{left, now}"),
    ("told units that return at once", "src/shares/agent.cpp",
     "now + legacy.window - spent.age", "now"),
    ("told units that may have been spent again", "src/shares/agent.cpp",
     "spent.age + settings_.untold >= legacy.window", "spent.age >= legacy.window"),
    ("grants before all nodes have declared", "src/shares/pool_store.hpp",
     "waits_.empty() && holds_.empty()", "holds_.empty()"),
    ("grants by a store that was just emptied", "src/shares/pool_store.hpp",
     "waits_.empty() && holds_.empty()", "waits_.empty()"),
    ("a hold that is taken for that of the store before", "src/shares/agent.cpp",
     "hold_ = {};", ""),
    ("repeated and late trades accepted", "src/shares/pool_store_trades.cpp",
     "if (trade.seq <= share.seq)", "if (false)"),
    ("commands of another generation accepted", "src/shares/pool_store.cpp",
     "generation_.empty() || one.generation != generation_", "generation_.empty()"),
    ("a buried node goes on", "src/shares/pool_store.cpp",
     "if (buried_.contains(one.node)) return Rejection::buried;", ""),
    ("a lease that does not end", "src/shares/agent.cpp",
     "beaten_until_ = sent_at_ + settings_.lease;",
     "beaten_until_ = sent_at_ + 100 * settings_.lease;"),
    ("a lease that counts from the reply", "src/shares/agent.cpp",
     "beaten_until_ = sent_at_ + settings_.lease;",
     "beaten_until_ = now + settings_.lease;"),
    ("a node that does not lower its share before it says so", "src/limit/key_limiter_shares.cpp",
     "share.usable = std::min(share.usable, kept);", ""),
    ("a share lowered below what is used", "src/limit/key_limiter_shares.cpp",
     "std::max(used, std::min(held, target))", "std::min(held, target)"),
    ("a lapsed node that keeps its name in a new generation", "src/shares/agent.cpp",
     "is_lapsed && settings_.when_away == WhenAway::closed",
     "settings_.learning.count() == 0 && is_lapsed"),
]


def compile_mutant(work, changed):
    sources = {}
    listed = (ROOT / "tests/simulation/CMakeLists.txt").read_text()
    names = [word for word in listed.replace(")", " ").split() if word.endswith(".cpp")]
    for name in names:
        inside = name.replace("${src}", "src")
        sources[name] = inside if inside.startswith("src") else f"tests/simulation/{inside}"
    sources["glob"] = "src/codec/glob.cpp"
    sources["check"] = "src/base/check.cpp"
    include = ["-I", str(work), "-I", str(work / "src"), "-I", str(ROOT / "src"),
               "-I", str(ROOT / "tests/simulation")]
    objects = []
    for source in sources.values():
        path = work / source if (work / source).exists() else ROOT / source
        uses_header = changed.suffix == ".hpp"
        is_changed = path.is_relative_to(work)
        cached = work.parent / "clean" / (source.replace("/", "_") + ".o")
        output = cached if not (is_changed or uses_header) else work / cached.name
        if not output.exists():
            output.parent.mkdir(exist_ok=True)
            subprocess.run(["clang++-19", "-std=c++23", "-O1", *include, "-c", str(path), "-o", str(output)],
                           check=True)
        objects.append(str(output))
    binary = work / "simulation"
    errors = [str(path) for path in (ROOT / "src/base").glob("err*.cpp") if "_test" not in path.name]
    subprocess.run(["clang++-19", "-std=c++23", "-O1", "-fuse-ld=lld-19", *include, *objects, *errors,
                    "-lfmt", "-lpthread", "-o", str(binary)], check=True)
    return binary


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="100000")
    options = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (rule, name, text, replacement) in enumerate(MUTANTS):
            source = (ROOT / name).read_text()
            if source.count(text) != 1:
                sys.exit(f"{name} has {source.count(text)} times: {text}\nCorrect this mutant: {rule}.")
            work = pathlib.Path(folder) / f"mutant{number}"
            changed = work / name
            changed.parent.mkdir(parents=True)
            changed.write_text(source.replace(text, replacement))
            binary = compile_mutant(work, changed)
            run = subprocess.run([str(binary), "--seeds", options.seeds], capture_output=True, text=True)
            print(f"{'caught' if run.returncode else 'MISSED'}: {rule}: {run.stdout.strip()}", flush=True)
            if run.returncode == 0:
                missed.append(rule)
    if missed:
        sys.exit(f"not caught: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
