"""The recorded conversation of each client is answered as it was when it was recorded: status and shape.

`scripts/test record` records them anew, with the versions that are pinned: the difference is what a new release sends.
"""

import json
import pathlib

import pytest

from clients.test_client_table import CLIENTS
from support.client_table import situations
from support.recording import replay

RECORDED = pathlib.Path(__file__).parent / "recorded"
FILES = sorted(RECORDED.glob("*.json"))


def test_every_client_of_the_table_is_recorded():
    assert {json.loads(file.read_text())["client"] for file in FILES} == set(CLIENTS)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_conversation_is_answered_as_before(tmp_path, file):
    exchanges = json.loads(file.read_text())["exchanges"]
    with situations(tmp_path) as server:
        for exchange in exchanges:
            request = exchange["request"]
            assert replay(server.public, request) == exchange["answer"], (request["method"], request["target"])
