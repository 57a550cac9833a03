"""A Weir in front of nothing but its built-in engine: what a newcomer starts."""

import contextlib

from support.eventually import eventually
from support.process import Weir

SUB_TYPES = (
    "chat",
    "embedding",
    "reranker",
    "text-to-image",
    "image-to-image",
    "speech-to-text",
    "text-to-speech",
    "text-to-video",
    "image-to-video",
)


# For servers that are called before the engine was asked for its list: declared, and at once.
MODELS = [{"id": "demo/chat", "sub_types": ["chat"], "upstreams": [{"name": "demo"}]}]
SIMULATOR = {
    "upstreams": [{"name": "demo", "kind": "simulator"}],
    "simulator": {"first_token": "0s", "token": "0s"},
}


@contextlib.contextmanager
def demo(folder, **sections):
    """A running server that serves demo/… models of every sub type."""
    server = Weir(folder, upstreams=[{"name": "demo", "kind": "simulator"}], **sections)
    try:
        eventually(lambda: {f"demo/{sub_type}" for sub_type in SUB_TYPES} <= set(server.ids()), what="demo models")
        yield server
    finally:
        server.stop()


def base_url(server):
    return f"http://127.0.0.1:{server.public}/v1"
