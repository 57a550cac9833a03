import pathlib

import pytest

from tools.conftest import ROOT


def segment(line, count, *, entry=True, has_count=True, gap=False):
    """A segment in llvm-cov's format: [line, column, count, has count, region entry, gap region]."""
    return [line, 1, count, has_count, entry, gap]


def test_a_line_counts_as_often_as_the_region_it_is_in(load_tool):
    coverage = load_tool("tools/dev/coverage")
    # A function of five lines, executed twice, whose third line never was: a region that begins and
    # ends within the line.
    inner = [[3, 5, 0, True, True, False], [3, 20, 2, True, False, False]]
    segments = [segment(1, 2), *inner, segment(5, 0, has_count=False, entry=False)]
    assert dict(coverage.line_counts(segments)) == {1: 2, 2: 2, 3: 2, 4: 2, 5: 2}
    whole_line = [[2, 30, 0, True, True, False], [4, 3, 2, True, False, False]]
    segments = [segment(1, 2), *whole_line, segment(5, 0, has_count=False, entry=False)]
    assert dict(coverage.line_counts(segments)) == {1: 2, 2: 2, 3: 0, 4: 0, 5: 2}


def test_lines_between_functions_do_not_count(load_tool):
    coverage = load_tool("tools/dev/coverage")
    end = segment(2, 0, has_count=False, entry=False)
    assert dict(coverage.line_counts([segment(1, 3), end, segment(5, 0)])) == {1: 3, 2: 3, 5: 0}


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("  if (a) return b;", True),
        ("  CHECK(a && b);", False),
        ("  DCHECK(a || b);", False),
        ("  __builtin_unreachable();", False),
        ("  default:  // uncounted: never asked", False),
        ("  for (int i = 0; i < n; ++i) {", True),
    ],
)
def test_what_cannot_happen_is_not_counted(load_tool, tmp_path, line, counts):
    file = tmp_path / "x.cpp"
    file.write_text(f"\n{line}\n")
    assert (2 in load_tool("tools/dev/coverage").counted(file)) == counts


def test_a_branch_is_covered_when_it_went_both_ways(load_tool):
    coverage = load_tool("tools/dev/coverage")
    file = coverage.File(lines={1: 5, 2: 0}, branches={(1, 3): [4, 1], (2, 3): [0, 7]})
    assert (file.line_count().hit, file.line_count().total) == (1, 2)
    assert (file.branch_count().hit, file.branch_count().total) == (3, 4)
    assert list(file.missing()) == [(2, "line"), (2, "column 3: never true")]


def test_a_target_names_what_it_is_for(load_tool):
    coverage = load_tool("tools/dev/coverage")
    assert coverage.subject(ROOT / "src/codec/sse_fuzz.cpp") == ["codec/sse.cpp"]
    assert "auth/bearer.cpp" in coverage.subject(ROOT / "src/auth/key_text_fuzz.cpp")


def test_every_target_has_a_corpus_of_small_files(load_tool):
    for name in load_tool("tools/dev/fuzz").targets():
        files = list((ROOT / "tests" / "corpus" / name).iterdir())
        assert files, name
        # Images of mapped files have a page or two for their header and a few records.
        assert all(file.stat().st_size < 32 << 10 for file in files), name


def test_what_a_target_is_for_exists(load_tool):
    coverage = load_tool("tools/dev/coverage")
    for source in pathlib.Path(ROOT / "src").rglob("*_fuzz.cpp"):
        for pattern in coverage.subject(source):
            assert list((ROOT / "src").glob(pattern)), f"{source.name}: {pattern}"
