"""Signing in and out, and what a viewer may not do."""

from playwright.sync_api import expect

from browser.fake_state import usual


def signed_out():
    state = usual()
    state.role = None
    return state


def test_a_link_signs_in_and_leaves_no_trace(console):
    shown = console(signed_out(), "login=good")

    expect(shown.page.locator("h1")).to_have_text("Start")
    assert "login" not in shown.page.url


def test_a_used_link_says_what_to_do(console):
    shown = console(signed_out(), "login=used")

    expect(shown.page.get_by_role("alert")).to_contain_text("A link works once")
    expect(shown.page.locator("h1")).to_have_text("Sign in")
    assert shown.findings() == []


def test_the_admin_key_signs_in(console):
    page = console(signed_out()).page

    page.get_by_label("Admin or viewer key").fill("admin")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Start")
    expect(page.get_by_text("Administrator")).to_be_visible()


def test_a_wrong_key_is_refused_in_words(console):
    page = console(signed_out()).page

    page.get_by_label("Admin or viewer key").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid")


def test_a_viewer_sees_everything_and_changes_nothing(console):
    page = console(signed_out(), "keys").page

    page.get_by_label("Admin or viewer key").fill("viewer")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("cell", name="research")).to_be_visible()
    expect(page.get_by_role("button", name="Create a key")).to_have_count(0)
    expect(page.get_by_role("button", name="Change")).to_have_count(0)
    page.get_by_role("link", name="Upstreams", exact=True).click()
    expect(page.get_by_role("link", name="local", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Ask now")).to_have_count(0)


def test_signing_out_ends_the_session(console):
    shown = console("usual")

    shown.page.get_by_role("button", name="Sign out").click()
    expect(shown.page.locator("h1")).to_have_text("Sign in")
    assert shown.fake.state.role is None


def test_a_session_that_ended_elsewhere_leads_to_the_login(console):
    shown = console("usual", "upstreams")
    expect(shown.page.get_by_role("link", name="local", exact=True)).to_be_visible()

    shown.fake.state.role = None
    expect(shown.page.locator("h1")).to_have_text("Sign in")


def test_a_link_that_is_pasted_into_an_open_tab_signs_in(console):
    shown = console(signed_out())

    shown.page.evaluate("() => { location.hash = '#login=used'; }")
    expect(shown.page.get_by_role("alert")).to_contain_text("A link works once")
    shown.page.evaluate("() => { location.hash = '#login=good'; }")
    expect(shown.page.locator("h1")).to_have_text("Start")
    assert "login" not in shown.page.url


def test_a_link_that_is_cut_is_refused_in_words(console):
    shown = console(signed_out(), "login=%")

    expect(shown.page.get_by_role("alert")).to_contain_text("A link works once")


def test_the_key_of_the_tab_goes_with_its_session(console):
    shown = console("usual", "playground")
    page = shown.page
    kept = "() => sessionStorage.getItem('weir.key')"

    page.locator("#tab-key").fill("sk-of-somebody")
    assert page.evaluate(kept) == "sk-of-somebody"
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert page.evaluate(kept) is None


def test_the_key_of_the_tab_goes_when_the_session_ends(console):
    shown = console("usual", "playground")
    page = shown.page

    page.locator("#tab-key").fill("sk-of-somebody")
    shown.fake.state.role = None
    page.get_by_role("link", name="Upstreams", exact=True).click()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert page.evaluate("() => sessionStorage.getItem('weir.key')") is None
