"""The playground's forms against the built-in engine of a real server: each sends a call and shows its answer."""

import io
import struct
import wave
import zlib

import pytest
from playwright.sync_api import expect

from browser.fake_state import SUB_TYPES, State, model, upstream
from support.demo import demo


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with demo(tmp_path_factory.mktemp("weir")) as server:
        yield server


@pytest.fixture
def play(console, engine):
    """play(sub type) opens the form for it."""

    def start(sub_type):
        state = State(models=[model(f"demo/{name}", name) for name in SUB_TYPES], upstreams=[upstream("demo", "simulator", models=9)])
        shown = console(state, f"playground?sub_type={sub_type}", api=engine)
        expect(shown.page.get_by_label("Model", exact=True)).to_have_value(f"demo/{sub_type}")
        return shown

    return start


def send(page):
    page.locator("form.panel button.primary").click()
    return page.locator(".result")


def picture():
    """A grey PNG."""
    rows = b"".join(b"\0" + b"\x80" * 16 for _ in range(16))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sound():
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * 4000)
    return file.getvalue()


def is_drawn(image):
    return image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def test_chat_streams_an_answer_and_goes_on(play):
    shown = play("chat")

    result = send(shown.page)
    expect(result.locator(".turn.assistant .says").last).not_to_be_empty()
    expect(shown.page.locator(".result-facts")).to_contain_text("Completion tokens")
    shown.page.get_by_label("Message").fill("And in two?")
    send(shown.page)
    expect(result.locator(".turn.assistant")).to_have_count(2)
    expect(shown.page.locator(".code pre")).to_contain_text("And in two?")
    assert shown.findings() == []


def test_a_key_is_made_for_the_first_call_only(play):
    shown = play("chat")

    send(shown.page)
    expect(shown.page.locator(".result-facts")).to_be_visible()
    assert [key["name"][:8] for key in shown.fake.state.keys] == ["console "]
    shown.page.get_by_label("Message").fill("Again")
    send(shown.page)
    expect(shown.page.locator(".turn.assistant")).to_have_count(2)
    assert len(shown.fake.state.keys) == 1


def test_a_refused_call_says_why(play):
    page = play("chat").page

    page.locator("#tab-key").fill("sk-wrong")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("401")


def test_embeddings_become_a_matrix(play):
    shown = play("embedding")

    result = send(shown.page)
    expect(result.locator("svg rect")).to_have_count(16)
    assert shown.findings() == []


def test_documents_become_bars(play):
    shown = play("reranker")

    result = send(shown.page)
    expect(result.locator(".bar")).to_have_count(4)
    assert shown.findings() == []


def test_an_image_is_made(play):
    shown = play("text-to-image")

    result = send(shown.page)
    expect(result.locator("img")).to_be_visible()
    assert is_drawn(result.locator("img"))
    assert shown.findings() == []


def test_an_image_is_edited(play):
    shown = play("image-to-image")

    shown.page.get_by_label("Image", exact=True).set_input_files({"name": "weir.png", "mimeType": "image/png", "buffer": picture()})
    result = send(shown.page)
    assert is_drawn(result.locator("img"))
    expect(shown.page.locator(".code pre")).to_contain_text("-F image=@weir.png")


def test_speech_is_played(play):
    shown = play("text-to-speech")

    shown.page.get_by_label("Format").select_option("wav")
    result = send(shown.page)
    expect(result.locator("audio")).to_be_visible()
    expect(result.get_by_role("link", name="Download")).to_be_visible()
    assert shown.findings() == []


def test_speech_becomes_text(play):
    shown = play("speech-to-text")

    shown.page.get_by_label("Audio file").set_input_files({"name": "hello.wav", "mimeType": "audio/wav", "buffer": sound()})
    result = send(shown.page)
    expect(result.locator("p.says")).not_to_be_empty()


@pytest.mark.parametrize("sub_type", ["text-to-video", "image-to-video"])
def test_a_video_is_followed_until_it_is_there(play, sub_type):
    shown = play(sub_type)

    if sub_type == "image-to-video":
        shown.page.get_by_label("Image", exact=True).set_input_files({"name": "weir.png", "mimeType": "image/png", "buffer": picture()})
        expect(shown.page.locator(".code pre")).to_contain_text("data:image/png;base64")
    result = send(shown.page)
    expect(result.locator("img, video, a")).not_to_have_count(0)


def test_a_key_that_the_page_made_is_made_anew_when_it_ended(play):
    shown = play("chat")
    page = shown.page
    refused = []

    def refuse_once(route):
        if refused:
            return route.continue_()
        refused.append(route)
        return route.fulfill(status=401, json={"error": {"message": "The key has expired."}})

    page.get_by_role("button", name="Create one for 12 hours").click()
    expect(page.locator("#tab-key")).not_to_have_value("")
    page.route("**/v1/chat/completions", refuse_once)
    result = send(page)
    expect(result.locator(".turn.assistant .says")).not_to_be_empty()
    assert len(shown.fake.state.keys) == 2


def test_a_stream_that_broke_off_is_no_whole_answer(play):
    page = play("chat").page
    event = 'data: {"choices":[{"delta":{"content":"Once upon"}}]}\n\n'
    page.route("**/v1/chat/completions", lambda route: route.fulfill(content_type="text/event-stream", body=event))

    result = send(page)
    expect(page.get_by_role("alert")).to_contain_text("broke off")
    expect(result.locator(".turn.assistant .says")).to_have_text("Once upon")


@pytest.mark.parametrize(
    "url", ["data:text/html;base64,PGI+", "data:image/svg+xml;base64,PGI+", "javascript:alert(1)", "blob:http://127.0.0.1/1", "data:text/html,hello"]
)
def test_an_answer_cannot_bring_a_page_of_its_own(play, url):
    page = play("text-to-image").page
    page.route("**/v1/images/generations", lambda route: route.fulfill(json={"data": [{"url": url}]}))

    result = send(page)
    expect(result).to_contain_text("of a kind that is not shown")
    expect(result.locator("a, img")).to_have_count(0)
