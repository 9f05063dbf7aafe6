"""``assistant moderate``: formats, order, resuming, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.exits import Exit

SPAM = "加❤薇❤信 abc123 日结300"
POLICY = """
thresholds = { spam = { block = 0.95 }, "custom:競品" = { hide = 0.5 } }
[[lists]]
id = "rivals"
label = "custom:競品"
terms = ["某某牌"]
"""


def answers(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_clean_file_ends_with_0_and_needs_no_database(run, tmp_path) -> None:
    (tmp_path / "in.txt").write_text("今天天气真好\n\nlovely weather today\n", "utf-8")
    done = run("moderate", "in.txt", "--output", "out.jsonl")
    assert done.returncode == Exit.CLEAN, done.stderr
    rows = answers(tmp_path / "out.jsonl")
    assert [(row["line"], row["action"], row["policy"]["id"]) for row in rows] == [
        (1, "allow", "default"),
        (3, "allow", "default"),
    ]
    assert not (tmp_path / "data").exists()


def test_json_lines_keep_their_ids_and_order_and_broken_lines_are_told(run, tmp_path) -> None:
    lines = [
        json.dumps({"id": "a", "text": SPAM, "channel": "general"}),
        '{"id": "b", "text": ""}',
        "nonsense",
        '{"id": 4, "text": "hello", "surprise": 1}',
        '{"id": 5, "text": "hello"}',
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    done = run("moderate", "in.jsonl", "-o", "out.jsonl")
    assert done.returncode == Exit.FAILED_LINES
    rows = answers(tmp_path / "out.jsonl")
    assert [row["input_id"] for row in rows] == ["a", "b", None, 4, 5]
    assert [row.get("error", {}).get("field") for row in rows] == [None, "text", "line", "surprise", None]
    assert rows[0]["findings"][0] | {"score": 0} == {
        "label": "spam",
        "score": 0,
        "start": 0,
        "end": 5,
        "start_utf16": 0,
        "end_utf16": 5,
        "text": "加❤薇❤信",
        "source": "rule:spam.contact",
        "field": "text",
    }
    relaxed = run("moderate", "in.jsonl", "-o", "relaxed.jsonl", "--ignore-unknown")
    assert "error" not in answers(tmp_path / "relaxed.jsonl")[3]
    assert relaxed.returncode == Exit.FAILED_LINES


def test_csv_and_standard_streams(run, tmp_path) -> None:
    (tmp_path / "in.csv").write_text(f'id,text,member.id\n1,"{SPAM}",u1\n2,"a\nb",\n', "utf-8")
    done = run("moderate", "in.csv", "--exit-on", "hide")
    assert done.returncode == Exit.REACHED, done.stderr
    assert [json.loads(line)["input_id"] for line in done.stdout.splitlines()] == ["1", "2"]
    piped = run("moderate", "-", "--format", "jsonl", stdin='{"id": 9, "text": "hello"}\n')
    assert json.loads(piped.stdout)["input_id"] == 9


def test_a_policy_file_decides_and_its_own_labels_are_scored(run, tmp_path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    (tmp_path / "in.txt").write_text(f"{SPAM}\n某 某 牌 比較便宜\n", "utf-8")
    done = run("moderate", "in.txt", "-o", "out.jsonl", "--policy", "policy.toml")
    assert done.returncode == Exit.REACHED, done.stderr
    spam, rival = answers(tmp_path / "out.jsonl")
    assert (spam["action"], rival["action"]) == ("block", "hide")
    assert rival["scores"]["custom:競品"] > 0.5
    assert rival["findings"][0]["source"] == "rule:rivals"


def test_a_stopped_run_goes_on_where_it_stopped(run, tmp_path) -> None:
    (tmp_path / "in.txt").write_text("\n".join(f"第{i}條訊息" for i in range(600)), "utf-8")
    whole = run("moderate", "in.txt", "-o", "out.jsonl")
    assert whole.returncode == Exit.CLEAN, whole.stderr
    out = tmp_path / "out.jsonl"
    kept = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(b"".join(kept[:300]) + kept[300][:40])
    again = run("moderate", "in.txt", "-o", "out.jsonl")
    assert again.returncode == Exit.CLEAN, again.stderr
    assert "after 300 finished" in again.stderr
    rows = answers(out)
    assert [row["line"] for row in rows] == list(range(1, 601))
    assert out.read_bytes().startswith(b"".join(kept[:300]))
    assert run("moderate", "in.txt", "-o", "out.jsonl").returncode == Exit.CLEAN
    assert len(answers(out)) == 600


def test_the_answers_to_another_file_are_not_overwritten(run, tmp_path) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": 1, "text": "a"}\n', "utf-8")
    (tmp_path / "two.jsonl").write_text('{"id": 2, "text": "b"}\n{"id": 3, "text": "b"}\n', "utf-8")
    run("moderate", "one.jsonl", "-o", "out.jsonl")
    before = (tmp_path / "out.jsonl").read_bytes()
    assert run("moderate", "two.jsonl", "-o", "out.jsonl").returncode == Exit.USAGE
    (tmp_path / "notes.txt").write_text("my notes\n")
    assert run("moderate", "one.jsonl", "-o", "notes.txt").returncode == Exit.USAGE
    assert (tmp_path / "out.jsonl").read_bytes() == before
    assert (tmp_path / "notes.txt").read_text() == "my notes\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("moderate", "missing.txt"), Exit.USAGE, "missing.txt"),
        (("moderate",), Exit.USAGE, "FILE"),
        (("moderate", "here.txt", "--policy", "missing.toml"), Exit.USAGE, "missing.toml"),
        (("moderate", "here.txt", "--policy", "here.txt"), Exit.USAGE, "policy"),
        (("moderate", "here.txt", "--exit-on", "shout"), Exit.USAGE, "shout"),
        (("moderate", "here.txt", "-o", "no/such/folder.jsonl"), Exit.CANNOT_START, "folder"),
        (("moderate", "here.csv"), Exit.USAGE, "text"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, tmp_path, arguments, code, said) -> None:
    (tmp_path / "here.txt").write_text("hello\n")
    (tmp_path / "here.csv").write_text("a,b\n1,2\n")
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_model_cannot_start(run, tmp_path) -> None:
    (tmp_path / "in.txt").write_text("hello\n")
    (tmp_path / "assistant.toml").write_text('[risk]\nmodel = "./nowhere"\nlocal_files_only = true\n')
    done = run("moderate", "in.txt")
    assert done.returncode == Exit.CANNOT_START
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_input_and_output_may_not_be_one_file_and_notes_survive(run, tmp_path) -> None:
    (tmp_path / "same.txt").write_text("hello")
    assert run("moderate", "same.txt", "-o", "same.txt").returncode == Exit.USAGE
    assert (tmp_path / "same.txt").read_text() == "hello"
    (tmp_path / "notes").write_text("one line, no newline")
    assert run("moderate", "same.txt", "-o", "notes").returncode == Exit.USAGE
    assert (tmp_path / "notes").read_text() == "one line, no newline"


def test_answers_of_another_policy_are_not_mixed_in(run, tmp_path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    (tmp_path / "in.txt").write_text("hello\nthere\n")
    assert run("moderate", "in.txt", "-o", "out.jsonl").returncode == Exit.CLEAN
    other = run("moderate", "in.txt", "-o", "out.jsonl", "--policy", "policy.toml")
    assert other.returncode == Exit.USAGE
    assert "another policy" in other.stderr


def test_ids_and_columns_of_any_kind_are_survived(run, tmp_path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "\\ud800", "text": "hello"}\n{"id": {"a": [1]}, "text": "hello"}\n')
    done = run("moderate", "in.jsonl")
    assert done.returncode == Exit.CLEAN, done.stderr
    assert [json.loads(line)["input_id"] for line in done.stdout.splitlines()] == ["\ud800", {"a": [1]}]
    (tmp_path / "in.csv").write_text("text,member,member.id\nhello,u1,u2\n")
    assert "Traceback" not in run("moderate", "in.csv").stderr
    (tmp_path / "assistant.toml").write_text("[risk\n")
    broken = run("moderate", "in.jsonl")
    assert (broken.returncode, "Traceback" in broken.stderr) == (Exit.CANNOT_START, False)
