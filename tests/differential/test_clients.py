"""The forms of clients in use are accepted, as these clients write them today."""

import asyncio
import http.server
import shutil
import subprocess
import threading

import aiohttp
import httpx
import openai
import pytest
import requests
import urllib3

from differential.readers import go_program, weir_forms
from support.node import place_script

MODEL = "lab/ear"
FILE = b"RIFF\r\n\xff"
FILE_NAMES = ("a.wav", "r\u00e9sum\u00e9 \u4e2d.wav", 'a "b" c.wav', "a;b, c.wav", "100%25 \\ a'b.wav")


class Recorder(http.server.BaseHTTPRequestHandler):
    """Keeps the Content-Type and the body of what is posted."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if self.headers.get("Expect"):
            self.send_response_only(100)
            self.end_headers()
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.forms.append((self.headers["Content-Type"].encode("latin-1"), body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"text":""}')

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def recorder():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.forms = []
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return {"node": place_script(tmp_path_factory, "send_form.mjs"), "go": go_program(tmp_path_factory.mktemp("go"))}


def by_requests(recorder, name, _):
    requests.post(recorder.url, data={"model": MODEL}, files={"file": (name, FILE, "audio/wav")}, timeout=30)


def by_requests_without_a_type(recorder, name, _):
    requests.post(recorder.url, files=[("model", (None, MODEL)), ("file", (name, FILE))], timeout=30)


def by_httpx(recorder, name, _):
    httpx.post(recorder.url, data={"model": MODEL}, files={"file": (name, FILE)})


def by_urllib3(recorder, name, _):
    urllib3.request("POST", recorder.url, fields={"model": MODEL, "file": (name, FILE, "audio/wav")})


def by_aiohttp(recorder, name, _):
    async def send():
        form = aiohttp.FormData()
        form.add_field("model", MODEL)
        form.add_field("file", FILE, filename=name, content_type="audio/wav")
        async with aiohttp.ClientSession() as session, session.post(recorder.url, data=form):
            pass

    asyncio.run(send())


def by_openai(recorder, name, _):
    with openai.OpenAI(base_url=recorder.url, api_key="none") as client:
        client.audio.transcriptions.create(model=MODEL, file=(name, FILE), timestamp_granularities=["word", "segment"])


def by_curl(recorder, name, _):
    if not shutil.which("curl"):
        pytest.skip("no curl on the PATH")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    fields = ["-F", f"model={MODEL}", "-F", f'file=@-;filename="{escaped}"']
    subprocess.run(["curl", "-sS", "-o", "/dev/null", *fields, recorder.url], input=FILE, check=True, timeout=30)


def by_node(recorder, name, programs):
    subprocess.run(["node", programs["node"], recorder.url, name], check=True, timeout=60)


def by_go(recorder, name, programs):
    if not programs["go"]:
        pytest.skip("no go on the PATH")
    done = subprocess.run([programs["go"], name], check=True, capture_output=True, text=True, timeout=60)
    recorder.forms.append(tuple(map(bytes.fromhex, done.stdout.split())))


@pytest.mark.parametrize("send", [by_requests, by_requests_without_a_type, by_httpx, by_urllib3, by_aiohttp, by_openai,
                                  by_curl, by_node, by_go])  # fmt: skip
def test_forms_of_clients_are_accepted(recorder, programs, send):
    for name in FILE_NAMES:
        recorder.forms.clear()
        send(recorder, name, programs)
        (form,) = recorder.forms
        (reading,) = weir_forms([form])
        assert reading == {b"model": MODEL.encode()}, form
