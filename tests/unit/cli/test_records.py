"""Reading files of messages."""

from __future__ import annotations

import io

import pytest

from assistant.cli.records import Format, read_records
from assistant.errors import InvalidInput


def records(raw: bytes, wanted: Format = Format.AUTO, name: str = "x.txt"):
    return list(read_records(io.BytesIO(raw), wanted, name))


def test_plain_lines_blank_ones_left_out_numbers_kept() -> None:
    found = records("\ufeff一\r\n\n  \n二".encode())
    assert [(r.line, r.fields["text"]) for r in found] == [(1, "一"), (4, "二")]


def test_json_lines_give_up_their_id() -> None:
    (record,) = records(b'{"id": 7, "text": "a", "channel": "c"}\n', name="x.jsonl")
    assert (record.input_id, record.fields) == (7, {"text": "a", "channel": "c"})


@pytest.mark.parametrize("line", [b"{", b"5", b"[]", b'{"text": "\xff"}', b"[" * 100_000])
def test_a_broken_line_is_told_and_the_next_one_read(line: bytes) -> None:
    broken, fine = records(line + b'\n{"text": "a"}', Format.JSONL)
    assert broken.problem
    assert fine.fields == {"text": "a"}


def test_csv_nests_dotted_columns_and_keeps_quoted_newlines() -> None:
    raw = 'id,text,member.id,price\n1,"a\nb",u1,9\n2,c,,\n'.encode("utf-8-sig")
    first, second = records(raw, name="x.csv")
    assert (first.input_id, first.fields) == ("1", {"text": "a\nb", "member": {"id": "u1"}})
    assert second.fields == {"text": "c"}


def test_csv_needs_a_text_column() -> None:
    with pytest.raises(InvalidInput, match="header"):
        records(b"a,b\n1,2\n", Format.CSV)
