"""A Weir and an engine for the table of clients: each model is a situation, and every request is counted.

A client's program gets all cases at once, so the situations may share nothing that one of them spoils:
each has an upstream of its own at the same engine, which speaks chat completions only.
"""

import contextlib
import dataclasses
import json
import threading

from support.caller import call
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.process import KEY, Weir

WRONG = "sk-wrong-0123456789abcdef0123456789abcdef"
SPENT = "sk-spent-0123456789abcdef0123456789abcdef"
ANSWER = "The river goes to the sea."
TOOL_ANSWER = "It says: a weir at the river"
REASON = "The picture shows no river."
USAGE = {"prompt_tokens": 70, "completion_tokens": 7, "total_tokens": 77}
RETRIES = 3  # requests, of clients that try a call again


@dataclasses.dataclass(frozen=True)
class Situation:
    do: str  # list, chat, stream, tools or cancel
    model: str = "lab/chat"
    key: str = KEY
    shows: str = ""  # a part of the message; without one the call works
    answer: str = ANSWER
    requests: tuple = (1, 1)  # at least, at most


SITUATIONS = {
    "list": Situation("list", "", answer="lab/chat"),
    "chat": Situation("chat"),
    "stream": Situation("stream", "lab/stream"),
    "tools": Situation("tools", "lab/tools", answer=TOOL_ANSWER, requests=(2, 2)),
    "cancel": Situation("cancel", "lab/slow", answer="The river"),
    "wrong key": Situation("chat", key=WRONG, shows="Invalid token."),
    # The contract's words, without a full stop, for a client that shows no other API.
    "wrong key, list": Situation("list", "", key=WRONG, shows="Invalid token"),
    "unknown model": Situation("chat", "lab/none", shows="The model `lab/none` does not exist"),
    "limit of a day": Situation("chat", "lab/limit", key=SPENT, shows="RPD limit reached. Retry after"),
    "limit of a second": Situation("chat", "lab/busy", requests=(2, RETRIES)),
    "upstream's error": Situation(
        "chat", "lab/error", shows="The upstream of this model answered with an error.", requests=(1, RETRIES)
    ),
    "upstream's reason": Situation("chat", "lab/refuse", shows=REASON),
    "upstream's reason, stream": Situation("stream", "lab/refuse-stream", shows=REASON),
    "broken stream": Situation(
        "stream", "lab/cut", shows="The answer was interrupted.", requests=(1, RETRIES)
    ),
}
MODELS = sorted({"lab/spent", *(one.model for one in SITUATIONS.values())} - {"", "lab/none"})


def chunk(delta, finish=None):
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event({**CHUNK, "choices": choices})


CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "lab"}
USAGE_CHUNK = event({**CHUNK, "choices": [], "usage": USAGE})
BEGUN = chunk({"role": "assistant", "content": "The river"})


def answer_with(sent, message):
    """A message as the answer that was asked for, whole or as a stream."""
    finish = "tool_calls" if "tool_calls" in message else "stop"
    if sent.get("stream"):
        calls = [{"index": i, **one} for i, one in enumerate(message.get("tool_calls", []))]
        deltas = [chunk({**message, "tool_calls": calls} if calls else {"content": word + " "}) for word in message["content"].split(" ")]
        return as_stream(chunk({"role": "assistant"}), *deltas, chunk({}, finish), USAGE_CHUNK, DONE)
    choice = {"index": 0, "message": message, "finish_reason": finish}
    whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": sent["model"], "choices": [choice]}
    return as_json({**whole, "usage": USAGE})


def says(text):
    return lambda sent: answer_with(sent.json(), {"role": "assistant", "content": text})


def text_of(content):
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def uses_a_tool(sent):
    results = [turn for turn in sent.json()["messages"] if turn["role"] == "tool"]
    if results:
        return says(f"It says: {text_of(results[-1]['content'])}")(sent)
    wanted = {"name": "look", "arguments": json.dumps({"place": "river"})}
    call = {"id": "call_1", "type": "function", "function": wanted}
    return answer_with(sent.json(), {"role": "assistant", "content": "", "tool_calls": [call]})


def scripts():
    refusal = as_json({"error": {"message": REASON, "type": "invalid_request_error", "param": None, "code": None}}, status=400)
    busy = threading.Event()

    def first_busy(sent):
        if busy.is_set():
            return says(ANSWER)(sent)
        busy.set()
        return Script((b"{}",), status=429, headers=(("Retry-After", "1"),))

    return {
        **{model: says(ANSWER) for model in MODELS},
        "lab/tools": uses_a_tool,
        "lab/slow": as_stream(BEGUN, threading.Event(), DONE),
        "lab/cut": as_stream(BEGUN, end="cut"),
        "lab/error": Script((b"oops",), status=500),
        "lab/refuse": refusal,
        "lab/refuse-stream": refusal,
        "lab/busy": first_busy,
    }


def upstream_of(model):
    return model.replace("/", "-")


@contextlib.contextmanager
def situations(folder):
    """A Weir in which every situation can be met, and its engine."""
    models = [{"id": model, "sub_types": ["chat"], "upstreams": [{"name": upstream_of(model)}]} for model in MODELS]
    keys = [{"name": "test", "key": KEY}, {"name": "spent", "key": SPENT, "requests_per_day": 1}]
    with Engine(*MODELS) as engine:
        engine.scripts.update(scripts())
        translate = ["messages", "responses"]
        upstreams = [{"name": upstream_of(model), "url": engine.url, "translate": translate} for model in MODELS]
        server = Weir(folder, models=models, upstreams=upstreams, keys=keys)
        try:
            call(server.public, "lab/spent", key=SPENT)
            yield server
        finally:
            server.stop()


def requests_of(server, situation):
    """How many requests a client made in a situation. A model that is refused is not in the access log, so the
    situations of a refused key are told apart by their route, and those of unknown models by their status."""
    listed = "list_models"
    if situation.do == "list":
        return len(server.access.where(route=listed, status=401 if situation.key == WRONG else 200))
    if situation.key == WRONG:
        return len([line for line in server.access.where(status=401) if line["route"] != listed])
    if situation.model == "lab/none":
        return len(server.access.where(reason="model_not_found"))
    return len(server.access.where(model=situation.model))
