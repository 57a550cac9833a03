"""Weir and nginx with a stored list: shared by bench/list and bench/instructions."""

from servers import KEY, Server, core_for, free_port, nginx_config, start_nginx


def model_id(index):
    return f"vendor-{index % 10}/Model-{index:04d}-8B"


def weir_config(directory, models, threads, public, admin, limit):
    # Chat models, so that ?sub_type=chat selects them all and has the plain list's length.
    rows = "".join(
        f"  - {{id: {model_id(i)}, sub_types: [chat]}}\n" for i in range(models)
    )
    return f"""\
server:
  listen: 127.0.0.1:{public}
  admin_listen: 127.0.0.1:{admin}
  threads: {threads}
log:
  access_log: {directory}/access.log
store: sqlite:{directory}/weir.db
keys:
  - name: bench
    key: {KEY}
    requests_per_minute: {limit}
    models: ["*"]
models:
{rows}"""


def weir_command(options, directory, models, threads, port):
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "weir.yaml"
    config.write_text(weir_config(directory, models, threads, port, free_port(), options.limit))
    return [options.weir, "serve", "--config", str(config)]


def start_weir(options, directory, models, threads, path="/v1/models", name="weir"):
    port = free_port()
    command = weir_command(options, directory, models, threads, port)
    return Server(name, command, port, path, directory / "weir.log", core_for(threads))


def start_nginx_file(options, directory, body, threads, logged):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "list.json").write_bytes(body)
    port = free_port()
    # The file's descriptor is cached: no per-request reopening.
    config = nginx_config(
        directory, threads, port, logged,
        http_lines="  open_file_cache max=16 inactive=600s;\n  open_file_cache_valid 600s;",
        server_lines=f"""\
    location = /v1/models {{
      if ($known = 0) {{ return 401; }}
      alias {directory}/list.json;
    }}""",
    )  # fmt: skip
    name = "nginx, access log" if logged else "nginx, no log"
    return start_nginx(options, directory, threads, name, config, port, "/v1/models")
