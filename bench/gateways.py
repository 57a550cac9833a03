"""The upstream stub, the gateways before it, and the load: shared by bench/proxy and bench/edge."""

import json
import subprocess
import sys

from servers import (
    KEY,
    Server,
    core_for,
    free_port,
    nginx_config,
    on_core,
    start_nginx,
)

PATH = "/v1/chat/completions"
UPSTREAM_KEY = "sk-upstream-0123456789abcdef"
PROBE = json.dumps({"model": "bench-chat", "messages": [{"role": "user", "content": "Hello"}]})
LOAD_CORE = -1  # of the load and the stub


def start_stub(options):
    port = free_port()
    command = [str(options.programs / "bench_upstream_stub"), str(port)]
    return Server("direct", command, port, PATH, None, LOAD_CORE, PROBE)


def weir_config(directory, threads, public, admin, upstream, max_in_flight, calls_lines, models, per_minute):
    # Everything is switched on; the limits are so high that none is reached, unless it is asked for.
    calls = "".join(f"{line}\n" for line in ("calls:", *(f"  {line}" for line in calls_lines)) if calls_lines)
    more_models = "".join(f"  - {{id: {model}, sub_types: [chat]}}\n" for model in models)
    return f"""\
server:
  listen: 127.0.0.1:{public}
  admin_listen: 127.0.0.1:{admin}
  threads: {threads}
  max_connections: 10000
  max_in_flight: {max_in_flight}
log:
  access_log: {directory}/access.log
store: sqlite:{directory}/weir.db
keys:
  - name: bench
    key: {KEY}
    requests_per_minute: {per_minute}
    tokens_per_minute: 1000000000
    max_in_flight: 100000
upstreams:
  - name: stub
    kind: openai
    url: http://127.0.0.1:{upstream}
    api_key: {UPSTREAM_KEY}
{calls}models:
  - {{id: "bench-*", sub_types: [chat]}}
{more_models}"""


def start_weir(
    options,
    directory,
    threads,
    upstream,
    name="weir",
    max_in_flight=10_000,
    calls_lines=(),
    models=(),
    per_minute=1_000_000,
):
    """`calls_lines` are settings of the section calls; `models` are listed beside its own."""
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    config = directory / "weir.yaml"
    config.write_text(
        weir_config(directory, threads, port, free_port(), upstream, max_in_flight, calls_lines, models, per_minute)
    )
    command = [options.weir, "serve", "--config", str(config)]
    return Server(name, command, port, PATH, directory / "weir.log", core_for(threads), PROBE)


def start_nginx_proxy(options, directory, threads, upstream, server_lines=""):
    """nginx doing of a gateway's work what it can: a key, another key upstream, a log."""
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    # Answers are buffered but for streams, which the upstream marks with X-Accel-Buffering: no.
    # Requests are not, so that a large one is never written to a file.
    config = nginx_config(
        directory, threads, port, access_log=True,
        http_lines=f"""\
  upstream stub {{
    server 127.0.0.1:{upstream};
    keepalive 1024;
    keepalive_requests 1000000000;
  }}""",
        server_lines=f"""\
    location /v1/ {{
      if ($known = 0) {{ return 401; }}
      proxy_pass http://stub;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer {UPSTREAM_KEY}";
      proxy_request_buffering off;
      client_body_buffer_size 256k;
    }}
{server_lines}""",
    )  # fmt: skip
    return start_nginx(options, directory, threads, "nginx", config, port, PATH, PROBE)


def load_command(options, mode, servers, workload, **more):
    words = [str(options.programs / "bench_proxy_load"), mode, "--workload", workload, "--key", KEY]
    for server in servers:
        words += ["--port", str(server.port)]
        for name, value in server.headers.items():
            words += ["--header", f"{name}: {value}"]
    for name, value in more.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return words


def load(options, mode, servers, workload, core=LOAD_CORE, **more):
    command = load_command(options, mode, servers, workload, **more)
    done = subprocess.run(command, stdout=subprocess.PIPE, preexec_fn=on_core(core))
    if done.returncode != 0:
        give_up(mode, servers, workload)
    return json.loads(done.stdout)


def give_up(mode, servers, workload):
    """The load has said on standard error what was wrong; this says where."""
    sys.exit(f"bench: {mode} of {workload} through {', '.join(server.name for server in servers)} failed")


def hold(options, server, streams, measured=None):
    """Opens so many streams, calls `measured` while they are open, and lets go of them."""
    command = load_command(options, "hold", [server], "held", connections=streams)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        opened = holder.stdout.readline()
        result = measured() if opened and measured else None
        holder.stdin.close()
    if holder.returncode != 0:
        give_up("hold", [server], "held")
    return result
