import pytest

PLANTED = {
    "clock": "auto t = std::chrono::steady_clock::now();",
    "environment": 'auto* home = std::getenv("HOME");',
    "sleep": "std::this_thread::sleep_for(1ms);",
    "regex": "std::regex pattern;",
    "detached": "co_spawn(executor, serve(), asio::detached);",
    "throw": 'throw std::runtime_error("no");',
    "new": "std::unique_ptr<int> kept; auto* leak = new Thing(1);",
    "atomic shared_ptr": "std::atomic<std::shared_ptr<int>> shared;",
    "printing": 'std::cout << "hello";',
    "std::format": 'auto s = std::format("{}", 1);',
    "locale": "int n = std::stoi(text);",
    "static buffer": "auto* t = localtime(&now);",
    "secret comparison": "if (memcmp(a, b, 32) == 0) return;",
    "SQL text": 'run("SELECT * FROM keys WHERE name = " + name);',
    "TODO": "// TODO: later",
}


@pytest.mark.parametrize("rule", PLANTED)
def test_each_rule_catches_its_violation(load_tool, rule):
    banned = load_tool("tools/dev/banned")
    problems = list(banned.problems_in("src/auth/x.cpp", f"\n{PLANTED[rule]}\n"))
    assert len(problems) == 1, problems
    assert problems[0].startswith("src/auth/x.cpp:2: ")
    assert problems[0].endswith(f"[{rule}]")


def test_every_rule_has_a_planted_violation(load_tool):
    assert set(PLANTED) == {rule.name for rule in load_tool("tools/dev/banned").RULES}


@pytest.mark.parametrize(
    "innocent",
    [
        "// std::getenv is not called here; nothing throws\n",
        "/* throw\n   new Thing */\n",
        'fail("do not throw new things");\n',
        'auto s = R"(throw new printf("x"))";\n',
        "char quote = '\"'; char other = '\"';\n",
        "int renew = 0; auto newest = threw(renew);\n",
        "std::unique_ptr<Server> server(new Server(1));\n",
        "return std::unique_ptr<Server>(\n    new Server(1));\n",
        "std::snprintf(buffer, size, format, 1);\n",
        'run("SELECT name FROM keys WHERE id = :id", id);\n',
        "// TODO(#12): when the store has it\n",
        "auto t = now.time_since_epoch();\n",
        "int million = 1'000'000; throwaway(million);\n",
    ],
)
def test_what_only_looks_like_it_passes(load_tool, innocent):
    assert not list(load_tool("tools/dev/banned").problems_in("src/auth/x.cpp", innocent))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/base/clock.hpp", PLANTED["clock"]),
        ("src/app/main.cpp", PLANTED["environment"]),
        ("src/codec/x_test.cpp", PLANTED["throw"]),
        ("src/codec/x.cpp", PLANTED["secret comparison"]),
    ],
)
def test_an_exception_holds_where_it_is_written(load_tool, path, line):
    assert not list(load_tool("tools/dev/banned").problems_in(path, line))


def test_the_program_fails_on_a_planted_file_and_names_it(run_tool, tree):
    root = tree({"src/net/x.cpp": PLANTED["regex"], "src/net/y.cpp": "int x;\n"})
    done = run_tool("banned", "--root", root)
    assert done.returncode == 1
    assert done.stderr.startswith("src/net/x.cpp:1: std::regex: ")
    assert "y.cpp" not in done.stderr
