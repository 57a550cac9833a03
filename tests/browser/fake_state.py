"""States of a server for the fake: empty, usual and crowded. The same for every run, so that pictures can be compared."""

import datetime

NOW = datetime.datetime(2026, 11, 30, 17, 45, tzinfo=datetime.timezone.utc)
SUB_TYPES = {
    "chat": "text",
    "embedding": "text",
    "reranker": "text",
    "text-to-image": "image",
    "image-to-image": "image",
    "speech-to-text": "audio",
    "text-to-speech": "audio",
    "text-to-video": "video",
    "image-to-video": "video",
}
LIMITS = (
    "requests_per_minute tokens_per_minute images_per_minute requests_per_day tokens_per_day images_per_day max_in_flight"
).split()


def at(seconds_ago):
    time = NOW - datetime.timedelta(seconds=seconds_ago)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def model(name, sub_type, upstream="local", status="available", **facts):
    return {
        "id": name,
        "types": [SUB_TYPES[sub_type]] if sub_type else [],
        "sub_types": [sub_type] if sub_type else [],
        "class_source": "rule" if sub_type else "fallback",
        "class_rule": f"the name says {sub_type}" if sub_type else "",
        "status": status,
        "owned_by": upstream,
        "routes": [
            {"upstream": upstream, "model": name, "listed": True, "status": status, "reason": "ok" if status == "available" else "lost"}
        ],
        **facts,
    }


def upstream(name, kind, reach="up", models=0, **members):
    return {
        "name": name,
        "kind": kind,
        "url": f"http://127.0.0.1:{8000 + len(name)}",
        "reach": reach,
        "pending": False,
        "truncated": False,
        "unknown_words": [],
        "models": models,
        "failures": 0 if reach == "up" else 4,
        "age_seconds": 14,
        "next_refresh_seconds": 16,
        "last_error": "" if reach == "up" else "connection refused",
        "faults": [],
        "not_accepted": None,
        "breaker": "admitting",
        "in_flight": 0,
        "max_in_flight": None,
        "waiting": 0,
        **members,
    }


def key(number, name, state="active", use=(), **members):
    return {
        "id": f"key_{number:04}",
        "name": name,
        "source": "store",
        "state": state,
        "created_at": at(86400 * (number + 1)),
        "revoked_at": at(3600) if state == "revoked" else None,
        "expires_at": None,
        "models": ["*"],
        "sub_types": [],
        "networks": [],
        "limits": dict.fromkeys(LIMITS, 0) | {limit: most for limit, _, most in use},
        "model_limits": [],
        "secrets": [{"prefix": "sk-weir-ab", "last4": f"{number:04x}", "created_at": at(86400), "valid_until": None}],
        "etag": f'"{number}-1"',
        "use": [
            {"model": None, "limit": limit, "max": most, "used": used, "remaining": most - used, "resets_seconds": 41}
            for limit, used, most in use
        ],
        **members,
    }


def call(number, **members):
    total = 1000 * (200 + (number * 37) % 900)
    return {
        "id": str(number),
        "trace_id": f"{number:032x}",
        "at": at(number * 3),
        "route": "chat_completions",
        "key": "key_0000",
        "key_name": "ci",
        "model": "qwen3-8b",
        "upstream": "local",
        "status": 200,
        "reason": "ok",
        "phase": "done",
        "attempts": 1,
        "streamed": True,
        "estimated": False,
        "prompt_tokens": 120 + number % 50,
        "completion_tokens": 80 + number % 70,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "images": 0,
        "events": 22,
        "bytes": 4096,
        "timings": {
            "total_us": total,
            "overhead_us": 90,
            "received_us": 100,
            "sent_us": 1200,
            "first_byte_us": total * 20 // 100,
            "first_event_us": total * 21 // 100,
            "complete_us": total - 300,
        },
        **members,
    }


def second(seconds_ago, load):
    wave = load * (1 + ((seconds_ago * 7919) % 13) / 13)
    return {
        "at": at(seconds_ago),
        "requests": round(wave),
        "errors": 1 if load and seconds_ago % 60 == 7 else 0,
        "prompt_tokens": round(wave * 130),
        "completion_tokens": round(wave * 90),
        "p50_us": 1000 * round(320 + wave * 3) if load else None,
        "p95_us": 1000 * round(800 + wave * 9) if load else None,
        "first_token_p50_us": 1000 * round(80 + wave) if load else None,
        "first_token_p95_us": 1000 * round(140 + wave * 2) if load else None,
    }


def usage(by, days, load):
    rows = []
    for day in range(days if load else 0):
        for name in ("ci", "research") if "key" in by else (None,):
            for model_id in ("qwen3-8b", "bge-m3") if "model" in by else (None,):
                rows.append(
                    {
                        "day": at(86400 * day)[:10] if "day" in by else None,
                        "key": name and f"key_{name}",
                        "key_name": name,
                        "model": model_id,
                        "requests": 1200 + day * 31,
                        "failed": day % 4,
                        "prompt_tokens": 150000 + day * 999,
                        "completion_tokens": 90000 + day * 777,
                        "cached_tokens": 0,
                        "reasoning_tokens": 0,
                        "images": 0,
                        "audio_seconds": 0,
                        "characters": 0,
                        "estimated": 0,
                    }
                )
        if "day" not in by:
            break
    return rows


YAML = "server:\n  listen: 127.0.0.1:8080\n  admin_key: <hidden>\nupstreams:\n  - name: local\n    kind: vllm\n    url: http://127.0.0.1:8000\n"


class State:
    """All that the fake shows; tests may change it."""

    def __init__(self, **members):
        self.role = "admin"
        self.ready = True
        self.models = []
        self.upstreams = []
        self.keys = []
        self.calls = []
        self.load = 0
        self.most_rows = 10000  # of a page
        self.warnings = []
        self.restart_needed = []
        self.file = "/etc/weir/weir.yaml"
        self.__dict__.update(members)


def empty():
    return State(file=None)


def usual():
    models = [
        model("qwen3-8b", "chat", context_length=32768, capabilities=["tools", "reasoning"]),
        model("qwen3-32b", "chat", upstream="gpu-2", status="unavailable", context_length=131072),
        model("claude-sonnet-4-5", "chat", upstream="anthropic", context_length=200000, input_modalities=["text", "image"]),
        model("bge-m3", "embedding", context_length=8192),
        model("bge-reranker-v2-m3", "reranker"),
        model("FLUX.1-schnell", "text-to-image", upstream="images"),
        model("whisper-large-v3", "speech-to-text", upstream="audio"),
        model("kokoro", "text-to-speech", upstream="audio"),
        model("my-org/new-thing", None),
    ]
    upstreams = [
        upstream("local", "vllm", models=4, in_flight=3, max_in_flight=16),
        upstream("gpu-2", "vllm", reach="lost", models=1, breaker="refusing"),
        upstream("anthropic", "anthropic", models=1),
        upstream("images", "openai", models=1),
        upstream("audio", "openai", models=2, in_flight=8, max_in_flight=8, waiting=2),
    ]
    keys = [
        key(0, "ci", use=[("requests_per_minute", 12, 60), ("tokens_per_day", 410000, 500000)]),
        key(1, "research", models=["qwen*", "bge-*"], sub_types=["chat", "embedding"], networks=["10.0.0.0/8"]),
        key(2, "old laptop", state="disabled"),
        key(3, "gone", state="revoked"),
        key(4, "from the file", source="config", secrets=[], created_at=None, etag=None),
    ]
    calls = [call(number) for number in range(1, 40)]
    calls[2] |= {"status": 502, "reason": "upstream_unreachable", "attempts": 2, "phase": "connecting", "upstream": "gpu-2", "completion_tokens": 0}
    calls[2]["timings"] = calls[2]["timings"] | {"first_byte_us": None, "first_event_us": None, "complete_us": None}
    calls[7] |= {"model": "bge-m3", "route": "embeddings", "streamed": False, "completion_tokens": 0, "key_name": "research", "key": "key_0001"}
    return State(models=models, upstreams=upstreams, keys=keys, calls=calls, load=12)


def crowded():
    names = list(SUB_TYPES)
    models = [
        model(f"org-{number % 37:02}/model-{number:05}-with-a-rather-long-name", names[number % 9], upstream=f"upstream-{number % 60:02}", context_length=1024 * (1 + number % 200))
        for number in range(5000)
    ]
    upstreams = [upstream(f"upstream-{number:02}", "openai", models=83, reach="failing" if number % 20 == 7 else "up") for number in range(60)]
    keys = [key(number, f"team-{number:03}", use=[("requests_per_minute", number % 60, 60)]) for number in range(450)]
    return State(models=models, upstreams=upstreams, keys=keys, calls=[call(number) for number in range(1, 2000)], load=900)


STATES = {"empty": empty, "usual": usual, "crowded": crowded}
