"""Other gateways at their lightest, for bench/proxy --rivals.

Each is one process with one worker, without a database, a cache or a request log. They live in
~/.cache/weir-bench, are installed by hand with the command in INSTALL, and are left out with a
sentence where they are not. Weir itself uses none of them.
"""

import json
import os
import pathlib
import shutil

from servers import KEY, Server, call, core_for, free_port

HOME = pathlib.Path.home() / ".cache" / "weir-bench"
LITELLM = HOME / "litellm" / "bin" / "litellm"
PORTKEY = HOME / "portkey" / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
INSTALL = {
    "litellm": f"python3 -m venv {HOME}/litellm && {HOME}/litellm/bin/pip install 'litellm[proxy]==1.77.7'",
    "portkey": f"npm install --prefix {HOME}/portkey @portkey-ai/gateway@1.15.2",
}


def start_litellm(directory, path, probe, upstream, upstream_key, models):
    """Checks the key against the master key; no spend logs, no telemetry, the built-in price list."""
    port = free_port()
    base = f"http://127.0.0.1:{upstream}/v1"
    config = {
        "model_list": [
            {
                "model_name": model,
                "litellm_params": {"model": f"openai/{model}", "api_base": base, "api_key": upstream_key},
            }
            for model in models
        ],
        "general_settings": {"master_key": KEY},
    }
    file = directory / "litellm.yaml"
    file.write_text(json.dumps(config))  # JSON is YAML
    command = [LITELLM, "--config", file, "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION", "LITELLM_LOG": "ERROR"}
    log = directory / "litellm.log"
    return Server("litellm", command, port, path, log, core_for(1), probe, env=os.environ | quiet, cwd=directory)


def start_portkey(directory, path, probe, upstream, _upstream_key, _models):
    """Checks no key: it passes the client's on. Where to is in the client's headers."""
    port = free_port()
    headers = {
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": f"http://127.0.0.1:{upstream}/v1",
    }
    command = [shutil.which("node"), PORTKEY, f"--port={port}", "--headless"]
    log = directory / "portkey.log"
    return Server("portkey", command, port, path, log, core_for(1), probe, headers, cwd=directory)


# Its file, how it is started, and which rows of workload.hpp it can do. Portkey 1.15.2 answers every
# stream with an error under Node 20 ("TypeError: immutable").
RIVALS = {
    "litellm": (LITELLM, start_litellm, ("chat", "large", "paced", "burst", "held")),
    "portkey": (PORTKEY, start_portkey, ("chat", "large")),
}


def can(name, workload):
    """True also for a server that is no rival."""
    return name not in RIVALS or workload in RIVALS[name][2]


def rewrites(name):
    """True if it re-encodes answers, so that their length means nothing."""
    return name in RIVALS


def start_installed(directory, upstream, path, probe, upstream_key):
    """One by one those that are there; says how to get the others."""
    models = [model["id"] for model in json.loads(call(upstream, "/v1/models")[1])["data"]]
    for name, (file, start, _workloads) in RIVALS.items():
        if file.exists():
            yield start(directory, path, probe, upstream, upstream_key, models)
        else:
            print(f"\n{name} is not installed and is left out; to have it:\n  {INSTALL[name]}")
