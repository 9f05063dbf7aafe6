"""Sets are given out only when they are the ones that were measured."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from eval.datasets import Absent, Changed, Datasets, Source, read_catalogue, read_jsonl


def source(files):
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return {"set": Source("set", "someone/set", "abc1234", "MIT", "eval", hashes)}


@pytest.fixture
def datasets(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("in.csv", "\ufeffa,b\n1,二\n")
    files = {
        "data/a.csv": '\ufeffx,y\n1,"two\nlines"\n'.encode(),
        "b.zip": archive.getvalue(),
        "c.tsv": b'x\ty\n"1\t2\n',
    }
    for path, content in files.items():
        (tmp_path / "set" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / path).write_bytes(content)
    return Datasets(tmp_path, source(files))


def test_reads_csv_tsv_and_zip(datasets):
    assert datasets.rows("set", "data/a.csv") == [{"x": "1", "y": "two\nlines"}]
    assert datasets.rows("set", "c.tsv", delimiter="\t", quoted=False) == [{"x": '"1', "y": "2"}]
    assert datasets.zipped_rows("set", "b.zip", "in.csv") == [{"a": "1", "b": "二"}]


def test_a_changed_file_is_refused(datasets):
    (datasets.data_dir / "set" / "c.tsv").write_bytes(b"other")
    with pytest.raises(Changed, match=r"refused: set/c.tsv has SHA-256"):
        datasets.read("set", "c.tsv")


def test_an_absent_file_says_where_it_comes_from(datasets):
    (datasets.data_dir / "set" / "c.tsv").unlink()
    with pytest.raises(Absent, match=r"github.com/someone/set, commit abc1234"):
        datasets.read("set", "c.tsv")


def test_a_file_that_cannot_be_read_is_absent_and_ends_no_run(datasets, monkeypatch):
    def fails(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.raises(Absent, match=r"set/c.tsv cannot be read: Input/output error"):
        datasets.read("set", "c.tsv")


def test_the_catalogue_is_complete():
    for name, one in read_catalogue().items():
        assert one.name == name
        assert one.files
        assert all(len(digest) == 64 for digest in one.files.values())
        assert "/" in one.repository
        assert one.licence
        assert one.use


def test_our_own_rows_may_be_absent_too(tmp_path):
    with pytest.raises(Absent):
        read_jsonl(tmp_path / "none.jsonl")
