"""Usage as plots and sums; the config shown, checked and read again."""

import csv
import pathlib

from playwright.sync_api import expect

from browser.fake_state import usual


def test_plots_follow_the_chosen_period(console):
    shown = console("usual", "usage")
    page = shown.page

    expect(page.locator("figure canvas")).to_have_count(4)
    shown.choose("7 days")
    expect(page.locator("figure canvas")).to_have_count(4)
    assert "step=1h" in page.url


def test_sums_are_grouped_and_saved(console):
    page = console("usual", "usage").page

    page.get_by_label("By", exact=True).select_option("key,model")
    expect(page.locator("tbody tr")).to_have_count(4)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(pathlib.Path(download.value.path()).open(newline="")))
    assert [(row["key_name"], row["model"], row["requests"]) for row in rows][0] == ("ci", "qwen3-8b", "1200")


def test_the_config_is_shown_without_secrets(console):
    page = console("usual", "config").page

    expect(page.locator(".lines pre")).to_contain_text("admin_key: <hidden>")


def test_a_pasted_config_is_checked(console):
    page = console("usual", "config").page

    page.get_by_label("YAML").fill("server:\n  nonsense: 1\n")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".problems")).to_contain_text("Line 2")
    expect(page.locator(".problems")).to_contain_text("server.nonsense")
    page.get_by_label("YAML").fill("server: {}\n")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("The config is valid.")).to_be_visible()


def test_the_file_is_read_again(console):
    page = console("usual", "config").page

    page.get_by_role("button", name="Read the file again").click()
    expect(page.get_by_text("Done.")).to_be_visible()


def test_sums_are_of_all_pages(console):
    state = usual()
    state.most_rows = 3
    page = console(state, "usage?by=key,model").page

    expect(page.locator("tbody tr")).to_have_count(4)


def test_sums_of_too_much_say_so(console):
    state = usual()
    state.most_rows = 1
    page = console(state, "usage?by=day&days=90").page

    expect(page.get_by_text("of the first 20 rows only")).to_be_visible()
