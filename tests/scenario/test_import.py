"""`weir import` writes a config from that of another gateway, and names each line that it did not take."""

import os
import re
import stat
import subprocess

import pytest
import yaml

from support.engine import Engine
from support.eventually import DEADLINE_S, eventually
from support.process import BINARY

# Files as the documentation and the examples of these gateways show them, in few lines each.
LITELLM = {
    "quick start": """
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://eu.example/
      api_key: os.environ/AZURE_API_KEY_EU
      rpm: 6
  - model_name: bedrock-claude
    litellm_params: {model: bedrock/anthropic.claude-instant-v1}
litellm_settings: {drop_params: true, success_callback: [langfuse]}
general_settings: {master_key: sk-1234, alerting: [slack]}
""",
    "load balancing": """
model_list:
  - {model_name: zephyr, litellm_params: {model: huggingface/HuggingFaceH4/zephyr-7b, api_base: "http://10.0.0.1:8001"}}
  - {model_name: zephyr, litellm_params: {model: huggingface/HuggingFaceH4/zephyr-7b, api_base: "http://10.0.0.1:8002"}}
router_settings: {routing_strategy: least-busy, num_retries: 2, timeout: 30, redis_host: localhost}
""",
    "wildcards": """
model_list:
  - {model_name: "anthropic/*", litellm_params: {model: "anthropic/*", api_key: os.environ/ANTHROPIC_API_KEY}}
  - {model_name: "*", litellm_params: {model: "openai/*", api_key: os.environ/OPENAI_API_KEY}}
""",
    "every mode": """
model_list:
  - {model_name: e, litellm_params: {model: text-embedding-3-small}, model_info: {mode: embedding}}
  - {model_name: d, litellm_params: {model: dall-e-3}, model_info: {mode: image_generation}}
  - {model_name: w, litellm_params: {model: whisper-1}, model_info: {mode: audio_transcription}}
  - {model_name: t, litellm_params: {model: tts-1}, model_info: {mode: audio_speech}}
  - {model_name: r, litellm_params: {model: cohere/rerank-v3.5}, model_info: {mode: rerank}}
  - {model_name: f, litellm_params: {model: gpt-4o-mini}, model_info: {mode: moderation}}
""",
    "a home lab": """
model_list:
  - {model_name: llama, litellm_params: {model: ollama/llama3.1, api_base: "http://127.0.0.1:11434", keep_alive: 8m}}
  - {model_name: qwen, litellm_params: {model: hosted_vllm/Qwen/Qwen3-8B, api_base: "http://127.0.0.1:8000/v1"}}
environment_variables: {OTEL_EXPORTER: none}
""",
}
OLLA = {
    "one engine": """
server: {host: 0.0.0.0, port: 40114, request_logging: true}
proxy: {engine: olla, load_balancer: priority, connection_timeout: 30s, response_timeout: 600s, read_timeout: 120s}
discovery:
  type: static
  static: {endpoints: [{url: "http://localhost:11434", name: local, type: ollama, priority: 100}]}
""",
    "several kinds": """
server: {port: 40114, rate_limits: {global_requests_per_minute: 1000}}
discovery:
  refresh_interval: 5m
  static:
    endpoints:
      - {url: "http://10.0.0.1:8000", name: vllm-gpu, type: vllm, priority: 100, health_check_url: /health, check_interval: 5s, check_timeout: 2s}
      - {url: "http://10.0.0.2:1234", name: studio, type: lm-studio, priority: 80, model_url: /api/v0/models}
      - {url: "http://10.0.0.3:30000", name: sg, type: sglang}
      - {url: "http://10.0.0.4:4000", name: proxy, type: litellm}
model_registry: {type: memory, enable_unifier: true}
""",
    "with a token": """
discovery:
  static:
    endpoints:
      - {url: "https://api.example", name: hosted, type: openai-compatible, auth: {type: bearer, token: "${HOSTED_TOKEN}"}}
""",
    "with filters": """
discovery:
  static:
    endpoints:
      - url: http://10.0.0.1:8080
        name: llama
        type: llamacpp
        model_filter: {include: ["qwen*"], exclude: ["*-draft"]}
logging: {level: debug}
""",
    "in a container": """
server: {host: 0.0.0.0, port: 40114, shutdown_timeout: 10s, write_timeout: 0s}
proxy: {profile: auto, stream_buffer_size: 8192, retry: {enabled: true}}
discovery:
  static: {endpoints: [{url: "http://host.docker.internal:11434", name: host, type: ollama, preserve_path: true}]}
engineering: {show_nerdstats: false}
""",
}
EXAMPLES = [("litellm", name) for name in LITELLM] + [("olla", name) for name in OLLA]


def run(directory, *words, **more):
    env = {**os.environ, **more}
    return subprocess.run(
        [BINARY, *words], cwd=directory, env=env, capture_output=True, text=True, timeout=DEADLINE_S, stdin=subprocess.DEVNULL
    )


def imported(directory, gateway, text, **env):
    (directory / "theirs.yaml").write_text(text)
    return run(directory, "import", gateway, "theirs.yaml", **env)


def leaves(node, path=()):
    """Each setting of a tree that is not a mapping or a list of mappings."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
        for number, item in enumerate(node):
            yield from leaves(item, (*path[:-1], f"{path[-1]}[{number}]"))
    else:
        yield ".".join(path), node


@pytest.mark.parametrize(("gateway", "name"), EXAMPLES)
def test_an_example_becomes_a_good_config_and_nothing_is_dropped_in_silence(tmp_path, gateway, name):
    text = {"litellm": LITELLM, "olla": OLLA}[gateway][name]
    done = imported(tmp_path, gateway, text)
    assert done.returncode == 0, done.stderr
    file = tmp_path / "weir.yaml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ours = file.read_text()
    variables = {name: "sk-0123456789abcdef" for name in re.findall(r"\$\{(\w+)\}", ours)}
    checked = run(tmp_path, "check", "weir.yaml", **variables)
    assert checked.returncode == 0, checked.stderr
    for variable in variables:
        assert variable in done.stdout
    config = yaml.safe_load(ours)
    remarked = re.findall(r"theirs\.yaml:\d+: ([^:]+): ", done.stdout)
    for setting, value in leaves(yaml.safe_load(text)):
        is_named = any(setting == part or setting.startswith((part + ".", part + "[")) for part in remarked)
        assert is_named or is_taken(setting, value, ours), (setting, value, done.stdout)
    assert config["upstreams"]


def is_taken(setting, value, ours):
    """Its value can be found in our file, but for words that name a kind or a provider and numbers that are turned around."""
    if setting.endswith((".type", ".mode", ".priority", "refresh_interval", ".host")):
        return True
    if isinstance(value, list):
        return all(item in ours for item in value)
    text = str(value).removeprefix("os.environ/").removesuffix("/")
    text = text.partition("/")[2] if setting.endswith("litellm_params.model") and "/" in text else text
    return text.partition("/")[2] in ours if text.startswith("anthropic/") else text in ours


def test_the_models_of_an_imported_config_answer(tmp_path, weir):
    with Engine("theirs/chat") as engine:
        rows = f"""
model_list:
  - {{model_name: ours, litellm_params: {{model: openai/theirs/chat, api_base: "{engine.url}", api_key: sk-theirs-0123456789}}}}
general_settings: {{master_key: sk-master-0123456789}}
"""
        done = imported(tmp_path, "litellm", rows)
        assert done.returncode == 0, done.stderr
        config = yaml.safe_load((tmp_path / "weir.yaml").read_text())
        server = weir(upstreams=config["upstreams"], models=config["models"], keys=[*config["keys"], {"name": "test", "key": "sk-test-0123456789abcdef"}])
        eventually(lambda: "ours" in server.ids(key="sk-master-0123456789"))


def test_what_cannot_be_used_says_why_and_leaves_no_file(tmp_path):
    for gateway, text, said in [
        ("litellm", "model_list: [", "theirs.yaml:1"),
        ("litellm", "model_list: []", "no upstream"),
        ("litellm", "model_list: [{model_name: a, litellm_params: {model: bedrock/a}}]", "bedrock/a"),
        ("olla", "a: b", "no upstream"),
        ("bifrost", "a: b", "litellm, olla"),
    ]:
        done = imported(tmp_path, gateway, text)
        assert done.returncode == 1 and said in done.stderr, (text, done.stderr)
        assert not (tmp_path / "weir.yaml").exists()
    missing = run(tmp_path, "import", "olla", "missing.yaml")
    assert missing.returncode == 1 and "missing.yaml" in missing.stderr


def test_no_file_is_replaced(tmp_path):
    (tmp_path / "weir.yaml").write_text("# mine\n")
    done = imported(tmp_path, "olla", OLLA["one engine"])
    assert done.returncode == 1 and "weir.yaml exists" in done.stderr
    assert (tmp_path / "weir.yaml").read_text() == "# mine\n"
