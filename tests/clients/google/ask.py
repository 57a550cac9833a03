"""Calls through Google's own library and prints what came back as JSON.
Usage: ask.py BASE_URL KEY"""

import json
import sys

from google import genai
from google.genai import errors, types

base_url, key = sys.argv[1:]
HELLO = "How warm is it in Rome?"
PICTURE = types.Part.from_bytes(data=bytes(range(250, 256)), mime_type="image/png")


def client_with(its_key, **options):
    return genai.Client(api_key=its_key, http_options=types.HttpOptions(base_url=base_url, **options))


def weather(city: str) -> str:
    """The weather of a city."""
    return f"30 °C in {city}"


def refused(ask):
    try:
        ask()
    except errors.APIError as error:
        return [error.code, error.status, error.message]
    return None


def read_stream(model):
    return [piece.text for piece in client.models.generate_content_stream(model=model, contents=HELLO)]


# A client that is not kept is closed.
client, older, wrong = client_with(key), client_with(key, api_version="v1"), client_with("wrong")
whole = client.models.generate_content(
    model="lab/plain",
    contents=[HELLO, PICTURE],
    config=types.GenerateContentConfig(system_instruction="Be brief.", temperature=0.5, top_k=40, stop_sequences=["x"]),
)
usage = whole.usage_metadata
chat = client.chats.create(model="lab/plain")
pieces = [piece.text for piece in chat.send_message_stream(HELLO)]
chat.send_message("And now?")
called = client.models.generate_content(
    model="lab/calls", contents=HELLO, config=types.GenerateContentConfig(tools=[weather])
)
streamed_calls = client.chats.create(model="lab/calls", config=types.GenerateContentConfig(tools=[weather]))
answers = {
    "list": [(model.name, model.supported_actions) for model in client.models.list(config={"page_size": 2})],
    "one": client.models.get(model="lab/plain").input_token_limit,
    "text": whole.text,
    "finish": whole.candidates[0].finish_reason,
    "model": whole.model_version,
    "usage": [usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count],
    "pieces": pieces,
    "history": [(turn.role, turn.parts[0].text) for turn in chat.get_history(curated=True)],
    "called": called.text,
    "calls": [
        part.function_call.name
        for turn in called.automatic_function_calling_history
        for part in turn.parts
        if part.function_call
    ],
    "streamed calls": "".join(piece.text or "" for piece in streamed_calls.send_message_stream(HELLO)),
    "version 1": older.models.generate_content(model="lab/plain", contents=HELLO).text,
    "tokens": client.models.count_tokens(model="lab/plain", contents=HELLO).total_tokens,
    "vectors": [vector.values for vector in client.models.embed_content(model="lab/vectors", contents=[HELLO]).embeddings],
    "wrong key": refused(lambda: wrong.models.generate_content(model="lab/plain", contents=HELLO)),
    "wrong key, list": refused(lambda: list(wrong.models.list())),
    "unknown model": refused(lambda: client.models.generate_content(model="none", contents=HELLO)),
    "refused": refused(lambda: client.models.generate_content(model="lab/refuses", contents=HELLO)),
    "refused stream": refused(lambda: read_stream("lab/refuses")),
    "cut": refused(lambda: read_stream("lab/cut")),
}
print(json.dumps(answers))
