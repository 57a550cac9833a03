"""The driver of tools/dev/check; its stages that compile are exercised by scripts/test itself."""

from xml.etree import ElementTree


def test_every_stage_runs_although_one_fails(load_tool, capsys, monkeypatch):
    check = load_tool("tools/dev/check")
    ran = []

    def fails(_options):
        ran.append("first")
        raise check.Failed("because of this")

    monkeypatch.setattr(check, "STAGES", {"first": fails, "second": lambda _: ran.append("second")})
    results = {name: check.run_stage(name, None) for name in check.STAGES}

    assert ran == ["first", "second"]
    assert [bool(failure) for _, failure in results.values()] == [True, False]
    assert "because of this" in capsys.readouterr().out


def test_the_report_is_junit_even_with_control_characters(load_tool, tmp_path):
    check = load_tool("tools/dev/check")
    report = tmp_path / "check.xml"
    check.write_report(report, {"format": (0.5, "\x1b[31mbad\x1b[0m"), "layers": (0.1, None)})

    cases = {case.get("name"): case for case in ElementTree.parse(report).iter("testcase")}
    assert cases["format"].find("failure") is not None
    assert cases["layers"].find("failure") is None


def test_quick_builds_nothing(load_tool):
    check = load_tool("tools/dev/check")

    class Quick:
        only, quick, tidy = None, True, False

    assert not set(check.chosen_stages(Quick)) & set(check.SLOW)


def test_a_source_that_is_too_long_is_named(load_tool, tmp_path, monkeypatch):
    check = load_tool("tools/dev/check")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    (tmp_path / "src/net").mkdir(parents=True)
    for name, lines in (("long.cpp", 401), ("full.hpp", 400), ("table_test.cpp", 900)):
        (tmp_path / "src/net" / name).write_text("//\n" * lines)

    verdict = check.run_stage("length", None)[1]
    assert verdict == "src/net/long.cpp has 401 lines; split it by subject, at most 400"

    (tmp_path / "src/net/long.cpp").unlink()
    assert check.run_stage("length", None)[1] is None


def test_references_that_differ_are_stale_until_blessed(load_tool, tmp_path, monkeypatch):
    check = load_tool("tools/dev/check")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "run", lambda *words: f"# {words[-1]}\n")

    class Options:
        bless = False

    def verdict():
        return check.run_stage("references", Options)[1]

    assert "docs/reference/config.md is stale" in verdict()
    Options.bless = True
    assert verdict() is None
    Options.bless = False
    assert verdict() is None
    (tmp_path / "docs/reference/errors.md").write_text("edited by hand")
    assert "docs/reference/errors.md is stale" in verdict()
