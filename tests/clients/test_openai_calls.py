"""The official Python SDK calls every kind of model, through Weir, at the built-in engine."""

import base64
import math

import openai
import pytest

from support.demo import base_url, demo
from support.process import KEY

LIMITED = "sk-limited-0123456789abcdef0123456789abcdef"
KEYS = [{"name": "test", "key": KEY}, {"name": "limited", "key": LIMITED, "requests_per_minute": 1}]
HELLO = [{"role": "user", "content": "Where does the river go?"}]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("openai-calls"), keys=KEYS) as server:
        yield server


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=base_url(server), api_key=KEY, max_retries=0) as client:
        yield client


def test_chat(client):
    answer = client.chat.completions.create(model="demo/chat", messages=HELLO, max_tokens=20)
    assert answer.model == "demo/chat"
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert 0 < answer.usage.completion_tokens <= 20


def test_a_chat_that_is_cut_says_so(client):
    answer = client.chat.completions.create(model="demo/chat", messages=HELLO, max_tokens=3)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 3


def test_a_stream_is_the_same_answer_in_pieces(client):
    asked = {"model": "demo/chat", "messages": HELLO, "max_tokens": 15}
    whole = client.chat.completions.create(**asked).choices[0].message.content
    chunks = list(client.chat.completions.create(**asked, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole
    assert len(chunks) > 5
    assert {chunk.model for chunk in chunks} == {"demo/chat"}
    assert not any(chunk.usage for chunk in chunks), "nobody asked for usage"


def test_a_stream_gives_usage_to_who_asks(client):
    options = {"include_usage": True}
    stream = client.chat.completions.create(
        model="demo/chat", messages=HELLO, max_tokens=5, stream=True, stream_options=options
    )
    *_, last = stream
    assert last.choices == []
    assert last.usage.completion_tokens == 5


def test_completions(client):
    answer = client.completions.create(model="demo/chat", prompt="Once upon a time", max_tokens=5)
    assert answer.choices[0].text


def test_responses(client):
    answer = client.responses.create(model="demo/chat", input="Where does the river go?")
    assert answer.output_text
    assert answer.usage.output_tokens > 0


def test_responses_as_a_stream(client):
    with client.responses.stream(model="demo/chat", input="Where does the river go?") as stream:
        kinds = [event.type for event in stream]
        answer = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.output_text.delta" in kinds
    assert answer.output_text


@pytest.mark.parametrize("encoding", ["float", "base64", None])
def test_embeddings(client, encoding):
    more = {"encoding_format": encoding} if encoding else {}
    texts = ["the river runs to the sea", "a river running to a sea", "tax return forms"]
    answer = client.embeddings.create(model="demo/embedding", input=texts, **more)
    assert [row.index for row in answer.data] == [0, 1, 2]
    assert answer.usage.prompt_tokens > 0
    if encoding != "base64":  # the SDK decodes only what it chose itself
        first, near, far = (row.embedding for row in answer.data)
        assert math.isclose(sum(x * x for x in first), 1, rel_tol=1e-3)
        assert dot(first, near) > dot(first, far)


def dot(one, other):
    return sum(x * y for x, y in zip(one, other, strict=True))


def test_an_image(client):
    answer = client.images.generate(model="demo/text-to-image", prompt="a weir at dusk", response_format="b64_json")
    assert base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG\r\n\x1a\n")


def test_an_image_from_an_image(client):
    picture = ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 1000, "image/png")
    answer = client.images.edit(model="demo/image-to-image", image=picture, prompt="at night")
    assert answer.data[0].url or answer.data[0].b64_json


def test_speech(client):
    with client.audio.speech.with_streaming_response.create(
        model="demo/text-to-speech", voice="alloy", input="Hello, river.", response_format="wav"
    ) as answer:
        sound = answer.read()
    assert sound[:4] == b"RIFF"
    assert sound[8:12] == b"WAVE"


def test_what_was_said_can_be_heard(client):
    sound = ("a.wav", b"RIFF\0\0\0\0WAVE" + b"\0" * 5000, "audio/wav")
    assert client.audio.transcriptions.create(model="demo/speech-to-text", file=sound).text


def test_the_async_client(server):
    import asyncio

    async def many():
        async with openai.AsyncOpenAI(base_url=base_url(server), api_key=KEY, max_retries=0) as client:
            calls = [client.chat.completions.create(model="demo/chat", messages=HELLO, max_tokens=3) for _ in range(20)]
            return await asyncio.gather(*calls)

    assert len(asyncio.run(many())) == 20


# Errors are the SDK's own.


def test_an_unknown_model_is_not_found(client):
    with pytest.raises(openai.NotFoundError) as error:
        client.chat.completions.create(model="no/such-model", messages=HELLO)
    assert error.value.code == "model_not_found"
    assert "The model `no/such-model` does not exist" in error.value.message


def test_a_model_of_another_kind_is_a_bad_request_that_names_the_path(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model="demo/embedding", messages=HELLO)
    assert "/embeddings" in error.value.body["message"]


def test_a_wrong_key_is_an_authentication_error(server):
    with openai.OpenAI(base_url=base_url(server), api_key="sk-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            client.chat.completions.create(model="demo/chat", messages=HELLO)


def test_a_limit_is_a_rate_limit_error(server):
    with openai.OpenAI(base_url=base_url(server), api_key=LIMITED, max_retries=0) as client:
        client.chat.completions.create(model="demo/chat", messages=HELLO, max_tokens=1)
        with pytest.raises(openai.RateLimitError) as error:
            client.chat.completions.create(model="demo/chat", messages=HELLO, max_tokens=1)
    assert "RPM" in error.value.body["message"]
    assert int(error.value.response.headers["retry-after"]) >= 1


def test_an_upstream_that_fails_is_a_server_error(client):
    fault = {"simulator": {"status": 500}}
    with pytest.raises(openai.InternalServerError) as error:
        client.chat.completions.create(model="demo/chat", messages=HELLO, extra_body=fault)
    assert error.value.status_code == 503


def test_a_stream_that_is_cut_raises_the_sdks_error(client):
    fault = {"simulator": {"cut_after_events": 3}}
    stream = client.chat.completions.create(model="demo/chat", messages=HELLO, stream=True, extra_body=fault)
    with pytest.raises(openai.APIError) as error:
        list(stream)
    assert error.value.type == "upstream_error"


def test_a_response_that_is_cut_is_a_failed_one(client):
    fault = {"simulator": {"cut_after_events": 5}}
    last = None
    with client.responses.create(
        model="demo/chat", input="Where does the river go?", stream=True, extra_body=fault
    ) as stream:
        for event in stream:
            last = event
    assert (last.type, last.sequence_number) == ("response.failed", 5)
    assert last.response.id.startswith("resp_")
    assert (last.response.status, last.response.error.code) == ("failed", "server_error")


def test_a_response_is_had_again_continued_cancelled_and_deleted(client):
    made = client.responses.create(model="demo/chat", input="Where does the river go?")
    again = client.responses.retrieve(made.id)
    assert (again.id, again.status) == (made.id, "completed")
    assert client.responses.input_items.list(made.id, limit=5, order="asc").data == []
    with client.responses.create(
        model="demo/chat", input="And then?", previous_response_id=made.id, stream=True
    ) as events:
        ids = {event.response.id for event in events if hasattr(event, "response")}
    assert len(ids) == 1
    assert made.id not in ids
    with client.responses.retrieve(made.id, stream=True) as events:
        assert {event.response.id for event in events if hasattr(event, "response")} == {made.id}
    assert client.responses.cancel(made.id).id == made.id
    assert client.responses.delete(made.id) is None


LINES = b"".join(
    b'{"custom_id":"%d","method":"POST","url":"/v1/chat/completions","body":{"model":"demo/chat","messages":[]}}\n' % n
    for n in range(3)
)


def test_a_batch_of_an_uploaded_file(client):
    file = client.files.create(file=("in.jsonl", LINES), purpose="batch")
    assert (file.object, file.purpose) == ("file", "batch")
    assert client.files.retrieve(file.id).id == file.id
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"a": "b"}
    )
    assert (batch.object, batch.input_file_id) == ("batch", file.id)
    assert client.batches.retrieve(batch.id).id == batch.id
    assert client.batches.cancel(batch.id).status == "cancelled"
    assert client.files.content(file.id).text.endswith("\n")
    assert client.files.delete(file.id).deleted


def test_a_batch_of_an_unknown_model_says_so(client):
    with pytest.raises(openai.NotFoundError, match="demo/none"):
        client.files.create(file=("in.jsonl", LINES.replace(b"demo/chat", b"demo/none")), purpose="batch")


def test_a_video_is_made_watched_and_deleted(client):
    made = client.videos.create(model="demo/text-to-video", prompt="A river")
    assert (made.object, made.model) == ("video", "demo/text-to-video")
    assert client.videos.retrieve(made.id).id == made.id
    with pytest.raises(openai.NotFoundError, match="Video with id 'video_made_up' not found"):
        client.videos.retrieve("video_made_up")
    assert client.videos.delete(made.id).id == made.id


def test_there_are_no_lists_of_files_and_batches(client):
    for what in (client.files, client.batches, client.videos):
        with pytest.raises(openai.APIStatusError, match="no list"):
            what.list()


def test_a_response_that_is_not_there_is_an_error_of_its_own(client):
    with pytest.raises(openai.NotFoundError, match="Response with id 'resp_made_up' not found"):
        client.responses.retrieve("resp_made_up")
    with pytest.raises(openai.BadRequestError, match="Previous response with id 'resp_weir_x' not found"):
        client.responses.create(model="demo/chat", input="And?", previous_response_id="resp_weir_x")
