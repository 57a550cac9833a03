import pytest

GOOD = {
    "src/base/CMakeLists.txt": "weir_room(base LIBS fmt::fmt)\n",
    "src/base/result.hpp": "#include <string>\n",
    "src/base/detail/secret.hpp": "",
    "src/net/CMakeLists.txt": "weir_room(net LINKS base # telemetry\n  LIBS Boost::headers ASIO)\n",
    "src/net/socket.cpp": '#include "net/detail/fd.hpp"\n#include "base/result.hpp"\n',
    "src/app/CMakeLists.txt": "weir_room(app LINKS base net)\nadd_executable(weir main.cpp)\n",
    "src/app/main.cpp": '#include "net/socket.hpp"\n',
    "docs/architecture.md": "Before.\n<!-- layers:begin -->\n<!-- layers:end -->\nAfter.\n",
}


def test_a_tree_that_keeps_the_rule_passes(run_tool, tree):
    done = run_tool("layers", "--root", tree(GOOD))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"src/net/socket.cpp": '#include "app/main.hpp"\n'}, "src/net/socket.cpp:1: net may not include"),
        ({"src/net/socket.cpp": '\n# include "telemetry/log.hpp"\n'}, "src/net/socket.cpp:2: "),
        ({"src/net/socket_test.cpp": '#include "app/main.hpp"\n'}, "src/net/socket_test.cpp:1"),
        ({"src/app/main.cpp": '#include "base/detail/secret.hpp"\n'}, "private to base"),
        ({"src/net/socket.cpp": '#include "socket.hpp"\n'}, 'write "net/socket.hpp"'),
        ({"src/base/CMakeLists.txt": "weir_room(base LINKS app)\n"}, "a cycle: "),
        ({"src/base/CMakeLists.txt": "weir_room(base LINKS ghost)\n"}, "ghost, which is no room"),
        ({"src/base/CMakeLists.txt": "weir_room(base LINKS base)\n"}, "base links itself"),
    ],
)
def test_a_planted_violation_is_caught(run_tool, tree, planted, said):
    done = run_tool("layers", "--root", tree({**GOOD, **planted}))
    assert done.returncode == 1
    assert said in done.stderr


def test_the_picture_has_a_room_a_line_without_what_is_implied(run_tool, tree):
    done = run_tool("layers", "--draw", "--root", tree(GOOD))
    assert done.stdout == "2  app  -> net\n\n1  net  -> base\n\n0  base\n"


def test_a_stale_picture_is_caught_and_blessed(run_tool, tree):
    root = tree(GOOD)
    stale = run_tool("layers", "--fresh", "--root", root)
    blessed = run_tool("layers", "--bless", "--root", root)
    fresh = run_tool("layers", "--fresh", "--root", root)

    assert stale.returncode == 1 and "stale" in stale.stderr
    assert (blessed.returncode, fresh.returncode) == (0, 0)
    text = (root / "docs/architecture.md").read_text()
    assert text.startswith("Before.\n") and text.endswith("After.\n") and "app  -> net" in text


def test_a_page_without_markers_is_caught(run_tool, tree):
    done = run_tool("layers", "--fresh", "--root", tree({**GOOD, "docs/architecture.md": "Nothing.\n"}))
    assert done.returncode == 1
    assert "<!-- layers:begin -->" in done.stderr
