"""The official SDKs call messages and responses of a model whose upstream speaks chat completions only."""

import json

import anthropic
import openai
import pytest

from support.demo import base_url
from support.engine import DONE, Engine, as_json, as_stream, event
from support.process import KEY, Weir

MODELS = [{"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]}]
HELLO = [{"role": "user", "content": "How warm is it in Paris and in Rome?"}]
USAGE = {"prompt_tokens": 70, "completion_tokens": 9, "total_tokens": 79}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CITIES = ["Paris", "Rome — d'Italia"]


def tool_call(number, city):
    arguments = json.dumps({"city": city})
    return {"id": f"call_{number}", "type": "function", "function": {"name": "weather", "arguments": arguments}}


CALLS = [tool_call(number, city) for number, city in enumerate(CITIES)]


def whole(message, finish):
    choices = [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}]
    return as_json({"id": "chatcmpl-1", "object": "chat.completion", "created": 7, "choices": choices, "usage": USAGE})


def streamed(deltas, finish):
    def chunk(choices, **more):
        return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "choices": choices, **more})

    chunks = [chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    end = chunk([{"index": 0, "delta": {}, "finish_reason": finish}])
    return as_stream(*chunks, end, chunk([], usage=USAGE), DONE)


def pieces_of(calls):
    """The calls as engines stream them: name and id first, then the arguments in small pieces."""
    for index, made in enumerate(calls):
        function = made["function"]
        yield {"tool_calls": [{"index": index, **made, "function": {"name": function["name"], "arguments": ""}}]}
        text = function["arguments"]
        for at in range(0, len(text), 3):
            yield {"tool_calls": [{"index": index, "function": {"arguments": text[at : at + 3]}}]}


WORDS = [{"role": "assistant", "content": ""}, {"reasoning_content": "Hm."}, {"content": "It is "}, {"content": "warm."}]


@pytest.fixture(scope="module")
def engine():
    with Engine("lab/chat") as engine:
        yield engine


@pytest.fixture(scope="module")
def server(engine, tmp_path_factory):
    upstream = {"name": "gpu", "url": engine.url, "translate": ["messages", "responses"]}
    server = Weir(tmp_path_factory.mktemp("translated"), models=MODELS, upstreams=[upstream])
    yield server
    server.stop()


@pytest.fixture
def claude(server):
    with anthropic.Anthropic(
        base_url=f"http://127.0.0.1:{server.public}", api_key=KEY, max_retries=0
    ) as client:
        yield client


@pytest.fixture
def gpt(server):
    with openai.OpenAI(base_url=base_url(server), api_key=KEY, max_retries=0) as client:
        yield client


MESSAGE = {"model": "lab/chat", "max_tokens": 50, "messages": HELLO}
TOOLS = [{"name": "weather", "description": "The weather.", "input_schema": SCHEMA}]
FUNCTIONS = [{"type": "function", "name": "weather", "description": "The weather.", "parameters": SCHEMA, "strict": True}]


def test_a_message(claude, engine):
    engine.scripts["lab/chat"] = whole({"content": "It is warm."}, "stop")
    answer = claude.messages.create(**MESSAGE)
    assert [block.text for block in answer.content] == ["It is warm."]
    assert (answer.model, answer.stop_reason) == ("lab/chat", "end_turn")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (70, 9)


def test_a_stream_of_a_message(claude, engine):
    engine.scripts["lab/chat"] = streamed(WORDS, "stop")
    with claude.messages.stream(**MESSAGE) as stream:
        assert "".join(stream.text_stream) == "It is warm."
        answer = stream.get_final_message()
    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert (answer.stop_reason, answer.usage.output_tokens) == ("end_turn", 9)


@pytest.mark.parametrize("is_stream", [False, True])
def test_tools_of_a_message(claude, engine, is_stream):
    engine.scripts["lab/chat"] = (
        streamed(pieces_of(CALLS), "tool_calls") if is_stream else whole({"content": None, "tool_calls": CALLS}, "tool_calls")
    )
    if is_stream:
        with claude.messages.stream(**MESSAGE, tools=TOOLS) as stream:
            answer = stream.get_final_message()
    else:
        answer = claude.messages.create(**MESSAGE, tools=TOOLS)
    assert [(block.type, block.name, block.input) for block in answer.content] == [
        ("tool_use", "weather", {"city": city}) for city in CITIES
    ]
    assert answer.stop_reason == "tool_use"

    engine.scripts["lab/chat"] = whole({"content": "Warm."}, "stop")
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "30 °C"} for block in answer.content]
    turns = [*HELLO, {"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    claude.messages.create(**{**MESSAGE, "messages": turns}, tools=TOOLS)
    sent = engine.calls[-1].json()["messages"]
    assert [made["id"] for made in sent[1]["tool_calls"]] == [made["id"] for made in CALLS]
    assert [(turn["role"], turn["tool_call_id"], turn["content"]) for turn in sent[2:]] == [
        ("tool", made["id"], "30 °C") for made in CALLS
    ]


def test_a_message_that_is_cut_off_raises(claude, engine):
    engine.scripts["lab/chat"] = as_stream(event({"choices": [{"index": 0, "delta": {"content": "It"}}]}), end="cut")
    with pytest.raises(anthropic.APIStatusError), claude.messages.stream(**MESSAGE) as stream:
        stream.get_final_message()


def test_a_response(gpt, engine):
    engine.scripts["lab/chat"] = whole({"content": "It is warm."}, "stop")
    answer = gpt.responses.create(model="lab/chat", input="How warm is it?", instructions="Be brief.")
    assert (answer.output_text, answer.status, answer.model) == ("It is warm.", "completed", "lab/chat")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (70, 9)


def test_a_stream_of_a_response(gpt, engine):
    engine.scripts["lab/chat"] = streamed(WORDS, "stop")
    with gpt.responses.stream(model="lab/chat", input="How warm is it?") as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        answer = stream.get_final_response()
    assert (text, answer.output_text, answer.status) == ("It is warm.", "It is warm.", "completed")
    assert answer.usage.total_tokens == 79


@pytest.mark.parametrize("is_stream", [False, True])
def test_tools_of_a_response(gpt, engine, is_stream):
    engine.scripts["lab/chat"] = (
        streamed(pieces_of(CALLS), "tool_calls") if is_stream else whole({"content": None, "tool_calls": CALLS}, "tool_calls")
    )
    asked = {"model": "lab/chat", "input": HELLO, "tools": FUNCTIONS}
    if is_stream:
        with gpt.responses.stream(**asked) as stream:
            answer = stream.get_final_response()
    else:
        answer = gpt.responses.create(**asked)
    assert [(item.type, item.name, item.arguments, item.call_id) for item in answer.output] == [
        ("function_call", "weather", made["function"]["arguments"], made["id"]) for made in CALLS
    ]

    engine.scripts["lab/chat"] = whole({"content": "Warm."}, "stop")
    outputs = [{"type": "function_call_output", "call_id": made["id"], "output": "30 °C"} for made in CALLS]
    made = [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in answer.output]
    gpt.responses.create(model="lab/chat", input=[*HELLO, *made, *outputs], tools=FUNCTIONS)
    sent = engine.calls[-1].json()["messages"]
    assert sent[1]["tool_calls"] == CALLS
    assert [(turn["role"], turn["tool_call_id"], turn["content"]) for turn in sent[2:]] == [
        ("tool", made["id"], "30 °C") for made in CALLS
    ]


def test_what_cannot_be_translated_is_said_by_name(gpt):
    with pytest.raises(openai.BadRequestError, match="previous_response_id"):
        gpt.responses.create(model="lab/chat", input="And then?", previous_response_id="resp_1")
