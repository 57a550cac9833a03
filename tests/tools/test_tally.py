import subprocess
import sys

import pytest

from tools.conftest import ROOT

PYTEST = '<testsuites><testsuite>%s</testsuite></testsuites>'
PASSED = '<testcase name="a"/>'
FAILED = '<testcase classname="c" name="b"><failure/></testcase>'
BROKEN = '<testcase name="b"><error/></testcase>'
SKIPPED = '<testcase name="c"><skipped/></testcase>'
CTEST_FAILED = '<testcase name="d" status="fail"/>'
CTEST_NOT_RUN = '<testcase name="e" status="notrun"/>'


@pytest.mark.parametrize(
    ("cases", "failed_stages", "line", "code"),
    [
        ([PASSED, PASSED], [], "2 passed, 0 failed", 0),
        ([PASSED, FAILED, BROKEN, CTEST_FAILED], [], "1 passed, 3 failed", 1),
        ([PASSED, SKIPPED, CTEST_NOT_RUN], [], "1 passed, 0 failed, 2 skipped", 0),
        ([PASSED], ["asan"], "1 passed, 1 failed", 1),
        ([], [], "0 passed, 0 failed", 1),
    ],
)
def test_the_last_line_is_the_sum(tmp_path, cases, failed_stages, line, code):
    (tmp_path / "one.xml").write_text(PYTEST % "".join(cases))
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/lib/tally.py", tmp_path, *failed_stages], capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == line
    assert done.returncode == code


def test_what_failed_is_named_with_its_suite(tmp_path):
    (tmp_path / "unit-dev.xml").write_text(PYTEST % FAILED)
    done = subprocess.run([sys.executable, ROOT / "scripts/lib/tally.py", tmp_path], capture_output=True, text=True)
    assert "failed: unit-dev: c: b" in done.stdout
