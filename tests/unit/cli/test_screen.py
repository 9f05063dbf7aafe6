"""What people elsewhere wrote does not steer the terminal of whoever looks at it."""

import json

import pytest
from rich.console import Group
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from assistant.cli.screen import echo, echo_json, err, inert_console, out

STEERING = ("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x08\x08", "\r", "\x7f", "\u202e", "\u2066", "\u200f")


def table(name):
    made = Table("id", "name")
    made.add_row("con_1", name)
    return made


@pytest.mark.parametrize("steering", STEERING)
@pytest.mark.parametrize("shape", [str, table, Text, Panel, lambda name: Panel(Group(Text(name), table(name)))])
def test_names_do_not_steer(capsys, steering, shape):
    for console in (out, err):
        console.print(shape(f"讀書會{steering}end"), soft_wrap=True)
    for written in capsys.readouterr():
        assert "讀書會" in written
        assert steering not in written


@pytest.mark.parametrize("steering", STEERING)
def test_documents_keep_all_that_is_in_them(capsys, steering):
    document = {"name": f"讀書會{steering}end", steering: [1]}
    echo_json(document)
    written = capsys.readouterr().out
    assert steering not in written
    assert "讀書會" in written
    assert json.loads(written) == document


def test_text_keeps_its_lines(capsys):
    echo("# 本週\n\n- a\tb \x1b[31mred")
    assert capsys.readouterr().out == "# 本週\n\n- a\tb \\x1b[31mred\n"


def test_colours_and_progress_stay(capsys):
    console = inert_console(force_terminal=True, color_system="truecolor")
    console.print("[bold]x[/]")
    with Progress(console=console) as bar:
        bar.advance(bar.add_task("messages", total=3))
    written = capsys.readouterr().out
    assert "\x1b[1mx\x1b[0m" in written
    assert "messages" in written
    assert "\\x1b" not in written
