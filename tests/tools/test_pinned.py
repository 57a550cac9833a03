"""LiteLLM, March 2026: a compromised package was installed by its name. Everything the tests fetch is
pinned by its contents; the product fetches nothing."""

import json
import pathlib
import re

TESTS = pathlib.Path(__file__).resolve().parents[1]
ROOT = TESTS.parent


def requirements(text):
    """Each requirement with its continuation lines."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [one for one in re.split(r"(?<!\\)\n", lines) if one.strip()]


def test_python_packages_are_pinned_by_hash():
    files = [*TESTS.rglob("requirements*.txt"), TESTS / "llama_cpp/source.txt"]
    assert len(files) >= 3
    for file in files:
        for one in requirements(file.read_text()):
            assert "==" in one and "--hash=sha256:" in one, (file, one)


def test_node_packages_are_pinned_by_hash():
    packages = json.loads((TESTS / "clients/node/package-lock.json").read_text())["packages"]
    assert len(packages) > 1
    for name, package in packages.items():
        # A bundled package comes inside another one, whose hash covers it.
        assert not name or "integrity" in package or package.get("inBundle"), name


def test_the_build_fetches_nothing():
    files = [ROOT / "CMakeLists.txt", *(ROOT / "cmake").rglob("*.cmake"), *(ROOT / "src").rglob("CMakeLists.txt")]
    for file in files:
        found = re.search(r"FetchContent|ExternalProject|file\s*\(\s*DOWNLOAD|https?://", file.read_text())
        assert not found, (file, found)
