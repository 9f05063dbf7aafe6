"""Whatever members write, the instructions of a draft stay as they are, and members' words stay data that is seen."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.prompts import load_prompt
from assistant.text import visible
from assistant.types.content import Goal, Idea, Kind
from assistant.types.content_settings import ContentSettings
from assistant.usecases.content.writing import Brief, render_prompt

ATTACKS = tomllib.loads((Path(__file__).parents[2] / "data/content_injections.toml").read_text("utf-8"))["attack"]
LANGUAGES = ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en")
CONTROL = re.compile(r"<\||\[/?INST|<</?SYS|</?s>|</?\w+>|\{\{|\{%|\{#|```json\s*\{")
HIDDEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x85\U000e0000-\U000e007f]")


def filled(language: str, evidence: str = "", subject: str = "保溫瓶", example: str = ""):
    idea = Idea("sug_1", Kind.ANSWERS, subject, "question", {"need": subject}, 1.0, "need_1")
    return render_prompt(ContentSettings(name="小樹"), Brief(idea, Goal.HELP, "", language, [evidence], [example]))


def test_every_way_is_tried_in_every_script() -> None:
    assert {one["language"] for one in ATTACKS} == set(LANGUAGES)
    ways = {one["way"] for one in ATTACKS}
    assert ways == {"ignore", "delimiters", "control tokens", "role play", "tools", "template", "hidden characters"}


@pytest.mark.parametrize("place", ["evidence", "subject", "example"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_instructions_are_the_same_whatever_members_write(language: str, place: str) -> None:
    plain = filled(language)
    for attack in ATTACKS:
        prompt = filled(language, **{place: attack["text"]})
        assert prompt.system == plain.system
        assert "\n" not in prompt.user
        assert not CONTROL.search(prompt.user), attack
        assert not HIDDEN.search(prompt.user), attack
        data, before = json.loads(prompt.user), json.loads(plain.user)
        name = {"example": "examples"}.get(place, place)
        own = data.pop(name) if place == "subject" else data.pop(name)[0]
        before.pop(name)
        assert data == before, "no other place changes"
        assert own == visible(attack["text"])


@given(st.text(max_size=300))
def test_any_text_stays_in_its_place(text: str) -> None:
    data = json.loads(filled("en", evidence=text).user)
    assert set(data) == set(load_prompt("content_draft").variables)
    assert data["evidence"] == [visible(text)]


@given(st.text(max_size=100))
def test_what_is_visible_stays_so(text: str) -> None:
    once = visible(text)
    assert visible(once) == once
    assert not HIDDEN.search(once)


def test_ordinary_texts_are_left_alone() -> None:
    for text in ("保溫瓶漏水，怎麼辦？\n第二行", "It's 5 °C — naïve café 👍🏽", "ｆｕｌｌ　width"):
        assert visible(text) == text
