"""One Weir lists another through kind `siliconflow`, which asks once per sub type."""

import pytest

from support.eventually import eventually
from support.process import KEY

INNER = [
    {"id": "lab/neutral-1", "sub_types": ["reranker"], "owned_by": "lab", "created": 1700000000},
    {"id": "lab/neutral-2", "sub_types": ["embedding"]},
    {"id": "lab/neutral-3", "sub_types": ["text-to-image", "image-to-image"]},
    {"id": "lab/neutral-4", "sub_types": ["speech-to-text"]},
    {"id": "lab/neutral-5", "sub_types": ["text-to-video"]},
    {"id": "lab/neutral-6", "sub_types": ["chat"]},
]
IDS = [model["id"] for model in INNER]


@pytest.fixture
def pair(weir):
    inner = weir("inner", models=INNER)
    upstream = {"name": "inner", "kind": "siliconflow", "url": f"http://127.0.0.1:{inner.public}/v1", "api_key": KEY}
    outer = weir("outer", upstreams=[upstream], discovery={"refresh_interval": "1s"})
    eventually(lambda: outer.ids() == IDS)
    return inner, outer


def test_types_come_through_although_the_ids_say_nothing(pair):
    _, outer = pair
    for model in INNER:
        for sub_type in model["sub_types"]:
            assert outer.ids(f"?sub_type={sub_type}") == [model["id"]]


def test_rows_come_through_byte_for_byte(pair):
    inner, outer = pair
    assert outer.get("/v1/models").body == inner.get("/v1/models").body


def test_a_change_behind_reaches_the_front(pair):
    inner, outer = pair
    inner.write_config(models=[*INNER, {"id": "lab/neutral-7", "sub_types": ["reranker"]}])
    eventually(lambda: outer.ids("?sub_type=reranker") == ["lab/neutral-1", "lab/neutral-7"])
