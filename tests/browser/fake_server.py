"""A stand-in for the admin API with a chosen state: what a real server seldom has, such as 5,000 models or a lost upstream.

It serves the console's files as the build made them, with the policy of the real server. `python -m browser.fake_server ASSETS STATE`
runs it by hand. `test_fake.py` holds its answers against those of the real server.
"""

import http.client
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

from browser import fake_state
from support.process import KEY

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class Problem(Exception):
    def __init__(self, status, reason, detail, field=None):
        super().__init__(detail)
        self.body = {"type": "about:blank", "title": reason, "status": status, "reason": reason, "detail": detail, "field": field}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = None
    assets = None
    api = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer("GET")

    do_POST = do_PATCH = do_DELETE = lambda self: self.answer(self.command)

    def answer(self, method):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length)
        if url.path.startswith("/v1/"):
            return self.forward(sent)
        body = json.loads(sent or b"{}") if method in ("POST", "PATCH") else {}
        if not url.path.startswith("/admin/v1/"):
            return self.asset(url.path)
        path = urllib.parse.unquote(url.path[len("/admin/v1/") :])
        try:
            if path == "events":
                return self.events()
            status, answer = self.resource(method, path, query, body)
        except Problem as problem:
            status, answer = problem.body["status"], problem.body
        self.send(status, json.dumps(answer).encode() if answer is not None else b"", "application/json")

    def send(self, status, body, content_type, **fields):
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": len(body), **fields}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def forward(self, body):
        """Passes a call on to a real server, in pieces as they come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.api.public)
        fields = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
        connection.request(self.command, self.path, body, fields)
        answer = connection.getresponse()
        self.send_response(answer.status)
        for name in ("Content-Type", "Server-Timing"):
            if answer.getheader(name):
                self.send_header(name, answer.getheader(name))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while piece := answer.read1(65536):
                self.wfile.write(piece)
        except OSError:
            pass  # the page was closed
        connection.close()

    def asset(self, path):
        name = "console.html" if path in ("/", "/console/") else path.rpartition("/")[2]
        file = self.assets / name
        if not file.is_file():
            return self.send(404, b"", "text/plain")
        fields = {"Content_Security_Policy": POLICY} if file.suffix == ".html" else {}
        self.send(200, file.read_bytes(), TYPES[file.suffix], **fields)

    def session(self):
        role = self.state.role
        facts = {"role": role, "by": "cookie" if role else None, "version": "0.1.0", "tls": False, "login": ["link", "admin_key", "viewer_key"]}
        if role:
            facts |= {
                "expires_at": fake_state.at(-43200),
                "started_at": fake_state.at(86400),
                "api_url": "http://127.0.0.1:8080",
                "admin_url": "http://127.0.0.1:8081",
                "config_file": self.state.file,
                "ready": self.state.ready,
            }
        return facts

    def resource(self, method, path, query, body):
        state = self.state
        if path == "session":
            return self.change_session(method, body)
        if not state.role:
            raise Problem(401, "unauthorized", "Sign in.")
        if method != "GET" and state.role != "admin" and path != "config/check":
            raise Problem(403, "forbidden", "Your role may not change anything.")
        first, _, rest = path.partition("/")
        handler = getattr(self, f"{method.lower()}_{first}", None)
        if handler is None:
            raise Problem(404, "not_found", "There is no such route.")
        return handler(rest, query, body)

    def change_session(self, method, body):
        if method == "POST":
            if body.get("key") not in ("admin", "viewer") and body.get("link") != "good":
                raise Problem(401, "unauthorized", "The key or link is wrong.")
            self.state.role = "viewer" if body.get("key") == "viewer" else "admin"
            return 201, self.session()
        if method == "DELETE":
            self.state.role = None
            return 204, None
        return 200, self.session()

    def page(self, rows, query, default=100):
        start, limit = int(query.get("cursor", 0)), min(int(query.get("limit", default)), self.state.most_rows)
        following = start + limit
        return {"data": rows[start:following], "next": str(following) if following < len(rows) else None}

    def get_models(self, name, query, _):
        models = self.state.models
        if name:
            found = next((one for one in models if one["id"] == name), None)
            says = found and {"types": found["types"], "sub_types": found["sub_types"]}
            steps = [
                {"step": "config", "looked_at": "", "says": None, "rule": "", "decides": False},
                {"step": "upstream", "looked_at": "", "says": None, "rule": "", "decides": False},
                {"step": "rule", "looked_at": name, "says": says, "rule": "the name ends with -8b", "decides": True},
            ]
            upstreams = [{"upstream": one["upstream"], "model": one["model"], "says": says} for one in (found or {"routes": []})["routes"]]
            return 200, {"asked": name, "model": found, "upstreams": upstreams, "steps": steps}
        wanted = query.get("sub_type")
        rows = [one for one in models if (not wanted or wanted in one["sub_types"]) and query.get("status", one["status"]) == one["status"]]
        return 200, {**self.page(rows, query), "version": 1, "total": len(rows)}

    def get_upstreams(self, name, query, _):
        if not name:
            return 200, self.page(self.state.upstreams, query)
        found = next((one for one in self.state.upstreams if one["name"] == name), None)
        if not found:
            raise Problem(404, "not_found", "There is no such upstream.")
        routes = [
            {"model": one["id"], "id": one["id"], "status": one["status"], "reason": "ok", "breaker": found["breaker"]}
            for one in self.state.models
            if one["routes"][0]["upstream"] == name
        ]
        return 200, {**found, "routes": routes}

    def post_upstreams(self, rest, _, __):
        return 202, {"name": rest.partition("/")[0], "asked": True}

    def find_key(self, name):
        for one in self.state.keys:
            if one["id"] == name:
                return one
        raise Problem(404, "not_found", "There is no such key.")

    def get_keys(self, name, query, _):
        if name.endswith("/use"):
            return 200, {"data": self.find_key(name.removesuffix("/use"))["use"], "next": None}
        if name:
            return 200, {member: value for member, value in self.find_key(name).items() if member != "use"}
        wanted = query.get("state")
        rows = [
            one
            for one in self.state.keys
            if (one["state"] == wanted if wanted else one["state"] != "revoked") and query.get("q", "").lower() in one["name"].lower()
        ]
        return 200, self.page(rows, query)

    def post_keys(self, rest, _, body):
        if rest.endswith("/secrets"):
            return 201, {**self.find_key(rest.partition("/")[0]), "key": "sk-weir-ab" + "r" * 32}
        if any(one["name"] == body["name"] for one in self.state.keys):
            raise Problem(409, "already_exists", "A key with this name exists.", "name")
        made = fake_state.key(len(self.state.keys), body["name"])
        made["models"] = body.get("models", ["*"])
        made["limits"] |= body.get("limits", {})
        made["expires_at"] = body.get("expires_at")
        self.state.keys.insert(0, made)
        return 201, {**made, "key": KEY if self.api else "sk-weir-ab" + "n" * 32}

    def patch_keys(self, name, _, body):
        found = self.find_key(name)
        if self.headers.get("If-Match") != found["etag"]:
            raise Problem(412, "precondition_failed", "The key has changed since it was read; read it again.")
        if "disabled" in body:
            found["state"] = "disabled" if body["disabled"] else "active"
        found["limits"] |= body.get("limits", {})
        number, version = found["etag"].strip('"').split("-")
        found["etag"] = f'"{number}-{int(version) + 1}"'
        return 200, found

    def delete_keys(self, name, _, __):
        self.find_key(name)["state"] = "revoked"
        return 204, None

    def get_usage(self, _, query, __):
        days = (fake_state.NOW.date() - fake_state.datetime.date.fromisoformat(query["from"])).days + 1 if "from" in query else 30
        return 200, self.page(fake_state.usage(query.get("by", "day").split(","), max(1, min(days, 60)), self.state.load), query, 1000)

    def get_series(self, _, query, __):
        step, count = {"1s": (1, 300), "1m": (60, 1440), "1h": (3600, 168)}[query["step"]]
        return 200, {"step_seconds": step, "data": [fake_state.second(step * (count - place), self.state.load) for place in range(count)], "next": None}

    def get_calls(self, name, query, __):
        if name:
            found = next((one for one in self.state.calls if one["id"] == name), None)
            if not found:
                raise Problem(404, "not_found", "The call is no longer kept.")
            return 200, found
        outcome = query.get("outcome")
        rows = [
            one
            for one in self.state.calls
            if all(query.get(member, one[member]) == one[member] for member in ("key", "model", "upstream", "route"))
            and (not outcome or (outcome == "ok") == (one["reason"] == "ok"))
        ]
        return 200, {**self.page(rows, query), "kept": 10000}

    def get_config(self, *_):
        state = self.state
        return 200, {"file": state.file, "loaded_at": fake_state.at(60), "version": 1, "yaml": fake_state.YAML, "restart_needed": state.restart_needed, "warnings": state.warnings}

    def post_config(self, rest, _, body):
        if rest == "reload":
            return 200, {"reloaded": True, "problems": []}
        bad = "nonsense" in body["yaml"]
        problems = [{"line": 2, "setting": "server.nonsense", "message": "there is no such setting"}] if bad else []
        return 200, {"valid": not bad, "problems": problems, "restart_needed": []}

    def events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            while not self.server.closing.is_set():
                self.wfile.write(f"event: state\ndata: {json.dumps(self.live())}\n\n".encode())
                self.server.closing.wait(1)
        except OSError:
            pass  # the page was closed

    def live(self):
        state = self.state
        up = sum(one["reach"] == "up" for one in state.upstreams)
        return {
            "at": fake_state.at(0),
            "ready": state.ready,
            "catalogue_version": 1,
            "models": len(state.models),
            "upstreams": {"up": up, "other": len(state.upstreams) - up},
            "keys_version": len(state.keys),
            "config_version": 1,
            "in_flight": sum(one["in_flight"] for one in state.upstreams),
            "last_call": state.calls[0]["id"] if state.calls else "0",
            "series": fake_state.second(0, state.load),
        }


class Fake:
    """A running fake. `state` may be changed by a test; `url` is where the console is; `api`: a real server, for /v1/."""

    def __init__(self, assets, state, port=0, api=None):
        self.state = fake_state.STATES[state]() if isinstance(state, str) else state
        handler = type("Handler", (Handler,), {"state": self.state, "assets": pathlib.Path(assets), "api": api})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._server.closing = threading.Event()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()


if __name__ == "__main__":
    fake = Fake(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    print(fake.url, flush=True)
    while True:
        time.sleep(3600)
