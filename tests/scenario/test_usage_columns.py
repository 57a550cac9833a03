"""The parts and the other amounts of usage: cached and reasoning tokens, images, seconds of audio and
characters, as each family's upstreams report them."""

import json

import pytest

from support.caller import multipart, post, usage_rows
from support.engine import DONE, Engine, Script, as_json, as_stream, event
from support.eventually import eventually
from support.process import KEY

SUB_TYPES = ("chat", "text-to-image", "speech-to-text", "text-to-speech")
MODELS = [{"id": f"lab/{sub_type}", "sub_types": [sub_type], "upstreams": [{"name": "gpu"}]} for sub_type in SUB_TYPES]
SAID = [{"role": "user", "content": "one two"}]
TEXT = [{"type": "text", "text": "three"}]
CHAT = {"prompt_tokens": 90, "completion_tokens": 30, "total_tokens": 120}
OPENAI = {
    **CHAT,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 21, "audio_tokens": 0},
}
RESPONSES = {
    "input_tokens": 90,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens": 30,
    "output_tokens_details": {"reasoning_tokens": 21},
    "total_tokens": 120,
}
ANTHROPIC = {
    "input_tokens": 20,
    "cache_read_input_tokens": 64,
    "cache_creation_input_tokens": 6,
    "output_tokens": 30,
}


@pytest.fixture
def engine():
    with Engine(*(model["id"] for model in MODELS)) as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(models=MODELS, upstreams=[{"name": "gpu", "url": engine.url}])


def booked(server, model):
    """The row of the model, without its names and the counts that are 0."""
    rows = [row for row in usage_rows(server) if row["model"] == model]
    assert len(rows) == 1
    return {name: count for name, count in rows[0].items() if isinstance(count, int) and count}


def becomes(server, model, **expected):
    def right():
        assert booked(server, model) == {"requests": 1, **expected}
        return True

    eventually(right)


def chat_answer(usage):
    message = {"role": "assistant", "content": "three"}
    return as_json({"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage})


def chat_stream(usage):
    said = {"index": 0, "delta": {"content": "three"}}
    return as_stream(event({"id": "c", "choices": [said]}), event({"choices": [], "usage": usage}), DONE)


def message_answer(usage):
    return as_json({"id": "m", "type": "message", "role": "assistant", "content": TEXT, "usage": usage})


def message_stream(usage):
    start = {**usage, "output_tokens": 1}
    return as_stream(
        event({"type": "message_start", "message": {"id": "m", "content": [], "usage": start}}),
        event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "three"}}),
        event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}}),
        event({"type": "message_stop"}),
    )


def response_answer(usage):
    return as_json({"id": "r", "object": "response", "output": [{"type": "message", "content": TEXT}], "usage": usage})


def response_stream(usage):
    return as_stream(
        event({"type": "response.output_text.delta", "delta": "three"}),
        event({"type": "response.completed", "response": {"id": "r", "status": "completed", "usage": usage}}),
    )


BOTH = {"prompt_tokens": 90, "completion_tokens": 30, "cached_tokens": 64, "reasoning_tokens": 21}
CACHED = {name: BOTH[name] for name in ("prompt_tokens", "completion_tokens", "cached_tokens")}
PLAIN = {"prompt_tokens": 90, "completion_tokens": 30}
# name: (path, answer, the report, what is booked)
PARTS = {
    "OpenAI": ("chat/completions", chat_answer, OPENAI, BOTH),
    "OpenAI's stream": ("chat/completions", chat_stream, OPENAI, BOTH),
    "responses": ("responses", response_answer, RESPONSES, BOTH),
    "the stream of responses": ("responses", response_stream, RESPONSES, BOTH),
    "Anthropic": ("messages", message_answer, ANTHROPIC, CACHED),
    "Anthropic's stream": ("messages", message_stream, ANTHROPIC, CACHED),
    "DeepSeek": (
        "chat/completions",
        chat_answer,
        {**CHAT, "prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 26},
        CACHED,
    ),
    "Moonshot": ("chat/completions", chat_stream, {**CHAT, "cached_tokens": 64}, CACHED),
    "SiliconFlow": ("chat/completions", chat_answer, {**OPENAI, "prompt_cache_hit_tokens": 0}, BOTH),
    "SGLang": (
        "chat/completions",
        chat_stream,
        {**CHAT, "prompt_tokens_details": {"cached_tokens": 64}, "reasoning_tokens": 21},
        BOTH,
    ),
    "as floats and text": (
        "chat/completions",
        chat_answer,
        {**CHAT, "cached_tokens": 64.0, "reasoning_tokens": "21"},
        BOTH,
    ),
    "more than the whole": (
        "chat/completions",
        chat_answer,
        {**CHAT, "cached_tokens": 900, "reasoning_tokens": 300},
        {**PLAIN, "cached_tokens": 90, "reasoning_tokens": 30},
    ),
    "below 0": ("chat/completions", chat_answer, {**CHAT, "cached_tokens": -4, "reasoning_tokens": -1}, PLAIN),
    "nulls": (
        "chat/completions",
        chat_answer,
        {**CHAT, "prompt_tokens_details": None, "completion_tokens_details": {"reasoning_tokens": None}},
        PLAIN,
    ),
    "no parts": ("chat/completions", chat_stream, CHAT, PLAIN),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_are_booked_with_their_totals(server, engine, name):
    path, answer, usage, expected = PARTS[name]
    engine.scripts["lab/chat"] = answer(usage)
    stream = answer.__name__.endswith("stream")
    given = {"input": "one two"} if path == "responses" else {"messages": SAID, "max_tokens": 900}
    body = json.dumps({"model": "lab/chat", "stream": stream, **given}).encode()
    assert post(server.public, f"/v1/{path}", body).status == 200
    becomes(server, "lab/chat", **expected)


# name: (a transcription, what is booked)
HEARD = {
    "usage": ({"text": "a", "usage": {"type": "duration", "seconds": 9}}, {"audio_seconds": 9}),
    "verbose": ({"task": "transcribe", "duration": 8.47, "text": "a", "segments": []}, {"audio_seconds": 9}),
    "text": ({"duration": "8.47", "text": "a"}, {"audio_seconds": 9}),
    "tokens": (
        {"text": "a", "usage": {"type": "tokens", "input_tokens": 14, "output_tokens": 3, "total_tokens": 17}},
        {"prompt_tokens": 14, "completion_tokens": 3},
    ),
    "tokens and a duration": (
        {"text": "a", "duration": 2, "usage": {"input_tokens": 14, "output_tokens": 3}},
        {"prompt_tokens": 14, "completion_tokens": 3, "audio_seconds": 2},
    ),
    "nothing": ({"text": "a"}, {}),
    "nonsense": ({"text": "a", "duration": -3}, {}),
}


@pytest.mark.parametrize("name", HEARD)
def test_audio_is_booked_in_seconds(server, engine, name):
    answer, expected = HEARD[name]
    engine.scripts["lab/speech-to-text"] = as_json(answer)
    content_type, body = multipart(("model", "lab/speech-to-text"), ("file", "a.wav", b"RIFF"))
    assert post(server.public, "/v1/audio/transcriptions", body, content_type=content_type).status == 200
    becomes(server, "lab/speech-to-text", **expected)


def test_speech_is_booked_in_characters_of_what_was_spoken(server, engine):
    for text in ("one two", "你好，世界", "🌊"):
        body = json.dumps({"model": "lab/text-to-speech", "input": text, "voice": "x"}).encode()
        assert post(server.public, "/v1/audio/speech", body).status == 200
    engine.scripts["lab/text-to-speech"] = as_json({"error": {"message": "no"}}, status=400)
    assert post(server.public, "/v1/audio/speech", body).status == 400

    def thirteen():
        assert booked(server, "lab/text-to-speech") == {"requests": 4, "failed": 1, "characters": 13}
        return True

    eventually(thirteen)


PICTURES = [{"b64_json": "iVBO"}, {"b64_json": "iVBP"}]
MODERATED = {"error": {"code": "moderated", "message": "not this one"}}


def preview(number):
    return event({"type": "image_generation.partial_image", "partial_image_index": number, "b64_json": "iVBO"})


def complete(kind="image_generation"):
    return event({"type": f"{kind}.completed", "b64_json": "iVBO", "usage": {"input_tokens": 5, "output_tokens": 7}})


# name: (the answer to a request for four, the images that are booked)
DRAWN = {
    "all": (as_json({"data": PICTURES * 2}), 4),
    "fewer": (as_json({"created": 1, "data": PICTURES}), 2),
    "more": (as_json({"data": PICTURES * 3}), 6),
    "none": (as_json({"data": []}), 0),
    "in images": (as_json({"images": [{"url": "https://x/1"}], "timings": {}, "seed": 1}), 1),
    "in both": (as_json({"images": [{"url": "https://x/1"}] * 2, "data": [{"url": "https://x/1"}] * 2}), 2),
    "some failed": (as_json({"data": [MODERATED, *PICTURES]}), 2),
    "with usage": (as_json({"data": PICTURES, "usage": {"input_tokens": 5, "output_tokens": 7}}), 2),
    "a picture": (Script((b"\x89PNG",), content_type="image/png"), 4),
    "streamed": (as_stream(preview(0), preview(1), complete()), 1),
    "two streamed": (as_stream(preview(0), complete("image_edit"), preview(0), complete()), 2),
    "cut after a preview": (as_stream(preview(0), end="cut"), 0),
    "cut between two": (as_stream(preview(0), complete(), preview(0), end="cut"), 1),
    "refused": (as_json({"error": {"message": "no"}}, status=400), 0),
    "broken": (as_json({"error": {"message": "no"}}, status=500), 0),
    "an error with status 200": (as_json({"error": {"message": "overloaded", "type": "server_error"}}), 0),
}


@pytest.mark.parametrize("name", DRAWN)
def test_images_are_booked_as_delivered(server, engine, name):
    answer, expected = DRAWN[name]
    engine.scripts["lab/text-to-image"] = answer
    body = json.dumps({"model": "lab/text-to-image", "prompt": "p", "n": 4}).encode()
    post(server.public, "/v1/images/generations", body)

    def delivered():
        row = booked(server, "lab/text-to-image")
        assert (row["requests"], row.get("images", 0)) == (1, expected)
        return True

    eventually(delivered)


def test_a_limit_of_images_is_corrected_to_what_was_delivered(weir, engine):
    key = {"name": "test", "key": KEY, "images_per_day": 5}
    server = weir(models=MODELS, keys=[key], upstreams=[{"name": "gpu", "url": engine.url}])
    engine.scripts["lab/text-to-image"] = as_json({"data": PICTURES[:1]})
    body = json.dumps({"model": "lab/text-to-image", "prompt": "p", "n": 4}).encode()
    statuses = [post(server.public, "/v1/images/generations", body).status for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
