"""``assistant migrate perspective``."""

from __future__ import annotations

import json

from assistant.cli.exits import Exit


def test_figures_per_attribute_and_the_largest_differences(run, tmp_path) -> None:
    rows = [
        {"text": "you are a stupid idiot", "scores": {"TOXICITY": 0.95, "INSULT": 0.96}},
        {"text": "have a nice day", "scores": {"TOXICITY": 0.02}},
        {"text": "thanks for the quick delivery", "scores": {"TOXICITY": 0.01}},
        {
            "request": {"comment": {"text": "shut up you moron"}},
            "response": {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.9}}}},
        },
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    done = run("migrate", "perspective", "log.jsonl", "--threshold", "TOXICITY=0.8", "-o", "figures.json")
    assert done.returncode == Exit.CLEAN, done.stderr
    toxicity, insult = json.loads((tmp_path / "figures.json").read_text())
    assert (toxicity["attribute"], toxicity["comments"], toxicity["flagged_share"]) == ("TOXICITY", 4, 0.5)
    assert toxicity["rank_correlation"] > 0.5
    assert 0 < toxicity["our_threshold"] <= 1
    assert (insult["attribute"], insult["comments"], insult["rank_correlation"]) == ("INSULT", 1, None)
    assert "TOXICITY" in done.stdout


def test_wrong_thresholds_and_lines_are_named(run, tmp_path) -> None:
    (tmp_path / "log.jsonl").write_text('{"text": "a"}\n')
    for arguments, said in (
        (("log.jsonl",), "line 1"),
        (("log.jsonl", "--threshold", "NICENESS=1"), "NICENESS"),
        (("log.jsonl", "--threshold", "TOXICITY=2"), "TOXICITY=2"),
        (("none.jsonl",), "none.jsonl"),
        (("log.jsonl", "--output", "nowhere/figures.json"), "--output"),
        (("log.jsonl", "--output", "."), "--output"),
    ):
        done = run("migrate", "perspective", *arguments)
        assert done.returncode == Exit.USAGE
        assert said in done.stderr
