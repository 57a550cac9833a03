"""Models, upstreams and calls: found, filtered and explained."""

import re

from playwright.sync_api import expect


def ids(page):
    return page.locator(".row a").all_inner_texts()


def test_a_sub_type_is_one_click(console):
    shown = console("usual", "models")
    page = shown.page

    shown.choose("embedding")
    expect(page.locator(".row a")).to_have_text(["bge-m3"])
    assert "sub_type=embedding" in page.url


def test_search_and_sorting(console):
    page = console("usual", "models").page

    page.get_by_label("Search models").fill("QWEN3")
    expect(page.locator(".row a")).to_have_text(["qwen3-32b", "qwen3-8b"])
    page.get_by_role("button", name="Model").click()
    expect(page.locator(".row a")).to_have_text(["qwen3-8b", "qwen3-32b"])
    page.get_by_role("button", name="Context").click()
    expect(page.locator(".row a")).to_have_text(["qwen3-32b", "qwen3-8b"])


def test_filters_are_an_address(console):
    page = console("usual", "models?type=audio&q=whisper").page

    expect(page.locator(".row a")).to_have_text(["whisper-large-v3"])
    page.get_by_label("Search models").fill("nothing like that")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".row a")).to_have_count(9)


def test_a_model_explains_its_class_and_how_to_correct_it(console):
    page = console("usual", "models").page

    page.get_by_role("link", name="qwen3-8b", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("the name ends with -8b")
    dialog.get_by_label("Sub type").select_option("embedding")
    expect(dialog.locator("pre")).to_have_text('models:\n  - id: "qwen3-8b"\n    sub_types: [embedding]')
    dialog.get_by_role("link", name="Try it").click()
    expect(page.locator("h1")).to_have_text("Playground")
    expect(page.get_by_label("Model", exact=True)).to_have_value("qwen3-8b")


def test_five_thousand_models_draw_only_what_is_in_view(console):
    page = console("crowded", "models").page

    expect(page.get_by_text("5,000 of 5,000")).to_be_visible()
    assert page.locator(".row").count() < 60
    page.locator(".rows").evaluate("element => { element.scrollTop = element.scrollHeight; }")
    expect(page.get_by_role("link", name="org-36/model-04994-with-a-rather-long-name")).to_be_visible()
    assert page.locator(".row").count() < 60
    page.get_by_label("Search models").fill("model-00077")
    expect(page.locator(".row a")).to_have_count(1)


def test_a_lost_upstream_says_why(console):
    page = console("usual", "upstreams").page

    row = page.get_by_role("row", name=re.compile("gpu-2"))
    expect(row).to_contain_text("lost")
    expect(row).to_contain_text("connection refused")
    row.get_by_role("link", name="gpu-2").click()
    expect(page.get_by_role("dialog")).to_contain_text("qwen3-32b")


def test_an_upstream_is_asked_on_a_click(console):
    page = console("usual", "upstreams").page

    button = page.get_by_role("row", name=re.compile("gpu-2")).get_by_role("button")
    button.click()
    expect(button).to_have_text("Asked")


def test_start_says_what_is_wrong_and_what_to_do(console):
    page = console("usual").page

    expect(page.get_by_text("gpu-2: lost")).to_be_visible()
    expect(page.get_by_text("Check that the engine runs.")).to_be_visible()
    page.get_by_role("link", name="Look").first.click()
    expect(page.get_by_role("dialog", name="gpu-2")).to_be_visible()


def test_start_is_content_when_all_is_well(console):
    shown = console("usual")
    shown.fake.state.upstreams = [one for one in shown.fake.state.upstreams if one["name"] == "local"]
    shown.page.reload()

    expect(shown.page.get_by_text("Everything works")).to_be_visible()


def test_snippets_hold_address_model_and_key(console):
    shown = console("usual")
    page = shown.page

    page.get_by_role("button", name="Create one for 12 hours").click()
    code = page.locator(".code pre")
    expect(code).to_contain_text("sk-weir-abnnn")
    for client, text in {"openai-python": 'base_url="http://127.0.0.1:8080/v1"', "Codex": 'wire_api = "responses"', "Open WebUI": "OPENAI_API_BASE_URL"}.items():
        shown.choose(client)
        expect(code).to_contain_text(text)
    shown.choose("Claude Code")
    expect(code).to_contain_text("ANTHROPIC_MODEL=qwen3-8b")


def test_failed_calls_are_one_click(console):
    shown = console("usual", "calls")
    page = shown.page

    shown.choose("Failed")
    expect(page.get_by_text("502 upstream_unreachable")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("connecting")


def test_older_calls_are_read_when_asked_for(console):
    page = console("crowded", "calls").page

    expect(page.locator("tbody tr")).to_have_count(100)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(200)


def test_the_model_that_was_looked_at_is_tried(console):
    page = console("usual", "models").page

    page.get_by_role("link", name="claude-sonnet-4-5", exact=True).click()
    page.get_by_role("dialog").get_by_role("link", name="Try it").click()
    expect(page.locator("h1")).to_have_text("Playground")
    expect(page.get_by_label("Model", exact=True)).to_have_value("claude-sonnet-4-5")
    # The event of the closed dialog comes later.
    page.evaluate("() => new Promise(done => setTimeout(done))")
    expect(page.get_by_label("Model", exact=True)).to_have_value("claude-sonnet-4-5")
    assert "model=claude-sonnet-4-5" in page.url


def test_a_slow_answer_is_waited_for(console):
    shown = console("usual")
    page = shown.page
    held, later = [], []

    def hold_first(route):
        if held:
            later.append(route.request.url)
            return route.continue_()
        return held.append(route)

    page.route("**/admin/v1/upstreams?*", hold_first)
    page.clock.install()

    with page.expect_request("**/admin/v1/upstreams?*"):
        shown.open("upstreams")
    page.clock.run_for(20000)
    assert later == []
    held[0].continue_()
    expect(page.get_by_role("link", name="gpu-2")).to_be_visible()
