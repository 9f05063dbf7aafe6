"""``--check``: it fails when a figure drops, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval import baseline
from eval.bootstrap import Estimate
from eval.results import Better, Kind, Result, Row, Status, Table


def result(recall=0.8, false=0.1, task="cold"):
    cells = {
        "recall": Estimate(recall, recall - 0.05, recall + 0.05, 100),
        "false positives": Estimate(false, 0.05, 0.15, 100),
    }
    columns = {"recall": Better.UP, "false positives": Better.DOWN, "texts": Better.NEITHER}
    rows = (Row("ours", {**cells, "texts": 100.0}), Row("flag nothing", {"recall": 0.0}, Kind.TRIVIAL))
    return Result(task, task, (Table("t", columns, rows),))


@pytest.fixture
def before(tmp_path):
    path = tmp_path / "baseline.json"
    baseline.write([result()], path)
    return path


@pytest.mark.parametrize(
    ("now", "worse", "better"),
    [
        (result(), 0, 0),
        (result(recall=0.76), 0, 0),
        (result(recall=0.74), 1, 0),
        (result(recall=0.86), 0, 1),
        (result(false=0.16), 1, 0),
        (result(false=0.04), 0, 1),
        (result(recall=0.2, false=0.9), 2, 0),
    ],
)
def test_worse_is_below_the_interval_in_the_figure_s_own_direction(before, now, worse, better):
    found = baseline.compare([now], baseline.read(before))
    assert (len(found.worse), len(found.better)) == (worse, better)


def test_a_figure_that_is_gone_is_worse(before):
    now = result()
    table = now.tables[0]
    fewer = replace(now, tables=(replace(table, rows=table.rows[1:]),))
    assert len(baseline.compare([fewer], baseline.read(before)).worse) == 2


def test_an_undefined_figure_is_worse(before):
    assert len(baseline.compare([result(recall=float("nan"))], baseline.read(before)).worse) == 1


def test_absent_data_and_new_tasks_are_named_and_do_not_fail(before):
    absent = Result("cold", "cold", notes=("absent: cold/test.csv",), status=Status.ABSENT)
    found = baseline.compare([absent, result(task="new")], baseline.read(before))
    assert not found.worse
    assert found.unchecked == ("cold: absent: cold/test.csv", "new: not in the baseline")


def test_writing_keeps_the_tasks_that_were_not_run(before):
    baseline.write([result(task="other")], before)
    assert set(baseline.read(before)) == {"cold", "other"}


def test_no_baseline_yet(tmp_path):
    assert baseline.read(tmp_path / "none.json") == {}


def test_another_version_is_refused(tmp_path):
    path = tmp_path / "b.json"
    path.write_text('{"version": 99, "tasks": {}}', "utf-8")
    with pytest.raises(ValueError, match="version 99"):
        baseline.read(path)
