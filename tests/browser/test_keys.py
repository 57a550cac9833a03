"""Every change of a key."""

import re

from playwright.sync_api import expect


def row_of(page, name):
    return page.get_by_role("row", name=re.compile(name))


def edit(page, name):
    row_of(page, name).get_by_role("button", name="Change").click()
    return page.get_by_role("dialog")


def test_a_new_key_is_shown_once(console):
    shown = console("usual", "keys")
    page = shown.page

    page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    assert shown.findings() == []
    dialog.get_by_label("Name").fill("tablet")
    dialog.get_by_label("Models").fill("qwen*, bge-m3")
    dialog.get_by_label("Requests / min").fill("30")
    dialog.get_by_role("button", name="Create a key").click()
    expect(dialog.locator("pre")).to_contain_text("sk-weir-abnnn")
    dialog.get_by_role("button", name="I have copied it").click()
    expect(row_of(page, "tablet")).to_be_visible()
    assert "nnnnn" not in page.content()
    made = shown.fake.state.keys[0]
    assert (made["models"], made["limits"]["requests_per_minute"]) == (["qwen*", "bge-m3"], 30)


def test_a_name_that_is_taken_is_said_at_the_field(console):
    page = console("usual", "keys").page

    page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("ci")
    dialog.get_by_role("button", name="Create a key").click()
    expect(dialog.get_by_text("A key with this name exists.")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")


def test_limits_are_changed(console):
    shown = console("usual", "keys")

    dialog = edit(shown.page, "^ci")
    assert shown.findings() == []
    dialog.get_by_label("Requests / min").fill("90")
    dialog.get_by_label("Tokens / day").fill("")
    dialog.get_by_role("button", name="Save limits").click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    limits = shown.fake.state.keys[0]["limits"]
    assert (limits["requests_per_minute"], limits["tokens_per_day"]) == (90, 0)


def test_a_change_that_met_another_is_made_on_the_newest_state(console):
    shown = console("usual", "keys")

    dialog = edit(shown.page, "^ci")
    key = shown.fake.state.keys[0]
    key["etag"] = '"0-7"'
    key["limits"]["tokens_per_minute"] = 5000
    dialog.get_by_label("Requests / min").fill("90")
    dialog.get_by_role("button", name="Save limits").click()
    expect(dialog.get_by_role("alert")).to_contain_text("changed in the meantime")
    expect(dialog.get_by_label("Tokens / min")).to_have_value("5000")
    expect(dialog.get_by_label("Requests / min")).to_have_value("60")
    # Limits that were not touched are not sent, so that they cannot be overwritten either.
    key["limits"]["images_per_day"] = 8
    dialog.get_by_label("Requests / min").fill("90")
    dialog.get_by_role("button", name="Save limits").click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    limits = key["limits"]
    assert (limits["requests_per_minute"], limits["tokens_per_minute"], limits["images_per_day"]) == (90, 5000, 8)


def test_a_key_is_disabled_and_enabled(console):
    shown = console("usual", "keys")

    dialog = edit(shown.page, "research")
    dialog.get_by_role("button", name="Disable").click()
    expect(dialog.get_by_text("The key is disabled.")).to_be_visible()
    assert shown.fake.state.keys[1]["state"] == "disabled"
    dialog.get_by_role("button", name="Enable").click()
    expect(dialog.get_by_text("The key is active.")).to_be_visible()
    assert shown.fake.state.keys[1]["state"] == "active"


def test_a_rotated_key_is_shown_once(console):
    dialog = edit(console("usual", "keys").page, "research")

    dialog.get_by_label("Overlap").select_option("86400")
    dialog.get_by_role("button", name="New text for this key").click()
    expect(dialog.locator(".secret pre")).to_contain_text("sk-weir-abrrr")


def test_revoking_takes_a_second_click(console):
    shown = console("usual", "keys")

    dialog = edit(shown.page, "research")
    dialog.get_by_role("button", name="Revoke…").click()
    assert shown.fake.state.keys[1]["state"] == "active"
    dialog.get_by_role("button", name="Revoke for good").click()
    expect(dialog).to_have_count(0)
    expect(row_of(shown.page, "research")).to_have_count(0)
    shown.choose("revoked")
    expect(row_of(shown.page, "research")).to_be_visible()


def test_a_key_of_the_config_offers_no_change(console):
    page = console("usual", "keys").page

    expect(row_of(page, "from the file")).to_be_visible()
    expect(row_of(page, "from the file").get_by_role("button")).to_have_count(0)


def test_many_keys_are_read_in_pages(console):
    page = console("crowded", "keys").page

    expect(page.locator("tbody tr")).to_have_count(200)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("tbody tr")).to_have_count(400)
    page.get_by_label("Search by name or id").fill("team-449")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_new_secret_is_not_lost_by_chance(console):
    page = console("usual", "keys").page

    page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("tablet")
    dialog.get_by_role("button", name="Create a key").click()
    secret = dialog.locator("pre")
    expect(secret).to_be_visible()
    page.mouse.click(5, 5)
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(secret).to_be_visible()
    assert dialog.evaluate("element => element.matches(':modal')")
    dialog.get_by_role("button", name="I have copied it").click()
    expect(dialog).to_have_count(0)


def test_a_dialog_stays_while_its_change_is_under_way(console):
    page = console("usual", "keys").page
    held = []
    page.route("**/admin/v1/keys", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())

    page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("tablet")
    with page.expect_request(lambda request: request.method == "POST"):
        dialog.get_by_role("button", name="Create a key").click()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_disabled()
    for _ in range(3):
        page.keyboard.press("Escape")
    held[0].continue_()
    expect(dialog.locator("pre")).to_be_visible()
