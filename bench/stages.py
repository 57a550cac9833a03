"""Breaks a callgrind profile of Weir down by the stage of a call that its instructions belong to.

An instruction belongs to the innermost of its inlined frames whose file is in FILES. One that has none,
of the standard library or of a room without a stage of its own, belongs to its callers' stages, in the
proportion of their calls' cost.
"""

import collections
import dataclasses
import re
import subprocess

ALLOCATOR = re.compile(
    r"(_int_)?(malloc|free|realloc|calloc|memalign)\b|operator (new|delete)|unlink_chunk|sysmalloc|malloc_"
)
OBJECTS = {"libcrypto": "crypto", "libprometheus": "metrics", "libspdlog": "log"}
# Path prefixes, the first that fits; below src/, or anywhere for one that begins with a slash.
FILES = {
    "gateway/received": "receive",
    "gateway/call_request": "receive",
    "gateway/admission": "admit",
    "gateway/rate_limit_fields": "admit",
    "gateway/route_search": "choose",
    "gateway/choice": "choose",
    "gateway/slot_wait": "choose",
    "gateway/attempt": "send",
    "gateway/outbound": "send",
    "gateway/answer": "answer",
    "dialect/token_usage": "answer",
    "dialect/family": "answer",
    "gateway/settlement": "settle",
    "gateway/bill": "settle",
    "usage/": "settle",
    "gateway/call_metrics": "metrics",
    "gateway/call_record": "log",
    "gateway/": "call, the rest",
    "telemetry/metrics": "metrics",
    "telemetry/": "log",
    "api/request_metrics": "metrics",
    "api/access_line": "log",
    "api/": "route and key",
    "auth/": "route and key",
    "http/server_metrics": "metrics",
    "http/": "http",
    "net/": "net",
    "/boost/asio/": "event loop",
}
# In the order in which a call meets them.
STAGES = (
    "event loop", "net", "http", "route and key", "receive", "admit", "choose", "send", "answer", "settle",
    "call, the rest", "log", "metrics", "allocator", "crypto", "other",
)  # fmt: skip
ROUNDS = 50  # of passing shares on to callers; a call is less deep than that


def stage_of_file(path):
    below = re.search(r"(?:^|/)src/([a-z]+/.*)", path)
    for prefix, stage in FILES.items():
        if prefix in path if prefix.startswith("/") else below and below[1].startswith(prefix):
            return stage
    return None


def stage_of_function(library, name):
    """The stage of a function wherever it is called from, or None."""
    if ALLOCATOR.match(name):
        return "allocator"
    return next((stage for prefix, stage in OBJECTS.items() if f"/{prefix}" in library), None)


@dataclasses.dataclass
class Profile:
    """Costs by function, a pair (object, name), and address."""

    own: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # (function, address)
    calls: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # (caller, address, callee)


def parse_profile(lines):
    """Reads what callgrind wrote with --dump-instr=yes --compress-pos=no."""
    profile, names = Profile(), {}

    def named(kind, text):
        number, _, name = text.partition(" ")
        return names.setdefault((kind, number), name)

    library = function = called_library = called = None
    is_call = False
    for line in map(str.strip, lines):
        key, is_name, value = line.partition("=")
        if line.startswith("0x"):
            address, _, cost = line.split()
            address = int(address, 16)
            if is_call:
                profile.calls[function, address, called] += int(cost)
                called_library, is_call = None, False
            else:
                profile.own[function, address] += int(cost)
        elif is_name and key == "ob":
            library = named("ob", value)
        elif is_name and key == "fn":
            function = (library, named("fn", value))
        elif is_name and key == "cob":
            called_library = named("ob", value)
        elif is_name and key == "cfn":
            called = (called_library or library, named("fn", value))
        elif is_name and key == "calls":
            is_call = True
    return profile


def files_of(program, addresses):
    """The source files of each address, those of inlined frames first."""
    ordered = sorted(addresses)
    command = ["llvm-symbolizer-19", "--obj", str(program), "--inlines", "--functions=none"]
    text = "".join(f"{address:#x}\n" for address in ordered)
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, text=True)
    answers = done.stdout.strip("\n").split("\n\n")
    return {
        address: [line.rsplit(":", 2)[0] for line in answer.split("\n")]
        for address, answer in zip(ordered, answers, strict=True)
    }


def stages_of(profile, is_program, files):
    """Instructions by stage. `is_program(object)`: `files` knows the object's addresses."""

    def stage_at(function, address):
        library, name = function
        if stage := stage_of_function(library, name):
            return stage
        frames = files.get(address, ()) if is_program(library) else ()
        return next((stage for stage in map(stage_of_file, frames) if stage), None)

    callers = collections.defaultdict(list)  # by function: (caller, the stage of the call or None, cost)
    for (caller, address, callee), cost in profile.calls.items():
        callers[callee].append((caller, stage_at(caller, address), cost))

    stages, pending = collections.Counter(), collections.Counter()
    for (function, address), cost in profile.own.items():
        if stage := stage_at(function, address):
            stages[stage] += cost
        else:
            pending[function] += cost
    for _ in range(ROUNDS):
        passed = collections.Counter()
        for function, cost in pending.items():
            whole = sum(share for _, _, share in callers[function])
            if not whole:
                stages["other"] += cost
                continue
            for caller, stage, share in callers[function]:
                if stage:
                    stages[stage] += cost * share / whole
                else:
                    passed[caller] += cost * share / whole
        pending = passed
    stages["other"] += sum(pending.values())
    return stages


def break_down(program, copy, profile_file):
    """Instructions by stage in the profile of `copy`, `program` without its debug information."""
    with open(profile_file) as lines:
        profile = parse_profile(lines)

    def is_program(library):
        return library == str(copy)

    addresses = {address for (library, _), address in profile.own if is_program(library)}
    addresses |= {address for (library, _), address, _ in profile.calls if is_program(library)}
    return stages_of(profile, is_program, files_of(program, addresses))
