"""``python -m eval`` on the real flow, with the rows of this repository."""

from __future__ import annotations

import json

import pytest

from eval import __main__ as command
from eval import report
from eval.__main__ import main
from eval.datasets import Datasets

TASK = ["--task", "personal_data_sample"]


def test_check_passes_on_its_own_baseline_and_fails_when_a_figure_drops(tmp_path, capsys):
    path, out = tmp_path / "baseline.json", tmp_path / "out"
    common = [*TASK, "--out", str(out), "--baseline", str(path)]
    assert main([*common, "--write-baseline"]) == 0
    assert main([*common, "--check"]) == 0
    assert {p.name for p in out.iterdir()} == {"report.html", "report.json", "report.md"}

    document = json.loads(path.read_text("utf-8"))
    figures = document["tasks"]["personal_data_sample"]
    name = next(key for key in figures if key.endswith("looked for / recall"))
    figures[name] |= {"value": 1.5, "low": 1.4, "high": 1.6}
    path.write_text(json.dumps(document), "utf-8")
    capsys.readouterr()
    assert main([*common, "--check"]) == 1
    assert "1 worse" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [
        ["--task", "nothing"],
        ["--limit", "5", "--check"],
        ["--limit", "0"],
        ["--sample", *TASK],
        ["--sample", "--check", "--write-baseline"],
        [*TASK, "--check", "--baseline", "none.json"],
        [*TASK, "--check", "--baseline", "."],
        [*TASK, "--check", "--baseline", "broken.json"],
        [*TASK, "--check", "--baseline", "report.json"],
        [*TASK, "--check", "--baseline", "list.json"],
        [*TASK, "--check", "--baseline", "latin.json"],
        [*TASK, "--write-baseline", "--baseline", "broken.json"],
        [*TASK, "--write-baseline", "--baseline", "nowhere/b.json"],
        [*TASK, "--out", "broken.json"],
        [*TASK, "--out", "broken.json/out"],
    ],
    ids=" ".join,
)
def test_what_cannot_come_to_anything_is_told_before_it_is_measured(wrong, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.json").write_text('{"version": 1, "tas')
    (tmp_path / "report.json").write_text('{"version": 1, "results": []}')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "latin.json").write_bytes(b'{"version": 1, "tasks": {"caf\xe9": {}}}')
    monkeypatch.setattr(command, "_measure", lambda *_: pytest.fail("measured"))
    with pytest.raises(SystemExit) as stop:
        main(wrong)
    assert stop.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_wrong_settings_are_no_regression(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ASSISTANT_LIMITS_TEXT_CHARS", "many")
    assert main([*TASK, "--out", str(tmp_path)]) == 2
    assert "limits.text_chars" in capsys.readouterr().err


def test_degraded_decisions_fail_the_run_and_never_become_the_baseline(tmp_path, monkeypatch):
    def degraded(tasks, limit, console):
        about = report.About("now", "abc", "demo 1", "words 1", "a machine", None, 3)
        return [], about, Datasets(tmp_path)

    monkeypatch.setattr(command, "_measure", degraded)
    path = tmp_path / "baseline.json"
    assert main(["--sample", "--out", str(tmp_path), "--baseline", str(path), "--write-baseline"]) == 1
    assert not path.exists()
