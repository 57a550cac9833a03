"""Runs cases with one Python client and prints, as a line of JSON each, what its user would see.

Usage: see.py CLIENT, with {"root": URL without /v1, "cases": [{"name", "do", "model", "key"}]} on standard input.
Runs in the environment of the client, so it needs nothing but the client. Every setting that the client
has a default for keeps it, retries above all.
"""

import concurrent.futures
import json
import os
import sys

HELLO = [{"role": "user", "content": "Where does the river go?"}]
LOOK = "Looks at a place."
PLACE = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
TOOL = {"type": "function", "function": {"name": "look", "description": LOOK, "parameters": PLACE}}


def look(arguments):
    """The tool, as the client's user wrote it."""
    return f"a weir at the {json.loads(arguments)['place']}"


class OpenAI:
    def __init__(self, root, key):
        import openai

        self.client = openai.OpenAI(base_url=f"{root}/v1", api_key=key)

    def list(self, _):
        return " ".join(model.id for model in self.client.models.list())

    def chat(self, model):
        return self.client.chat.completions.create(model=model, messages=HELLO).choices[0].message.content

    def stream(self, model):
        chunks = self.client.chat.completions.create(model=model, messages=HELLO, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    def responses(self, model):
        return self.client.responses.create(model=model, input=HELLO[0]["content"]).output_text

    def response_stream(self, model):
        events = self.client.responses.create(model=model, input=HELLO[0]["content"], stream=True)
        return "".join(event.delta for event in events if event.type == "response.output_text.delta")

    def tools(self, model):
        ask = {"model": model, "tools": [TOOL]}
        said = self.client.chat.completions.create(messages=HELLO, **ask).choices[0].message
        call = said.tool_calls[0]
        result = {"role": "tool", "tool_call_id": call.id, "content": look(call.function.arguments)}
        turns = [*HELLO, said.model_dump(exclude_none=True), result]
        return self.client.chat.completions.create(messages=turns, **ask).choices[0].message.content

    def cancel(self, model):
        with self.client.chat.completions.create(model=model, messages=HELLO, stream=True) as chunks:
            return next(chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content)


class Anthropic:
    def __init__(self, root, key):
        import anthropic

        self.client = anthropic.Anthropic(base_url=root, api_key=key)

    def list(self, _):
        return " ".join(model.id for model in self.client.models.list())

    def chat(self, model):
        return self.client.messages.create(model=model, max_tokens=100, messages=HELLO).content[0].text

    def stream(self, model):
        with self.client.messages.stream(model=model, max_tokens=100, messages=HELLO) as stream:
            return "".join(stream.text_stream)

    def tools(self, model):
        tool = {"name": "look", "description": LOOK, "input_schema": PLACE}
        ask = {"model": model, "max_tokens": 100, "tools": [tool]}
        said = self.client.messages.create(messages=HELLO, **ask)
        call = next(block for block in said.content if block.type == "tool_use")
        result = {"type": "tool_result", "tool_use_id": call.id, "content": look(json.dumps(call.input))}
        turns = [*HELLO, {"role": "assistant", "content": said.content}, {"role": "user", "content": [result]}]
        return self.client.messages.create(messages=turns, **ask).content[0].text

    def cancel(self, model):
        with self.client.messages.stream(model=model, max_tokens=100, messages=HELLO) as stream:
            return next(iter(stream.text_stream))


class LangChain:
    def __init__(self, root, key):
        from langchain_openai import ChatOpenAI

        self.make = lambda model: ChatOpenAI(model=model, base_url=f"{root}/v1", api_key=key)

    def chat(self, model):
        return self.make(model).invoke("Where does the river go?").content

    def stream(self, model):
        return "".join(piece.content for piece in self.make(model).stream("Where does the river go?"))

    def tools(self, model):
        from langchain_core.messages import HumanMessage, ToolMessage

        chat = self.make(model).bind_tools([TOOL])
        turns = [HumanMessage("Where does the river go?")]
        turns.append(chat.invoke(turns))
        call = turns[-1].tool_calls[0]
        turns.append(ToolMessage(look(json.dumps(call["args"])), tool_call_id=call["id"]))
        return chat.invoke(turns).content

    def cancel(self, model):
        pieces = self.make(model).stream("Where does the river go?")
        first = next(piece.content for piece in pieces if piece.content)
        pieces.close()
        return first


class LiteLLM:
    def __init__(self, root, key):
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # nothing is fetched from outside
        import litellm

        litellm.suppress_debug_info = True
        self.ask = lambda model, turns, **more: litellm.completion(
            f"openai/{model}", messages=turns, api_base=f"{root}/v1", api_key=key, **more
        )

    def chat(self, model):
        return self.ask(model, HELLO).choices[0].message.content

    def stream(self, model):
        return "".join(chunk.choices[0].delta.content or "" for chunk in self.ask(model, HELLO, stream=True))

    def tools(self, model):
        said = self.ask(model, HELLO, tools=[TOOL]).choices[0].message
        call = said.tool_calls[0]
        result = {"role": "tool", "tool_call_id": call.id, "content": look(call.function.arguments)}
        return self.ask(model, [*HELLO, said, result], tools=[TOOL]).choices[0].message.content

    def cancel(self, model):
        chunks = self.ask(model, HELLO, stream=True)
        first = next(chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content)
        chunks.completion_stream.close()
        return first


CLIENTS = {"openai": OpenAI, "anthropic": Anthropic, "langchain": LangChain, "litellm": LiteLLM}


def see(client, root, case):
    try:
        seen = {"ok": getattr(client(root, case["key"]), case["do"])(case["model"])}
    except Exception as error:  # noqa: BLE001: whatever the client raises is what its user sees
        seen = {"error": type(error).__name__, "shown": str(error)}
    return {"case": case["name"], **seen}


def main():
    client = CLIENTS[sys.argv[1]]
    asked = json.load(sys.stdin)
    with concurrent.futures.ThreadPoolExecutor(len(asked["cases"])) as pool:
        for seen in pool.map(lambda case: see(client, asked["root"], case), asked["cases"]):
            print(json.dumps(seen))


if __name__ == "__main__":
    main()
