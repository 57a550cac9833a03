"""One session with the real server: from the link that it prints to the time of a call."""

import re

import pytest
from playwright.sync_api import expect

from support.demo import demo


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("weir")) as running:
        yield running


def test_from_the_link_to_an_answer(read, server):
    link = (server.directory / "weir.db.login").read_text().strip()
    shown = read(link.partition("/#")[0])
    page = shown.page
    page.goto(link)
    expect(page.locator("#main h1")).to_have_text("Start")

    shown.open("models")
    expect(page.get_by_role("link", name="demo/embedding")).to_be_visible()

    shown.open("keys")
    page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("tablet")
    dialog.get_by_role("button", name="Create a key").click()
    expect(dialog.locator("pre")).to_contain_text("sk-")
    dialog.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("row", name=re.compile("tablet"))).to_be_visible()

    shown.open("playground?sub_type=chat&model=demo/chat")
    page.locator("form.panel button.primary").click()
    expect(page.locator(".turn.assistant .says")).to_contain_text("simulator")
    expect(page.locator(".result-facts")).to_be_visible()

    shown.open("calls")
    row = page.locator("tbody tr").filter(has_text="demo/chat").first
    expect(row).to_contain_text(re.compile(r"\d+ ms|[\d.]+ s\b"))
    row.get_by_role("button").first.click()
    expect(page.get_by_role("dialog").locator(".facts").last).not_to_contain_text("–")
