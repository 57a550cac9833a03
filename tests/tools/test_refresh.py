"""tools/data/refresh on packages of three models, made here."""

import csv
import dataclasses
import hashlib
import io
import json
import tarfile
import zipfile

import pytest

MTEB = '''
one = ModelMeta(name="acme/dense-1", model_type=["dense"], max_tokens=512, modalities=["text"], loader=Loader)
two = ModelMeta(name="acme/cross-1", model_type=["cross-encoder"], max_tokens=np.inf)
three = ModelMeta(name="acme/both-1", model_type=["dense", "cross-encoder"])
'''
XINFERENCE = [
    {
        "model_name": "bolt",
        "context_length": 4096,
        "model_ability": ["chat", "tools"],
        "model_specs": [{"model_src": {"huggingface": {"model_id": "acme/bolt-7b"}}}],
    }
]
LITELLM = {
    "acme/bolt-9b": {
        "mode": "chat",
        "max_input_tokens": 8192,
        "max_output_tokens": 1024,
        "supports_vision": True,
        "supports_function_calling": True,
    },
    "acme/edit-1": {"mode": "image_edit"},
    "acme/judge-1": {"mode": "evaluation"},
    "acme/live-1": {"mode": "realtime"},
    "acme/frame-1": {"mode": "video_generation", "supported_modalities": ["text", "image"]},
    "acme/frame-1/text-to-video": {"mode": "video_generation", "supported_modalities": ["text"]},
    "acme/restyle-1": {"mode": "video_generation", "supported_modalities": ["video"]},
    "acme/dense-1": {"mode": "chat"},
    "1024-x-1024/acme/draw-1": {"mode": "image_generation"},
    "acme/find-1": {"mode": "search"},
}
TASK = "const taskData = {\n    models: [\n        {\n            id: \"acme/%s\",\n        },\n    ],\n};\n"


def wheel(path, licence, files):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.dist-info/METADATA", f"Name: x\nLicense-Expression: {licence}\n\n")
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def refresh(load_tool):
    return load_tool("tools/data/refresh")


@pytest.fixture
def packages(refresh, tmp_path):
    """A directory with one small package for each source."""
    contents = {
        "mteb": {"mteb/models/model_implementations/acme.py": MTEB},
        "xinference": {"xinference/model/llm/models/bolt.json": json.dumps(XINFERENCE)},
        "litellm": {"litellm/model_prices_and_context_window_backup.json": json.dumps(LITELLM)},
    }
    for source in refresh.SOURCES:
        if source.registry == "pip":
            name = source.file_pattern().replace("*", "py3-none-any")
            wheel(tmp_path / name, source.licence, contents[source.name])
            continue
        files = {"package/package.json": json.dumps({"license": source.licence})}
        for task in refresh.TASKS:
            files[f"package/dist/esm/tasks/{task}/data.js"] = TASK % task
        with tarfile.open(tmp_path / source.file_pattern(), "w:gz") as archive:
            for path, text in files.items():
                member = tarfile.TarInfo(path)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
    return tmp_path


@pytest.fixture
def sources(refresh, packages):
    """The sources, pinned to these packages."""

    def digest(source):
        return hashlib.sha256(next(packages.glob(source.file_pattern())).read_bytes()).hexdigest()

    return [dataclasses.replace(source, sha256=digest(source)) for source in refresh.SOURCES]


@pytest.fixture
def rows(refresh, packages, sources):
    return {row["id"]: row for row in csv.DictReader(io.StringIO(refresh.build(packages, sources)))}


@pytest.mark.parametrize(
    "model, kind, sub_types",
    [
        ("acme/cross-1", "text", "reranker"),
        ("acme/bolt-7b", "text", "chat"),
        ("acme/bolt-9b", "text", "chat"),
        ("acme/edit-1", "image", "image-to-image"),
        ("acme/judge-1", "text", ""),
        ("acme/live-1", "audio", ""),
        ("acme/frame-1", "video", "text-to-video;image-to-video"),
        ("acme/frame-1/text-to-video", "video", "text-to-video"),
        ("acme/restyle-1", "video", ""),
        ("acme/object-detection", "image", ""),
    ],
)
def test_reads_a_class(rows, model, kind, sub_types):
    assert (rows[model]["type"], rows[model]["sub_types"]) == (kind, sub_types)


def test_reads_facts(rows):
    row = rows["acme/bolt-9b"]
    assert (row["context"], row["output"], row["source"]) == ("8192", "1024", "litellm")
    assert (row["inputs"], row["capabilities"]) == ("text;image", "tools;vision")
    assert rows["acme/bolt-7b"]["context"] == "4096"
    assert rows["bolt"]["context"] == "", "a name for every size of a family"
    assert rows["acme/cross-1"]["context"] == "", "computed when the package runs"


@pytest.mark.parametrize(
    "model",
    [
        "acme/dense-1",  # two sources disagree
        "acme/both-1",  # two classes
        "1024-x-1024/acme/draw-1",  # a price, not a model
        "acme/find-1",  # a service, not a model
    ],
)
def test_leaves_out_what_is_doubtful(rows, model):
    assert model not in rows


def test_rows_are_sorted(rows):
    assert list(rows) == sorted(rows, key=str.lower)


def test_another_licence_stops_the_run(refresh, packages, sources):
    sources[0] = dataclasses.replace(sources[0], licence="GPL-3.0-only")
    with pytest.raises(SystemExit, match="states the licence 'Apache-2.0', not GPL-3.0-only"):
        refresh.build(packages, sources)


def test_another_file_of_the_name_stops_the_run(refresh, packages):
    with pytest.raises(SystemExit, match="is not the file that is pinned"):
        refresh.build(packages, refresh.SOURCES)


def test_a_missing_package_stops_the_run(refresh, tmp_path):
    with pytest.raises(SystemExit, match="no mteb-"):
        refresh.build(tmp_path, refresh.SOURCES)
