"""A form or a JSON body that two readers would read differently is refused; what clients send is not.

Weir forwards the client's bytes: if the server behind it found another model in them than Weir did, a key
would call what it may not.
"""

import pytest

from support.caller import Caller, chat_body, multipart, post, post_head
from support.engine import Engine
from support.process import KEY
from support.wire import head

TRANSCRIPTIONS = "/v1/audio/transcriptions"
ALLOWED, HIDDEN, ALIAS = "lab/ear", "lab/secret-ear", "lab/an-alias-of-ear"
FILE = b"RIFF" + bytes(range(256)) * 8


@pytest.fixture
def engine():
    with Engine(ALLOWED, HIDDEN, "lab/chat") as engine:
        yield engine


@pytest.fixture
def server(weir, engine):
    return weir(
        upstreams=[{"name": "gpu", "url": engine.url}],
        models=[
            {"id": ALLOWED, "sub_types": ["speech-to-text"], "upstreams": [{"name": "gpu"}]},
            {"id": HIDDEN, "sub_types": ["speech-to-text"], "upstreams": [{"name": "gpu"}]},
            {"id": "lab/chat", "sub_types": ["chat"], "upstreams": [{"name": "gpu"}]},
            {"id": ALIAS, "sub_types": ["speech-to-text"], "upstreams": [{"name": "gpu", "model": ALLOWED}]},
        ],
        keys=[{"name": "test", "key": KEY, "models": [ALLOWED, ALIAS, "lab/chat"]}],
    )


def part(headers, content):
    return headers.encode("latin-1") + b"\r\n\r\n" + (content if isinstance(content, bytes) else content.encode())


def named(name, content, more=""):
    return part(f'Content-Disposition: form-data; name="{name}"{more}', content)


def form(*parts, boundary=b"X", before=b"", between=b"\r\n", after=b"\r\n", close=b"--"):
    body = before
    for one in parts:
        body += b"--" + boundary + between + one + b"\r\n"
    return body + b"--" + boundary + close + after


MODEL = named("model", ALLOWED)
OTHER = named("model", HIDDEN)
AUDIO = named("file", FILE, '; filename="a.wav"\r\nContent-Type: audio/wav')

TWO_WAYS = {
    # The four that were forwarded.
    "a second model with filename*": form(MODEL, named("model", HIDDEN, "; filename*=utf-8''a")),
    "parts after a delimiter with trailing dashes": form(MODEL, AUDIO)[:-2] + b"--\r\n" + form(OTHER),
    "a first line with two dashes more": b"--" + form(OTHER) + form(MODEL, AUDIO),
    "a part without headers": form(b"\r\nx", MODEL, AUDIO),
    # Their relatives.
    "parts after the last delimiter": form(MODEL, AUDIO) + form(OTHER),
    "an epilogue": form(MODEL, AUDIO, after=b"\r\nepilogue"),
    "a preamble": form(MODEL, AUDIO, before=b"preamble\r\n"),
    "a blank behind a delimiter": form(MODEL, AUDIO, between=b" \r\n"),
    "LF behind a delimiter": form(MODEL, AUDIO, between=b"\n"),
    "LF before a delimiter": form(MODEL).replace(b"\r\n--X--", b"\n--X\r\n") + OTHER + b"\r\n--X--\r\n",
    "a delimiter right behind the headers": form(MODEL, named("x", "--X\r\n" + OTHER.decode())),
    "no last delimiter": form(MODEL, AUDIO)[: -len(b"--\r\n")],
    "two models": form(MODEL, OTHER),
    "two models, one without quotes": form(MODEL, part("Content-Disposition: form-data; name=model", HIDDEN)),
    "two models, one in capitals": form(MODEL, named("MODEL", HIDDEN)),
    "two models, one a list": form(MODEL, named("model[]", HIDDEN)),
    "two models, one a file": form(MODEL, named("model", HIDDEN, '; filename="a"')),
    "two names": form(MODEL, named("x", HIDDEN, "; name=model")),
    "name*": form(MODEL, part("Content-Disposition: form-data; name*=utf-8''model", HIDDEN)),
    "name and name*": form(MODEL, named("x", HIDDEN, "; name*=utf-8''model")),
    "name*0": form(MODEL, part("Content-Disposition: form-data; name*0=mod; name*1=el", HIDDEN)),
    "an escape in a name": form(MODEL, named("mod\\el", HIDDEN)),
    "a percent sign in a name": form(MODEL, named("mod%65l", HIDDEN)),
    "a parameter within quotes": form(MODEL, named("x; name=model", HIDDEN)),
    "a parameter within a file's name": form(MODEL, named("x", HIDDEN, '; filename="a; name=model"')),
    "another disposition": form(MODEL, part('Content-Disposition: attachment; name="model"', HIDDEN)),
    "no name": form(MODEL, part("Content-Disposition: form-data", HIDDEN)),
    "no disposition": form(MODEL, part("Content-Type: text/plain", HIDDEN)),
    "two dispositions": form(
        MODEL, part('Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="model"', HIDDEN)
    ),
    "a folded header": form(MODEL, part('Content-Disposition: form-data;\r\n name="model"', HIDDEN)),
    "a header that ends with LF": form(MODEL, part('Content-Disposition: form-data; name="x"\nX: y', HIDDEN)),
    "a header without a colon": form(MODEL, part('Content-Disposition: form-data; name="x"\r\nname', HIDDEN)),
    "a NUL in a header": form(MODEL, part('Content-Disposition: form-data; name="x\0"', HIDDEN)),
    "an encoding": form(named("model", "bGFiL2Vhcg==", "\r\nContent-Transfer-Encoding: base64")),
    "another character set": form(named("model", ALLOWED, "\r\nContent-Type: text/plain; charset=utf-7")),
    "_charset_": form(MODEL, named("_charset_", "utf-7")),
    "a field as bytes": form(MODEL, named("prompt", "x", "\r\nContent-Type: application/octet-stream")),
    "a field that is not UTF-8": form(MODEL, named("prompt", b"caf\xe9")),
    "parts within a part": form(MODEL, named("x", "y", "\r\nContent-Type: multipart/mixed; boundary=Y")),
}  # fmt: skip

TYPES = {
    "two boundaries": "multipart/form-data; boundary=Y; boundary=X",
    "a boundary within quotes": 'multipart/form-data; x="; boundary=Y"; boundary=X',
    "boundary*": "multipart/form-data; boundary=X; boundary*=utf-8''Y",
    "a blank in the boundary": 'multipart/form-data; boundary="X "',
    "single quotes": "multipart/form-data; boundary='X'",
    "a boundary that is too long": "multipart/form-data; boundary=" + "X" * 71,
    "another character set": "multipart/form-data; charset=utf-16; boundary=X",
    "two types in one field": "multipart/form-data; boundary=X, multipart/form-data; boundary=Y",
    "another multipart": "multipart/mixed; boundary=X",
}


def is_refused(ending, engine):
    assert (ending.status, ending.json()["code"]) == (400, 20015), ending.body
    assert [made for made in engine.calls if made.whole.is_set()] == []


@pytest.mark.parametrize("body", TWO_WAYS.values(), ids=TWO_WAYS)
def test_a_form_that_is_read_in_two_ways_is_refused(server, engine, body):
    is_refused(post(server.public, TRANSCRIPTIONS, body, content_type="multipart/form-data; boundary=X"), engine)


@pytest.mark.parametrize("content_type", TYPES.values(), ids=TYPES)
def test_a_content_type_that_is_read_in_two_ways_is_refused(server, engine, content_type):
    is_refused(post(server.public, TRANSCRIPTIONS, form(MODEL, AUDIO), content_type=content_type), engine)


@pytest.mark.parametrize("target", [TRANSCRIPTIONS, "/v1/chat/completions"])
def test_two_content_types_are_refused(server, engine, target):
    is_form = target == TRANSCRIPTIONS
    body = form(MODEL, AUDIO) if is_form else chat_body("lab/chat")
    types = ["multipart/form-data; boundary=X", "multipart/form-data; boundary=Y"] if is_form else [
        "application/json", "application/x-www-form-urlencoded"]  # fmt: skip
    with Caller(server.public) as caller:
        fields = [*(("Content-Type", value) for value in types), ("Content-Length", str(len(body)))]
        caller.send(head("POST", target, fields, KEY) + body)
        is_refused(caller.ending(), engine)


def test_what_comes_after_a_large_file_is_read_as_strictly(server, engine):
    """The upload is under way when its end turns out to name another model: the upstream never gets the end."""
    large = named("file", bytes(2 << 20), '; filename="a.wav"')
    for last in (OTHER, named("model", HIDDEN, "; filename*=utf-8''a"), b"\r\nx"):
        ending = post(server.public, TRANSCRIPTIONS, form(MODEL, large, last), content_type="multipart/form-data; boundary=X")
        is_refused(ending, engine)
    unended = form(MODEL, large)[: -len(b"--\r\n")]
    is_refused(post(server.public, TRANSCRIPTIONS, unended, content_type="multipart/form-data; boundary=X"), engine)


# Forms as clients send them, byte for byte.

CLIENTS = {
    "curl": ("------------------------d74496d66958873e", [MODEL, AUDIO], b"\r\n"),
    "curl, a name with quotes": ("----X", [MODEL, named("file", FILE, '; filename="a%22b.wav"\r\nContent-Type: audio/wav')], b"\r\n"),
    "curl before 7.81, and Go": ("X", [MODEL, named("file", FILE, '; filename="a\\"b.wav"\r\nContent-Type: audio/wav')], b"\r\n"),
    "requests": ("5f1c3a0f3b5c4d1e8a7b6c5d4e3f2a1b", [MODEL, named("file", FILE, '; filename="a.wav"')], b"\r\n"),
    "httpx and the OpenAI SDK": ("0123456789abcdef", [MODEL, named("timestamp_granularities[]", "word"),
        named("timestamp_granularities[]", "segment"), AUDIO], b"\r\n"),
    "UTF-8 in a file's name": ("X", [MODEL, named("file", FILE, '; filename="r\u00c3\u00a9sum\u00c3\u00a9.wav"')], b"\r\n"),
    "undici": ("----formdata-undici-012345678901", [MODEL, named("file", FILE, '; filename="blob"\r\nContent-Type: audio/wav')], b"\r\n\r\n"),
    "no CRLF at the end": ("X", [MODEL, AUDIO], b""),
    "aiohttp": ("c0ffee", [part('Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="model"', ALLOWED),
        AUDIO], b"\r\n"),
    "OkHttp": ("b8b0", [named("model", ALLOWED, f"\r\nContent-Length: {len(ALLOWED)}"), AUDIO], b"\r\n"),
    ".NET": ("8f2a", [part("Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=model", ALLOWED),
        part("Content-Disposition: form-data; name=file; filename=a.wav; filename*=utf-8''a.wav", FILE)], b"\r\n"),
    "Apache HttpClient": ("X-_", [named("model", ALLOWED,
        "\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit"), AUDIO], b"\r\n"),
}  # fmt: skip


@pytest.mark.parametrize(("boundary", "parts", "after"), CLIENTS.values(), ids=CLIENTS)
def test_forms_of_clients_are_forwarded_as_they_are(server, engine, boundary, parts, after):
    body = form(*parts, boundary=boundary.encode(), after=after)
    for value in (boundary, f'"{boundary}"'):
        ending = post(server.public, TRANSCRIPTIONS, body, content_type=f"multipart/form-data; boundary={value}")
        assert ending.status == 200, ending.body
        assert engine.calls[-1].body == body


def test_the_length_of_a_renamed_model_is_renamed_too(server, engine):
    """Some readers go by the Content-Length of a part; the next Weir holds it against the part."""

    def body(model):
        return form(named("model", model, f"\r\nContent-Length: {len(model)}"), AUDIO)

    ending = post(server.public, TRANSCRIPTIONS, body(ALIAS), content_type="multipart/form-data; boundary=X")
    assert ending.status == 200
    assert engine.calls[-1].body == body(ALLOWED)


# JSON.

BAD_JSON = {
    "a lone surrogate": (rb'{"model":"lab/chat","x":"\ud83d"}', 31),
    "a bad escape": (rb'{"model":"lab/chat","x":"\x"}', 26),
    "not UTF-8": (b'{"model":"lab/chat","x":"caf\xe9"}', 29),
    "a control character": (b'{"model":"lab/chat","x":"a\nb"}', 26),
    "NaN": (b'{"model":"lab/chat","x":NaN}', 24),
    "a leading zero": (b'{"model":"lab/chat","x":01}', 25),
    "a literal that is none": (b'{"model":"lab/chat","x":tru}', 27),
    "a comment": (b'{"model":"lab/chat"/**/}', 19),
    "single quotes": (b"{\"model\":\"lab/chat\",'x':1}", 20),
    "a comma too many": (b'{"model":"lab/chat",}', 20),
    "a second object": (b'{"model":"lab/chat"}{"model":"lab/hidden"}', 20),
}


@pytest.mark.parametrize(("body", "place"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_refused_with_its_place(server, engine, body, place):
    ending = post(server.public, "/v1/chat/completions", body)
    is_refused(ending, engine)
    assert f"offset {place}" in ending.json()["message"]


@pytest.mark.parametrize("body", [b'{"MODEL":"lab/chat"}', b'\xef\xbb\xbf{"model":"lab/chat"}', b'{"model":"lab/chat","Stream":true}',
                                  '{"model":"lab/chat"}'.encode("utf-16")], ids=["capitals", "BOM", "Stream", "UTF-16"])  # fmt: skip
def test_json_that_not_all_understand_is_refused(server, engine, body):
    is_refused(post(server.public, "/v1/chat/completions", body), engine)


def test_a_file_of_dashes_is_no_delimiter(server, engine):
    """Looking for a boundary of dashes in it once took 50 times as long: codec/multipart_bench has the figures."""
    body = form(MODEL, named("file", b"x" + b"-" * (4 << 20), '; filename="a.wav"'), boundary=b"-" * 70)
    ending = post(server.public, TRANSCRIPTIONS, body, content_type="multipart/form-data; boundary=" + "-" * 70)
    assert ending.status == 200
    assert engine.calls[-1].body == body
