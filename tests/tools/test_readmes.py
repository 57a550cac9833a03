"""The Chinese README has the commands, the config and the list of the English one."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = re.compile(r"^```.*?^```$", re.S | re.M)


def test_both_readmes_have_the_same_code():
    english, chinese = (CODE.findall((ROOT / name).read_text()) for name in ("README.md", "README.zh-CN.md"))
    assert len(english) >= 4
    assert chinese == english


def test_their_links_lead_somewhere():
    for name in ("README.md", "README.zh-CN.md"):
        for target in re.findall(r"\]\(([^)#:]+)[^)]*\)", (ROOT / name).read_text()):
            assert (ROOT / target).exists(), (name, target)
