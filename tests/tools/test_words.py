import pytest


def problems(load_tool, source, language="c++"):
    return [text for _, text in load_tool("tools/dev/words").problems_in("x", source, language)]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("c++", "/// What a key may use."),
        ("c++", "int i = 0;  ///< Of the first line."),
        ("c++", "// Reads a line. Who sends none is closed."),
        ("c++", "/* What is left. */"),
        ("c++", "// Waits until he has left."),
        ("c++", "/// Closes HIS connection."),
        ("python", 'def f():\n    """Of every program."""'),
        ("python", "x = 1  # What is left"),
        ("hash", "set(X 1) # What is left"),
        ("hash", "# Asks him for the list."),
    ],
)
def test_each_opening_is_caught(load_tool, language, line):
    source = f"\n{line}\n"
    [problem] = problems(load_tool, source, language)
    assert problem.startswith(f"x:{source.rstrip().count(chr(10)) + 1}: ")


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("c++", "// Returns what is left, of whatever kind, to whoever asks."),
        ("c++", 'auto s = "// What a text";'),
        ("c++", 'auto s = R"(\n// What a text\n)";'),
        ("c++", "int he = his(him);"),
        ("c++", "// One sentence that goes on\n// What is on the next line."),
        ("c++", "// The sheet, this, them, whim."),
        ("python", 'he = "# What"'),
        ("python", "#!/usr/bin/env python3\nx = 1"),
        ("hash", 'echo "${x#What}"'),
    ],
)
def test_what_only_looks_like_it_passes(load_tool, language, line):
    assert not problems(load_tool, f"\n{line}\n" if not line.startswith("#!") else line, language)


def test_a_blank_line_begins_a_new_paragraph(load_tool):
    [problem] = problems(load_tool, "/// Reads a line.\n///\n/// What is left stays.\n")
    assert problem.startswith("x:3: ")


def test_the_program_fails_on_a_planted_file_and_names_it(run_tool, tree):
    root = tree(
        {
            "src/net/x.cpp": "int x;\n// What is left.\n",
            "src/net/CMakeLists.txt": "# Names the room.\n",
            "scripts/run": "#!/bin/bash\n# Who asks.\n",
            "tests/corpus/x/planted": "# What is data is not read",
        }
    )
    done = run_tool("words", "--root", root)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith('src/net/x.cpp:2: "What": ')
    assert second.startswith('scripts/run:2: "Who": ')
