"""``assistant eval``: the checkout's harness, on the files of whoever calls it."""

from __future__ import annotations

import json

from assistant.cli import harness

FEW = ["--task", "personal_data_sample", "--limit", "1"]


def test_files_are_those_of_the_caller_s_folder(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "__main__.py").write_text("raise SystemExit(7)")
    (tmp_path / "taken").write_text("no folder")
    assert harness._run_module("eval", [*FEW, "--out", "taken"]) == 2
    assert "--out taken is not a folder" in capfd.readouterr().err
    assert harness._run_module("eval", [*FEW, "--out", "mine"]) == 0
    assert json.loads((tmp_path / "mine" / "report.json").read_text("utf-8"))["about"]["limit"] == 1
