"""Personal data: whether each piece is found, and whether what is found is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.types import Label
from eval.bootstrap import Estimate, estimates, rate
from eval.datasets import read_jsonl
from eval.flow import Context, Screened
from eval.metrics import Floats, ratio
from eval.results import Bars, Better, Cell, Kind, Result, Row, Table

_CLAIMED = {"CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "STREET_ADDRESS", "US_SSN"}
_COLUMNS = {
    "recall": Better.UP,
    "recall, exact span": Better.UP,
    "precision": Better.UP,
    "F1": Better.UP,
    "pieces": Better.NEITHER,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A labelled span (code points, end exclusive). ``claimed`` are the kinds that the product says it finds."""

    start: int
    end: int
    kind: str
    claimed: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    pieces: tuple[Piece, ...]


def personal_data_sample(context: Context) -> Result:
    """Our own texts: invented numbers with valid check digits, and look-alikes (order numbers, prices, dates, versions)."""
    rows = read_jsonl(context.own / "sample" / "personal_data.jsonl")
    texts = [Text(r["text"], tuple(Piece(s["start"], s["end"], s["kind"]) for s in r["spans"])) for r in rows]
    return _measure(context, "personal_data_sample", "Personal data, our own sample", texts)


def multipriv(context: Context) -> Result:
    """975 Chinese paragraphs on invented people. Most of their identity numbers fail their own check digit, and are told apart."""
    rows = context.datasets.json("multipriv-pii", "LLM/data_person_1000_zh.json")
    return _measure(
        context, "personal_data_multipriv", "Personal data, MultiPriv", [_multipriv_text(row) for row in rows]
    )


def presidio(context: Context) -> Result:
    """1,500 English sentences with invented data of many countries; kinds that the product does not look for are told apart."""
    rows = context.datasets.json("presidio-research", "data/synth_dataset_v2.json")
    texts = [
        Text(
            row["full_text"],
            tuple(
                Piece(s["start_position"], s["end_position"], s["entity_type"].lower(), s["entity_type"] in _CLAIMED)
                for s in row["spans"]
            ),
        )
        for row in rows
    ]
    return _measure(context, "personal_data_presidio", "Personal data, presidio-research", texts)


def _multipriv_text(row: dict[str, Any]) -> Text:
    text = row["naturalParagraph"]
    number = str(row["idCardNumbers"])
    values = {
        "identity number, valid" if _valid(number) else "identity number, wrong check digit": number,
        "e-mail": row["emailAddress"],
        "phone": row["phoneNumbers"],
        "address": row["location"],
    }
    found = [(text.find(value), value, kind) for kind, value in values.items()]
    return Text(text, tuple(Piece(at, at + len(value), kind) for at, value, kind in found if at >= 0))


def _valid(number: str) -> bool:
    """The check digit of GB 11643-1999 (ISO 7064, MOD 11-2)."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _measure(context: Context, task: str, title: str, texts: Sequence[Text]) -> Result:
    """A piece is found when privacy findings cover at least half of it; a finding is right when at least half of it lies in a piece."""
    texts = context.cases(texts)
    screened = context.probe.screen([text.text for text in texts])
    pairs = list(zip(texts, _found(screened, "rule:", "model:"), strict=True))
    by_rule = list(zip(texts, _found(screened, "rule:"), strict=True))
    kinds = sorted({(not piece.claimed, piece.kind) for text in texts for piece in text.pieces})
    rows = [Row(kind + (" (not looked for)" if other else ""), _kind_cells(pairs, kind)) for other, kind in kinds]
    overall = (Row("kinds that are looked for", _cells(pairs)), Row("the same, rules alone", _cells(by_rule)))
    alarms = Table(
        "texts without personal data",
        {"false positives": Better.DOWN},
        (Row("ours", _alarms(pairs)), Row("rules alone", _alarms(by_rule))),
    )
    table = Table("pieces of personal data", _COLUMNS, (*overall, *rows, _NOTHING))
    bars = Bars(
        "recall by kind", tuple((row.name, cell) for row in rows if isinstance(cell := row.cells["recall"], Estimate))
    )
    return Result(task, title, (table, alarms), (bars,), cases=len(texts))


_NOTHING = Row("flag nothing", {"recall": 0.0, "F1": 0.0}, Kind.TRIVIAL)
Pairs = Sequence[tuple[Text, list[tuple[int, int]]]]


def _found(screened: Screened, *sources: str) -> list[list[tuple[int, int]]]:
    """The spans of each text's privacy findings whose source begins with one of ``sources``, in order."""
    return [
        sorted(
            {
                (f.start, f.end)
                for f in findings
                if f.label == Label.PRIVACY and f.field == "text" and f.source.startswith(sources)
            }
        )
        for findings in screened.findings
    ]


def _alarms(pairs: Pairs) -> dict[str, Cell]:
    return {"false positives": rate(np.array([bool(spans) for text, spans in pairs if not text.pieces], dtype=bool))}


def _cells(pairs: Pairs) -> dict[str, Cell]:
    counts = np.array([_counts(text, spans) for text, spans in pairs], dtype=float)
    hits, exact, pieces, right, spans = counts.T

    def share(above: Floats, below: Floats) -> Any:
        return lambda w: ratio(w @ above, w @ below)

    def f1(w: Floats) -> Floats:
        recall, precision = ratio(w @ hits, w @ pieces), ratio(w @ right, w @ spans)
        return np.nan_to_num(ratio(2 * recall * precision, recall + precision))

    figures = estimates(
        len(pairs),
        {
            "recall": share(hits, pieces),
            "recall, exact span": share(exact, pieces),
            "precision": share(right, spans),
            "F1": f1,
        },
    )
    return {**figures, "pieces": float(pieces.sum())}


def _kind_cells(pairs: Pairs, kind: str) -> dict[str, Cell]:
    mine = [(piece, spans) for text, spans in pairs for piece in text.pieces if piece.kind == kind]
    return {
        "recall": rate(np.array([_covered(piece, spans) for piece, spans in mine], dtype=bool)),
        "recall, exact span": rate(np.array([(piece.start, piece.end) in spans for piece, spans in mine], dtype=bool)),
        "pieces": float(len(mine)),
    }


def _counts(text: Text, spans: list[tuple[int, int]]) -> tuple[int, int, int, int, int]:
    """Claimed pieces found, found exactly, and all; findings that lie in a piece of any kind, and all."""
    claimed = [piece for piece in text.pieces if piece.claimed]
    right = sum(any(2 * _overlap(span, piece) >= span[1] - span[0] for piece in text.pieces) for span in spans)
    exact = sum((piece.start, piece.end) in spans for piece in claimed)
    return sum(_covered(piece, spans) for piece in claimed), exact, len(claimed), right, len(spans)


def _covered(piece: Piece, spans: list[tuple[int, int]]) -> bool:
    inside = {at for start, end in spans for at in range(max(start, piece.start), min(end, piece.end))}
    return 2 * len(inside) >= piece.end - piece.start


def _overlap(span: tuple[int, int], piece: Piece) -> int:
    return max(0, min(span[1], piece.end) - max(span[0], piece.start))
