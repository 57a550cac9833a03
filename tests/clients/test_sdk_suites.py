"""The test suites of OpenAI's and Anthropic's packages for Python, in front of Weir and its demo models.

They are made for a mock that accepts every value. Their strict client checks each answer against the API's types, so
they find members that an answer lacks. A failure is one of `KNOWN`, or a fault.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree

import pytest

from support.eventually import DEADLINE_S
from support.process import KEY, Weir

PLUGINS = pathlib.Path(__file__).parent / "suites"
# The suites' models, and the demo model that answers for each.
SAME_AS = {
    "auto": "chat", "claude-opus-5-5": "chat", "gpt-3.5-turbo-instruct": "chat", "gpt-6-astra": "chat", "model": "chat",
    "model_id": "chat", "omni-moderation-2024-09-26": "chat", "text-embedding-3-small": "embedding",
    "gpt-image-1.5": "image-to-image", "gpt-image-2.5-flare": "text-to-image", "tts-1": "text-to-speech",
    "gpt-4o-transcribe": "speech-to-text", "whisper-1": "speech-to-text",
}  # fmt: skip
# Each failure's text, and the tests in which it is expected.
KNOWN = {
    # OpenAI has a default model for some calls, Weir for none.
    "The parameter model is missing": r"test_(images|moderations|responses)\.\w+\.\w+_(create|edit|generate)(_variation|_overload_\d)?\["
    r"|test_input_tokens\.\w+\.\w+_count\[",
    # Ids of responses that nobody made.
    "' not found.": r"test_(responses|input_items)\.\w+\.\w+_(retrieve|delete|cancel|list)",
    # Stored chat completions and deleting models are not served.
    "/completion_id does not exist": r"chat\.test_completions\.\w+\.\w+_(retrieve|update|delete)",
    "The method is not allowed for this path": r"chat\.test_completions\.\w+\.\w+_list|test_models\.\w+\.\w+_delete",
    # The demo models answer with one word or more, and want an input to make compact.
    "max_completion_tokens: expected an integer from 1": r"chat\.test_completions\.\w+\.\w+_create_with_all_params",
    "input: expected a non-empty string": r"_compact\[",
    # The package asks for base64, and its strict client wants numbers.
    "data.0.embedding": r"test_embeddings\.\w+\.\w+_create\[",
    # Two directions at once; and the warning of an old model is the package's own.
    "none beside after_id": r"test_models\.\w+\.\w+_list_with_all_params",
    "The model `claude-1.3` does not exist": r"test_deprecated_model_warning",
}


@dataclasses.dataclass(frozen=True)
class Suite:
    base: str  # of the path
    files: tuple
    least: int  # tests that pass


SUITES = {
    "openai": Suite(
        "/v1",
        ("chat/test_completions", "audio/test_speech", "audio/test_transcriptions", "audio/test_translations",
         "test_completions", "test_embeddings", "test_images", "test_models", "test_moderations", "responses",
         "test_responses"),
        40,
    ),
    "anthropic": Suite("", ("test_messages", "test_models", "beta/test_messages", "beta/test_models"), 30),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    models = [{"id": id, "upstreams": [{"name": "demo", "model": f"demo/{same}"}]} for id, same in SAME_AS.items()]
    server = Weir(tmp_path_factory.mktemp("suites"), models=models, upstreams=[{"name": "demo", "kind": "simulator"}])
    yield server
    server.stop()


def files_of(suite, place):
    for name in suite.files:
        path = place / "tests/api_resources" / name
        yield path if path.is_dir() else path.with_suffix(".py")


def is_known(case, text):
    return any(said in text and re.search(tests, case) for said, tests in KNOWN.items())


@pytest.mark.parametrize("name", SUITES)
def test_the_suite_finds_the_apis_answers(server, tmp_path, name):
    python, places = os.environ.get("WEIR_SUITES_PYTHON"), os.environ.get("WEIR_SUITES")
    if not python or not places:
        pytest.fail("WEIR_SUITES_PYTHON or WEIR_SUITES is not set: run this suite through scripts/test")
    suite, report = SUITES[name], tmp_path / "report.xml"
    environment = {
        **os.environ, "TEST_API_BASE_URL": f"http://127.0.0.1:{server.public}{suite.base}", "WEIR_KEY": KEY,
        "PYTHONPATH": str(PLUGINS),
    }  # fmt: skip
    done = subprocess.run(
        [python, "-B", "-m", "pytest", "-q", "-p", "weir_key", "-p", "no:cacheprovider", "--junit-xml", report, "-o", "addopts=--tb=short",
         "-k", "method and strict", *files_of(suite, pathlib.Path(places) / name)],
        cwd=pathlib.Path(places) / name, env=environment, capture_output=True, text=True, timeout=6 * DEADLINE_S,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    cases = xml.etree.ElementTree.parse(report).getroot().findall(".//testcase")
    failures = [
        (f"{case.get('classname')}.{case.get('name')}", one.text)
        for case in cases for one in case if one.tag in ("failure", "error")
    ]  # fmt: skip
    faults = [(case, text) for case, text in failures if not is_known(case, text)]
    assert not faults, "\n\n".join(f"{case}:\n{text}" for case, text in faults)
    assert len(cases) - len(failures) >= suite.least
