"""The pages for people on the public listener: the one at `/`, and the reference at `/docs`."""

import gzip
import html.parser
import json
import urllib.request

import pytest

from support.process import KEY
from support.wire import Wire, request

BROWSER = [("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
CHINESE = [("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")]
CODINGS = ("gzip", "br", "zstd")


def ask(server, target="/", headers=(), host=None):
    """A GET without a key, under this name of the server; usually its address."""
    lines = [f"GET {target} HTTP/1.1", f"Host: {host or f'127.0.0.1:{server.public}'}"]
    lines += [f"{name}: {value}" for name, value in headers]
    with Wire(server.public) as wire:
        wire.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        return wire.receive()


class Page(html.parser.HTMLParser):
    """A page's tags, checked to be closed in order, and its links, ids and text."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self, body):
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.words = [], [], set(), [], []
        self.attributes = set()
        self.feed(body.decode())
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.add(value)
            if name in ("href", "src"):
                self.links.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def text(self):
        return "".join(self.words)


def loads_nothing(reply):
    policy = reply.header("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    page = Page(reply.body)
    assert not {"script", "img", "iframe", "form", "object", "embed"} & set(page.tags)
    assert not {"style", "onclick", "onload"} & page.attributes
    assert all(link.startswith(("/", "#", "data:", "http://127.0.0.1:")) for link in page.links)
    return page


@pytest.fixture
def server(weir):
    return weir(models=[{"id": "secret/model", "sub_types": ["chat"]}])


def test_a_terminal_gets_a_few_lines_with_its_own_address(server):
    reply = ask(server, "/", [("Accept", "*/*")])
    assert (reply.status, reply.header("Content-Type")) == (200, "text/plain; charset=utf-8")
    text = reply.body.decode()
    assert f'curl "http://127.0.0.1:{server.public}/v1/models" -H' in text
    assert f"http://127.0.0.1:{server.admin}/admin/upstreams" in text
    assert "/docs" in text and len(text.splitlines()) < 40


def test_the_link_to_the_operators_page_leads_to_one(server):
    link, = (link for link in loads_nothing(ask(server, "/", BROWSER)).links if link.startswith("http://"))  # fmt: skip
    with urllib.request.urlopen(link) as answer:
        assert answer.status == 200


def test_a_browser_gets_a_page_in_its_language(server):
    reply = ask(server, "/", BROWSER)
    assert reply.header("Content-Type") == "text/html; charset=utf-8"
    page = loads_nothing(reply)
    assert f'base_url="http://127.0.0.1:{server.public}/v1"' in page.text()
    assert {"/docs", "/openapi.yaml"} <= set(page.links)
    chinese = loads_nothing(server.get("/", BROWSER + CHINESE, key=None))
    assert "密钥" in chinese.text() and "密钥" not in page.text()
    assert "密钥" in server.get("/", CHINESE, key=None).body.decode()


@pytest.mark.parametrize("key", [None, KEY])
def test_the_pages_tell_nothing_about_the_server(server, key):
    for target in ("/", "/docs"):
        body = server.get(target, BROWSER, key=key).body
        assert b"secret" not in body and KEY.encode() not in body


def test_a_page_repeats_no_address_that_a_shell_would_run(server):
    for host in ("a;reboot;.example", "$(reboot).example", "a'b.example"):
        reply = ask(server, host=host)
        assert (reply.status, host.encode() in reply.body) == (200, False)
        assert b"http://ADDRESS/v1" in reply.body


def test_the_pages_have_tags_and_need_not_be_sent_again(server):
    for target, headers in (("/", []), ("/", BROWSER), ("/docs", [])):
        first = server.get(target, headers, key=None)
        assert first.status == 200
        again = server.get(target, [*headers, ("If-None-Match", first.header("ETag"))], key=None)
        assert (again.status, again.body) == (304, b"")
        only_head = server.request("HEAD", target, headers, None)
        assert (only_head.status, only_head.body) == (200, b"")
        assert only_head.header("Content-Length") == str(len(first.body))


def test_the_reference_is_read_without_scripts(server):
    reply = server.get("/docs", key=None)
    page = loads_nothing(reply)
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= page.ids
    for word in ("/v1/models", "/v1/chat/completions", "/v1beta/models", "/api/chat", "sub_type", "curl"):
        assert word in page.text()


def test_the_reference_is_compressed(server):
    plain = server.get("/docs", key=None)
    sizes = {}
    for coding in CODINGS:
        reply = server.get("/docs", [("Accept-Encoding", coding)], key=None)
        assert reply.header("Content-Encoding") == coding
        assert reply.header("ETag") != plain.header("ETag")
        sizes[coding] = len(reply.body)
        if coding == "gzip":
            assert gzip.decompress(reply.body) == plain.body
    assert max(sizes.values()) < len(plain.body) / 5


def test_a_call_to_the_page_is_told_where_calls_go(server):
    reply = request(server.public, "POST", "/", [("Content-Length", "0")], KEY)
    assert reply.status == 405
    assert "/v1" in json.loads(reply.body)["error"]["message"]


def test_with_the_contracts_errors_there_are_no_pages(weir):
    server = weir(server={"errors": "contract"})
    for target in ("/", "/docs"):
        for headers in ([], BROWSER):
            reply = server.get(target, headers)
            assert (reply.status, json.loads(reply.body)) == (404, "404 page not found")


def test_no_page_shows_the_admin_address_to_others(server):
    for headers, host in (([("X-Forwarded-For", "192.0.2.1")], None), ([], "weir.example"), ([], "localhost.weir.example")):
        reply = ask(server, headers=headers, host=host)
        assert (reply.status, str(server.admin).encode() in reply.body) == (200, False)
