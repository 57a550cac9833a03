"""The reader's own choices: language, colours, the keyboard instead of a mouse."""

from playwright.sync_api import expect


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_a_chosen_language_stays(console):
    shown = console("usual")

    shown.page.get_by_label("Language").select_option("zh")
    expect(shown.page.locator("h1")).to_have_text("概览")
    shown.page.reload()
    expect(shown.page.locator("h1")).to_have_text("概览")


def test_a_chosen_scheme_stays(console):
    shown = console("usual", scheme="light")
    light = background(shown.page)

    shown.page.get_by_label("Colours").select_option("dark")
    dark = background(shown.page)
    assert dark != light
    shown.page.reload()
    expect(shown.page.locator("h1")).to_be_visible()
    assert background(shown.page) == dark


def test_the_keyboard_alone_is_enough(console):
    page = console("usual").page

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.get_by_role("link", name="Models", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("h1")).to_have_text("Models")

    page.get_by_role("link", name="bge-m3", exact=True).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_back_leads_to_the_page_before(console):
    page = console("usual").page

    page.get_by_role("link", name="Calls", exact=True).click()
    expect(page.locator("h1")).to_have_text("Calls")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Start")
