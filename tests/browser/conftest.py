"""A real browser, Debian's chromium, in front of the console."""

import contextlib
import os
import pathlib
import re
import shutil

import axe_playwright_python
import pytest
from playwright.sync_api import expect, sync_playwright

from browser.fake_server import Fake
from support.eventually import DEADLINE_S
from support.process import BINARY

AXE = pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js"
# As the build left them. Brotli is what browsers accept from this machine and over TLS.
ASSETS = BINARY.parent / "src/console"
expect.set_options(timeout=DEADLINE_S * 1000)
NAMES = ("console.html", "console.js", "console.css", "icon.svg", "uplot.js")
READERS = {"english, light": ("en-GB", "light"), "chinese, dark": ("zh-CN", "dark")}


@pytest.fixture(scope="session")
def assets(tmp_path_factory):
    """A folder with the console's files."""
    folder = tmp_path_factory.mktemp("console")
    web = pathlib.Path(__file__).resolve().parents[2] / "web/src"
    for name in NAMES:
        made = ASSETS / name
        shutil.copy(made if made.exists() else web / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        # No sandbox: tests may run as root, and show pages of their own only.
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("WEIR_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            timeout=DEADLINE_S * 1000,
        )
        yield browser
        browser.close()


class Reader:
    """One person's browser window. Whatever the page complains about is kept in `messages`."""

    def __init__(self, page, url):
        self.page = page
        self.url = url
        self.messages = []
        self.requests = []
        page.set_default_timeout(DEADLINE_S * 1000)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.messages.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))

    def _on_console(self, message):
        # The browser itself reports each answer that is no success; the page shows those to its reader.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.messages.append(f"{message.type}: {message.text}")

    def open(self, page="start"):
        self.page.goto(f"{self.url}/#{page}")
        # The screen that is shown until the session is known has a heading as well.
        self.page.locator("#main h1, .login h1").wait_for()
        return self.page

    def choose(self, text):
        """Clicks one of the choices of which all are visible; it may have a number behind it."""
        self.page.locator(".segments label").filter(has_text=re.compile(rf"^{re.escape(text)}\d*$")).click()

    def findings(self):
        """Violations that axe-core finds. The policy of the page keeps scripts out, so it runs through the debugger."""
        self.page.evaluate(AXE.read_text())
        result = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}" for one in result["violations"] for node in one["nodes"]
        ]


@pytest.fixture
def read(chromium):
    """read(url, …) opens a window; at the end no page may have complained."""
    with contextlib.ExitStack() as stack:
        readers = []

        def start(url, locale="en-GB", scheme="light", width=1280, height=800, **options):
            context = chromium.new_context(
                locale=locale, color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
            )
            stack.callback(context.close)
            readers.append(Reader(context.new_page(), url))
            return readers[-1]

        yield start
        for reader in readers:
            assert reader.messages == []


@pytest.fixture
def console(read, assets):
    """console(state, page, …) opens a page of a fake server in that state; `.fake` is the server."""
    with contextlib.ExitStack() as stack:

        def start(state="usual", page="start", api=None, **options):
            fake = Fake(assets, state, api=api)
            stack.callback(fake.stop)
            reader = read(fake.url, **options)
            reader.fake = fake
            reader.open(page)
            return reader

        yield start
