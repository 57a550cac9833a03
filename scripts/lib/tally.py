"""Sums JUnit reports into the closing line `N passed, N failed`.

    tally.py DIRECTORY [FAILED_STAGE...]

Names what failed. Exits with 1 when something did, when a stage failed without a failed test (a
crash after its report), or when nothing ran at all.
"""

import pathlib
import sys
from xml.etree import ElementTree


def outcome(case):
    """passed, failed or skipped. ctest writes a status, pytest child elements."""
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for report in sorted(pathlib.Path(sys.argv[1]).glob("*.xml")):
        for case in ElementTree.parse(report).iter("testcase"):
            verdict = outcome(case)
            counts[verdict] += 1
            if verdict == "failed":
                print(f"failed: {report.stem}: {case.get('classname')}: {case.get('name')}")
    if len(sys.argv) > 2 and not counts["failed"]:
        counts["failed"] = len(sys.argv) - 2
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}", flush=True)
    sys.exit(1 if counts["failed"] or not counts["passed"] else 0)


if __name__ == "__main__":
    main()
