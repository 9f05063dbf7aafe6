"""The week of a shop in ``docs/content.md``, call by call as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

DOCS = (Path(__file__).parents[3] / "docs/content.md").read_text("utf-8")
STEP = re.compile(
    r"```(?P<form>http|form)\n(?P<method>[A-Z]+) (?P<path>\S+)\n(?:\n(?P<body>.*?)\n)?```\n(?P<notes>(?:<!--.*?-->\n)*)",
    re.DOTALL,
)
NOTE = re.compile(r"<!-- (?P<what>keep|expect) (?P<name>[\w.]+): (?P<value>.*?) -->")


def at(document: Any, path: str) -> Any:
    for step in path.split("."):
        document = document[int(step)] if step.isdecimal() else document[step]
    return document


def test_the_week_goes_as_the_page_says(shop):
    kept: dict[str, str] = {}
    steps = list(STEP.finditer(DOCS))
    assert len(steps) == 14
    answers = [_take(shop, step, kept) for step in steps]
    assert "保溫瓶" in kept["topic"]
    first, *_, last = [one for one in answers if one and "suggestions" in one]
    assert len({one["kind"] for one in first["suggestions"]}) >= 3
    published = [one for one in last["suggestions"] if one["id"] == kept["id"]]
    assert not published, "what was published this week is not suggested again"
    assert any(one["expected"] for one in last["suggestions"])


def _take(shop, step: re.Match[str], kept: dict[str, str]) -> Any:
    path, body = _filled(step["path"], kept), _filled(step["body"] or "null", kept)
    if step["form"] == "form":
        answer = shop.operator.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 303, answer.text
        return None
    answer = shop.operator.request(step["method"], path, json=json.loads(body, strict=False))
    assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
    document = answer.json()
    for note in NOTE.finditer(step["notes"]):
        found = at(document, note["value"] if note["what"] == "keep" else note["name"])
        if note["what"] == "keep":
            kept[note["name"]] = found
        else:
            assert str(found).lower().removesuffix(".0") == note["value"].lower(), f"{path}: {note['name']} is {found}"
    return document


def _filled(text: str, kept: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda m: kept[m[1]], text)
