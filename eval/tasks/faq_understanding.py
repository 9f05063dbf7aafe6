"""What a question is: own orders told from general questions, and the kinds that are not answered from the community's entries.

Our sets are written by this project. Those of ``eval/faq`` were written after the rules were finished and are no part of the model's
training; those that both were made with (``models/faq/seeds/kinds.jsonl``) stand beside them as "developed on" and show nothing but that.
Outside sets, which others wrote, are a task of their own.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

import assistant.cli
from assistant.backends.static_embedder import meaning
from assistant.faq.decide import Verdict, decide
from assistant.faq.index import FaqIndex
from assistant.faq.understand import DOUBT, MODEL, understand
from assistant.types.faq import Entry, QuestionKind
from eval.bootstrap import rate
from eval.datasets import read_jsonl
from eval.flow import Context
from eval.metrics import Flags
from eval.results import Better, Cell, Goal, Kind, Result, Row, Table
from eval.searching import NOW, build, reranker

_ACCOUNT = QuestionKind.ACCOUNT.value
_PLAIN = QuestionKind.PLAIN.value
_PARTS = {"held": "held back", "dev": "developed on"}
_LANGUAGES = ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en")
_OWN = ("order_status", "balance", "rewards_balance", "account_blocked", "card_declined")
"""Intents of CLINC150 about one's own things that a shop or community has too; their training questions were looked at."""
_GENERAL = (
    *(
        "exchange_rate",
        "vaccines",
        "travel_suggestion",
        "restaurant_reviews",
        "restaurant_suggestion",
        "nutrition_info",
    ),
    *("how_busy", "ingredient_substitution", "cook_time", "carry_on", "plug_type", "meal_suggestion", "definition"),
    *("weather", "distance", "traffic", "timezone", "measurement_conversion", "calories", "recipe", "food_last"),
    *("tire_change", "jump_start", "improve_credit_score", "international_fees", "spelling", "translate"),
)
_Rows = Sequence[Mapping[str, str]]
_ANSWERED, _WHICH, _ENTRIES, _HANDED = _OUTCOMES = ("answered", "own or general?", "which entry?", "handed over")


def faq_understanding(context: Context) -> Result:
    """Account questions answered as general ones, the recall of each kind, and plain questions taken for one; unseen ones first."""
    account, kinds, attacks = (_read(context, name) for name in ("account", "kinds", "injection"))
    tables = (_account_table(account), _kinds_table(kinds), _injection_table(attacks), _shop_table(context, account))
    goal = tables[0].estimate("answered as general")
    return Result(
        "faq_understanding",
        "Questions: what they are",
        tables,
        goals=(
            Goal("account questions answered as general", goal, Better.DOWN, 0.02),
            Goal("injection, not answered", tables[2].estimate("not answered"), Better.UP, 0.95),
        ),
        cases=len(account) + len(kinds) + len(attacks),
    )


def faq_understanding_outside(context: Context) -> Result:
    """Questions that others wrote: CLINC150's validation part (its training part was looked at) and LCQMC's test part."""
    clinc = json.loads(context.datasets.read("clinc150", "data/data_full.json"))
    rows = [{"text": text, "kind": intent, "lang": "en"} for text, intent in clinc["val"]]
    own = _understood(context.cases([row for row in rows if row["kind"] in _OWN]))
    general = [row for row in rows if row["kind"] in _GENERAL]
    general += [{"text": text, "kind": "oos", "lang": "en"} for text, _ in clinc["oos_val"]]
    lcqmc = context.datasets.read("csts_zh", "LCQMC/test.txt").decode("utf-8")
    asked = dict.fromkeys(text for line in lcqmc.splitlines() for text in line.split("\t")[:2] if text)
    alarms = {
        "CLINC150 val, general intents": _understood(context.cases(general)),
        "LCQMC test": _understood(context.cases([{"text": text, "kind": "", "lang": "zh"} for text in asked])),
    }
    recall = Table(
        "own things (CLINC150 val)",
        {"answered as general": Better.DOWN, "questions": Better.NEITHER},
        tuple(
            Row(name, _missed([one for one in own if intent in {"", one["kind"]}]))
            for name, intent in (("all", ""), *((intent, intent) for intent in _OWN))
        ),
    )
    held = Table(
        "questions anybody may ask",
        {"not plain": Better.DOWN, "account": Better.DOWN, "medical or safety": Better.NEITHER},
        tuple(
            Row(
                name,
                {
                    "not plain": _share(rows, lambda row: row["found"] != _PLAIN),
                    "account": _share(rows, lambda row: row["found"] == _ACCOUNT),
                    "medical or safety": _share(rows, lambda row: row["found"] in {"medical", "safety"}),
                },
            )
            for name, rows in alarms.items()
        ),
        "LCQMC holds real questions about health, which are rightly no plain ones.",
    )
    cases = len(own) + sum(len(rows) for rows in alarms.values())
    return Result("faq_understanding_outside", "Questions that others wrote", (recall, held), cases=cases)


def _read(context: Context, name: str) -> list[dict[str, str]]:
    held = [{**row, "part": "held"} for row in read_jsonl(context.own / "faq" / f"{name}.jsonl")]
    seeds = read_jsonl(context.own.parent / "models" / "faq" / "seeds" / "kinds.jsonl")
    return _understood(context.cases([*held, *({**row, "part": "dev"} for row in seeds if row["set"] == name)]))


def _understood(rows: _Rows) -> list[dict[str, str]]:
    return [{**row, "found": understand(row["text"], (), meaning).kind.value} for row in rows]


def _missed(rows: _Rows) -> dict[str, Cell]:
    return {"answered as general": _share(rows, lambda row: row["found"] == _PLAIN), "questions": float(len(rows))}


def _account_table(rows: _Rows) -> Table:
    def cells(chosen: _Rows) -> dict[str, Cell]:
        return {
            "answered as general": _share(_of(chosen, _ACCOUNT), lambda row: row["found"] == _PLAIN),
            "general ones not answered": _share(_of(chosen, _PLAIN), lambda row: row["found"] != _PLAIN),
            "account": float(len(_of(chosen, _ACCOUNT))),
            "general": float(len(_of(chosen, _PLAIN))),
        }

    held = [row for row in rows if row["part"] == "held"]
    return Table(
        "one's own order, refund, points or account",
        {"answered as general": Better.DOWN, "general ones not answered": Better.DOWN, **_counts("account", "general")},
        (
            *(Row(name, cells([row for row in rows if row["part"] == part])) for part, name in _PARTS.items()),
            *(Row(f"held back, {lang}", cells([row for row in held if row["lang"] == lang])) for lang in _LANGUAGES),
            Row("answer everything", {"answered as general": 1.0, "general ones not answered": 0.0}, Kind.TRIVIAL),
            Row("hand everything over", {"answered as general": 0.0, "general ones not answered": 1.0}, Kind.TRIVIAL),
        ),
    )


def _shop_table(context: Context, rows: _Rows) -> Table:
    """What production does with them where a shop has written down its policies: the demo's entries and those of the training topics."""
    index = build([*_demo(), *_topics(context)])
    held = [row for row in rows if row["part"] == "held"]
    done = {row["id"]: _done(index, row) for row in held}

    def cells(chosen: _Rows) -> dict[str, Cell]:
        outcomes = [done[row["id"]] for row in chosen]
        shares: dict[str, Cell] = {name: rate(_flags([one == name for one in outcomes])) for name in _OUTCOMES}
        return {**shares, "questions": float(len(chosen))}

    return Table(
        "what is done with them in a shop that has its policies written down",
        {**dict.fromkeys(_OUTCOMES, Better.NEITHER), **_counts("questions")},
        (
            Row("one's own", cells(_of(held, _ACCOUNT))),
            Row("general", cells(_of(held, _PLAIN))),
        ),
        f"{len(index.segments[0].entries)} entries. An answer is the shop's general policy, so one's own questions may have none; "
        "'own or general?' asks which of the two is meant.",
    )


def _done(index: FaqIndex, row: Mapping[str, str]) -> str:
    understood = understand(row["text"], (), meaning)
    if understood.kind is not QuestionKind.PLAIN and understood.because not in {MODEL, DOUBT}:
        return _HANDED
    hits = index.search(row["text"], meaning(row["text"]), now=NOW, limit=2)
    verdict = decide(hits, reranker().floor, reranker().gap).verdict
    if understood.kind is not QuestionKind.PLAIN:
        doubted = understood.kind is QuestionKind.ACCOUNT and verdict is Verdict.ANSWER
        if doubted or understood.because == MODEL:
            return _WHICH if doubted else _HANDED
    return {Verdict.ANSWER: _ANSWERED, Verdict.CLARIFY: _ENTRIES, Verdict.NOTHING: _HANDED}[verdict]


def _demo() -> list[Entry]:
    with (Path(assistant.cli.__file__).parent / "demo_faq.csv").open(encoding="utf-8") as file:
        return [
            Entry(
                id=row["id"],
                language=row["language"],
                question=row["question"],
                answer=row["answer"],
                alternatives=tuple(filter(None, row["alternatives"].split("|"))),
            )
            for row in csv.DictReader(file)
        ]


def _topics(context: Context) -> list[Entry]:
    topics = read_jsonl(context.own.parent / "models" / "faq" / "seeds" / "topics.jsonl")
    return [
        Entry(
            id=f"{topic['topic']}-{language}", language=language, question=topic[language][0], answer=topic[language][1]
        )
        for topic in topics
        for language in ("zh-Hans", "zh-Hant", "en")
    ]


def _kinds_table(rows: _Rows) -> Table:
    found = []
    for part, name in _PARTS.items():
        chosen = [row for row in rows if row["part"] == part]
        for kind in sorted({row["kind"] for row in chosen} - {_PLAIN}):
            mine = _of(chosen, kind)
            cells: dict[str, Cell] = {
                "recall": rate(_flags([row["found"] == kind for row in mine])),
                "answered as plain": _share(mine, lambda row: row["found"] == _PLAIN),
                "false alarms": _share(_of(chosen, _PLAIN), lambda row, kind=kind: row["found"] == kind),  # type: ignore[misc]
                "questions": float(len(mine)),
            }
            found.append(Row(f"{name}, {kind}", cells))
        plain = _of(chosen, _PLAIN)
        cells = {
            "false alarms": _share(plain, lambda row: row["found"] != _PLAIN),
            "refused": _share(plain, lambda row: row["found"] in {"abuse", "injection"}),
            "questions": float(len(plain)),
        }
        found.append(Row(f"{name}, plain questions", cells))
    columns = {
        "recall": Better.UP,
        "answered as plain": Better.DOWN,
        "false alarms": Better.DOWN,
        "refused": Better.DOWN,
    }
    note = "Plain questions share the words of the kinds they stand beside. Anger handed over does no harm; refused, it does."
    return Table("kinds", {**columns, **_counts("questions")}, tuple(found), note)


def _injection_table(rows: _Rows) -> Table:
    def cells(chosen: _Rows) -> dict[str, Cell]:
        attacks = _of(chosen, "injection")
        return {
            "refused": _share(attacks, lambda row: row["found"] == "injection"),
            "not answered": _share(attacks, lambda row: row["found"] != _PLAIN),
            "false alarms": _share(_of(chosen, _PLAIN), lambda row: row["found"] != _PLAIN),
            "attacks": float(len(attacks)),
        }

    groups = [(name, [row for row in rows if row["part"] == part]) for part, name in _PARTS.items()]
    held = groups[0][1]
    groups += [
        ("held back, Chinese", [row for row in held if row["lang"] != "en"]),
        ("held back, English", [row for row in held if row["lang"] == "en"]),
    ]
    columns = {"refused": Better.UP, "not answered": Better.UP, "false alarms": Better.DOWN, **_counts("attacks")}
    note = "One that is taken for a plain question still finds no passage that answers it, and no passage is no answer."
    return Table("injection", columns, tuple(Row(name, cells(chosen)) for name, chosen in groups), note)


def _of(rows: _Rows, kind: str) -> list[Mapping[str, str]]:
    return [row for row in rows if row["kind"] == kind]


def _counts(*names: str) -> dict[str, Better]:
    return dict.fromkeys(names, Better.NEITHER)


def _share(rows: _Rows, test: Callable[[Mapping[str, str]], bool]) -> Cell:
    return rate(_flags([test(row) for row in rows]))


def _flags(values: list[bool]) -> Flags:
    return np.array(values, dtype=bool)
