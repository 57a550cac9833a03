import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def run_tool():
    """run_tool(name, *words) runs one of tools/dev; the result has returncode, stdout, stderr."""

    def run(name, *words, **options):
        return subprocess.run(
            [sys.executable, ROOT / "tools" / "dev" / name, *words], capture_output=True, text=True, **options
        )

    return run


@pytest.fixture
def load_tool():
    """load_tool(path) imports a program of this repository, which has no suffix."""

    def load(path):
        name = pathlib.Path(path).name
        loader = importlib.machinery.SourceFileLoader(name, str(ROOT / path))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
        sys.modules[name] = module  # dataclasses look their module up
        loader.exec_module(module)
        return module

    return load


@pytest.fixture
def tree(tmp_path):
    """tree({path: text}) writes files under a scratch root and returns it."""

    def write(files):
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path

    return write
