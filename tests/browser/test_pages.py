"""Every page in every state, in both languages and colour schemes: it shows what it should, and nothing is wrong with it."""

import pytest
from playwright.sync_api import expect

from browser.conftest import READERS
from browser.fake_state import STATES

TITLES = {
    "start": ("Start", "概览"),
    "models": ("Models", "模型"),
    "upstreams": ("Upstreams", "上游"),
    "keys": ("Keys", "密钥"),
    "usage": ("Usage", "用量"),
    "calls": ("Calls", "调用"),
    "playground": ("Playground", "试用"),
    "config": ("Config", "配置"),
}
# The last that each page shows: when it is there, nothing is still being loaded.
SETTLED = {"usage": "figure canvas"}


def settle(page, name):
    expect(page.get_by_text("Loading…").or_(page.get_by_text("正在加载…"))).to_have_count(0)
    if name in SETTLED:
        expect(page.locator(SETTLED[name])).to_have_count(4)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", TITLES)
def test_a_page_is_complete_and_accessible(console, name, reader):
    locale, scheme = READERS[reader]
    shown = console("usual", name, locale=locale, scheme=scheme)
    settle(shown.page, name)

    expect(shown.page.locator("h1")).to_have_text(TITLES[name][locale == "zh-CN"])
    assert shown.page.evaluate("document.documentElement.lang") == ("zh-CN" if locale == "zh-CN" else "en")
    assert shown.findings() == []


@pytest.mark.parametrize("state", [state for state in STATES if state != "usual"])
@pytest.mark.parametrize("name", TITLES)
def test_a_page_bears_nothing_and_a_crowd(console, name, state):
    shown = console(state, name)
    settle(shown.page, name)

    expect(shown.page.locator("h1")).to_have_text(TITLES[name][0])
    assert shown.findings() == []


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", TITLES)
def test_nothing_is_cut_off_at_the_side(console, name, width):
    shown = console("crowded", name, width=width)
    settle(shown.page, name)

    assert shown.page.evaluate("document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth") <= 0


def test_an_unknown_page_leads_back(console):
    shown = console("usual", "nonsense")

    shown.page.get_by_role("link", name="Go to Start").click()
    expect(shown.page.locator("h1")).to_have_text("Start")
