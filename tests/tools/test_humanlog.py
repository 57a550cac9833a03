import pytest


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            '{"time":"2026-01-02T03:04:05Z","level":"info","msg":"listening","listen":"127.0.0.1:80"}',
            "2026-01-02T03:04:05Z info  listening listen=127.0.0.1:80",
        ),
        (
            '{"time":"t","method":"GET","path":"/v1/models","status":200,"key":"ci","reason":""}',
            't GET /v1/models 200 key=ci reason=""',
        ),
        ('{"level":"error","msg":"m","detail":"two words","n":null}', 'error m detail="two words" n=null'),
        ("not JSON {", "not JSON {"),
        ('["an array"]', '["an array"]'),
        ("", ""),
        (
            r'{"level":"info","msg":"\u001b[2J","model":"a\u009b\u202egpj","n":"\ud800 \u200b"}',
            r'info  \x1b[2J model=a\u{9b}\u{202e}gpj n="\u{d800} \u{200b}"',
        ),
        ("not JSON \x1b[2J\udcff", r"not JSON \x1b[2J\xff"),
    ],
)
def test_a_line_becomes_readable(load_tool, line, text):
    assert load_tool("tools/dev/humanlog").format_line(line, color=False) == text


def test_levels_and_statuses_are_coloured(load_tool):
    humanlog = load_tool("tools/dev/humanlog")
    assert "\x1b[31merror\x1b[0m" in humanlog.format_line('{"level":"error","msg":"m"}', color=True)
    assert "\x1b[33m404\x1b[0m" in humanlog.format_line('{"method":"GET","status":404}', color=True)


def test_lines_come_through_as_they_go_in(run_tool):
    done = run_tool("humanlog", input='{"level":"info","msg":"a"}\nplain\n')
    assert done.stdout == "info  a\nplain\n"
