"""The console's files: small, whole in both languages, and from nowhere else."""

import gzip
import hashlib
import json
import pathlib
import re
import subprocess

import pytest

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
SOURCES = sorted((WEB / "src").rglob("*.js"))
MOST_BYTES = 60 * 1024
# Keys that are made of a prefix and a word of the server.
PREFIXES = (
    "nav. scheme. role. sub_type. type. status. reach. breaker. class. call_phase. phase. keys.state. keys.overlap. limit. usage.step. usage.by. "
    "usage. next. next.reach. play.role. play.video."
).split()


@pytest.fixture(scope="module")
def texts():
    script = "import(process.argv[1]).then(m => process.stdout.write(JSON.stringify(m.texts)))"
    done = subprocess.run(["node", "--input-type=module", "-e", script, str(WEB / "src/texts/index.js")], check=True, capture_output=True)
    return json.loads(done.stdout)


def literal_keys():
    for file in SOURCES:
        if file.parent.name != "texts":
            for key in re.findall(r"""["'`]((?:[a-z_]+\.)+[a-z0-9_.-]+)["'`]""", file.read_text()):
                yield file, key


def test_every_text_is_there_in_both_languages(texts):
    broken = [key for key, entry in texts.items() if len(entry) != 2 or not all(text.strip() for text in entry)]
    assert broken == []
    same_placeholders = [key for key, (english, chinese) in texts.items() if set(re.findall(r"{\w+}", chinese)) != set(re.findall(r"{\w+}", english))]
    # "today" and the like name no number in English.
    assert [key for key in same_placeholders if not key.endswith(".one")] == []


def test_every_text_that_a_page_names_exists(texts):
    called = {(file.name, key) for file in SOURCES for key in re.findall(r'\bt\("([^"]+)"', file.read_text())}
    assert sorted(pair for pair in called if pair[1] not in texts) == []


def test_no_text_is_left_over(texts):
    named = {key for _, key in literal_keys()} | {key for file in SOURCES for key in re.findall(r'\bt\((?:[^"()]*\? )?"([^"]+)"', file.read_text())}
    built = tuple(PREFIXES)
    left = [key for key in texts if key not in named and key.removesuffix(".one") not in named and not key.startswith(built)]
    whole = "\n".join(file.read_text() for file in SOURCES if file.parent.name != "texts")
    assert [key for key in left if f'"{key}"' not in whole] == []


def test_chinese_is_chinese(texts):
    same = {key for key, (english, chinese) in texts.items() if english == chinese}
    assert same <= {"config.paste", "scheme.auto"}, "translate these"


def test_the_vendored_files_are_those_of_their_packages():
    rows = re.findall(r"^\| (\S+) \| .* \| `([0-9a-f]{64})` \|$", (WEB / "vendor/README.md").read_text(), re.M)
    assert {name for name, _ in rows} == {file.name for file in (WEB / "vendor").iterdir() if file.suffix in (".mjs", ".js", ".css")}
    for name, digest in rows:
        assert hashlib.sha256((WEB / "vendor" / name).read_bytes()).hexdigest() == digest, name


def test_the_whole_console_is_small(assets):
    # The compressor of the tests is weaker than the build's, so this is an upper bound for all files but the plots.
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in assets.iterdir()}
    assert sum(size for name, size in sizes.items() if name != "uplot.js") <= MOST_BYTES * 0.8, sizes


def test_nothing_is_loaded_from_elsewhere(console):
    shown = console("usual")
    for name in ("models", "usage", "playground"):
        shown.open(name)

    assert [url for url in shown.requests if not url.startswith((shown.url, "blob:", "data:"))] == []


def test_a_page_takes_few_requests(console):
    shown = console("usual", "models")
    shown.page.locator(".row").first.wait_for()

    files = [url for url in shown.requests if "/admin/v1/" not in url and not url.endswith("icon.svg")]
    data = [url for url in shown.requests if "/admin/v1/" in url]
    assert len(files) == 3
    assert len(data) <= 4, data
