"""The official Python SDK holds realtime sessions, through Weir, with the built-in engine."""

import openai
import pytest

from support.demo import base_url, demo
from support.process import KEY


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("openai-realtime"), keys=[{"name": "test", "key": KEY}]) as server:
        yield server


@pytest.fixture
def client(server):
    with openai.OpenAI(base_url=base_url(server), api_key=KEY, max_retries=0) as client:
        yield client


def ask(connection, text):
    connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
    content = [{"type": "input_text", "text": text}]
    connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})
    connection.response.create()
    said = ""
    for event in connection:
        if event.type == "response.output_text.delta":
            said += event.delta
        elif event.type in ("response.done", "error"):
            return said, event


def test_a_question_is_answered(client):
    with client.realtime.connect(model="demo/chat") as connection:
        for question in ("Where does the river go?", "And then?"):
            said, done = ask(connection, question)
            assert done.type == "response.done"
            assert question in said
            assert done.response.usage.total_tokens == (
                done.response.usage.input_tokens + done.response.usage.output_tokens
            )


def test_a_model_that_does_not_exist_is_an_error(client):
    with pytest.raises(Exception, match="404"), client.realtime.connect(model="demo/none"):
        pass
