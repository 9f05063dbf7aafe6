"""Finding the entry that answers: passages, documents with questions, and entries in the other language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.types.faq import Entry
from eval.flow import Context
from eval.results import Better, Goal, Result
from eval.searching import Question, build, table
from eval.tables import published

_DTC = "cohorts/2025/03-evaluation/search_evaluation"
_SETS = ("apisix", "dolphinscheduler", "seatunnel")
_EXTRA = 13
"""DolphinScheduler's English list has one question more than the Chinese one, at this place; from there on ids differ by one."""


def faq_passages(context: Context) -> Result:
    """The passage that a reading question was asked about; the dev passages of DRCD (Traditional) and CMRC (Simplified) are one pool."""
    entries: list[Entry] = []
    asked: dict[str, list[Question]] = {}
    for name, path, language in (
        ("drcd_zh_hant", "DRCD_dev.json", "zh-Hant"),
        ("cmrc2018", "squad-style-data/cmrc2018_dev.json", "zh-Hans"),
    ):
        asked[name] = []
        paragraphs = [p for article in context.datasets.json(name, path)["data"] for p in article["paragraphs"]]
        for number, paragraph in enumerate(paragraphs):
            entries.append(Entry(id=f"{name}:{number}", language=language, answer=paragraph["context"]))
            asked[name] += [Question(qa["question"], f"{name}:{number}") for qa in paragraph["qas"]]
    index = build(entries)
    tables = tuple(
        table(
            f"{title}, in the pool of both",
            index,
            context.cases(asked[name]),
            [published("characters, its own pool only", {"R@1": floor})],
        )
        for name, title, floor in (("drcd_zh_hant", "DRCD dev", 0.925), ("cmrc2018", "CMRC 2018 dev", 0.929))
    )
    goals = tuple(
        Goal(f"{name} dev, R@1 in the pool of both", own.estimate("R@1"), Better.UP, floor)
        for name, own, floor in (("DRCD", tables[0], 0.925), ("CMRC", tables[1], 0.929))
    )
    note = f"{len(entries)} passages."
    return Result(
        "faq_passages",
        "Passages of DRCD and CMRC",
        tables,
        goals=goals,
        notes=(note,),
        cases=sum(map(len, asked.values())),
    )


def faq_bilingual(context: Context) -> Result:
    """English questions of three projects' FAQs find the Chinese entry, and the other way round, among the entries of all three."""
    sides: Mapping[str, dict[str, dict[str, Any]]] = {"en": {}, "zh": {}}
    for name in _SETS:
        for row in context.datasets.read("faq", f"{name}_faq.jsonl").decode("utf-8").splitlines():
            record = json.loads(row)
            sides[record["lang"]][f"{name}:{_place(name, record)}"] = record
    tables = []
    for asker, entry in (("en", "zh"), ("zh", "en")):
        language = {"zh": "zh-Hans", "en": "en"}[entry]
        entries = [
            Entry(id=key, language=language, question=row["q"], answer=row["a"]) for key, row in sides[entry].items()
        ]
        asked = [Question(row["q"], key) for key, row in sides[asker].items() if key in sides[entry]]
        title = {"en": "English question, Chinese entry", "zh": "Chinese question, English entry"}[asker]
        tables.append(table(title, build(entries), context.cases(asked), note=f"{len(entries)} entries."))
    goal = Goal("English question to Chinese entry, R@5", tables[0].estimate("R@5"), Better.UP, 0.80)
    return Result(
        "faq_bilingual", "Bilingual FAQs", tuple(tables), goals=(goal,), cases=sum(len(s) for s in sides.values())
    )


def _place(name: str, record: Mapping[str, Any]) -> str:
    number = int(record["id"])
    if name == "dolphinscheduler" and record["lang"] == "en" and number >= _EXTRA:
        return "extra" if number == _EXTRA else str(number - 1)
    return str(number)


def faq_dtc(context: Context) -> Result:
    """Students' questions to four courses' FAQ, without telling the course (DataTalksClub); published figures filter by course."""
    documents = context.datasets.json("dtc_faq_ground_truth", f"{_DTC}/documents-with-ids.json")
    entries = [
        Entry(id=d["id"], language="en", question=d["question"], answer=d["text"], headings=(d["course"], d["section"]))
        for d in documents
    ]
    rows = context.datasets.rows("dtc_faq_ground_truth", f"{_DTC}/ground-truth-data.csv")
    asked = context.cases([Question(row["question"], row["document"], "en") for row in rows])
    known = [
        published("Elasticsearch, course told", {"R@5": 0.740, "MRR@10": 0.603}),
        published("minsearch, course told", {"R@5": 0.772, "MRR@10": 0.661}),
        published("characters, the questions and answers as one text", {"R@1": 0.710}),
    ]
    found = table("DTC FAQ, no course filter", build(entries), asked, known)
    goal = Goal("DTC FAQ, R@1", found.estimate("R@1"), Better.UP, 0.80)
    return Result("faq_dtc", "DataTalksClub FAQ", (found,), goals=(goal,), cases=len(asked))
