"""The disguises: repeatable, readable, and each leaves what it should."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import opencc
import pytest
from pypinyin import lazy_pinyin

import eval.transforms as t

ROOT = Path(t.__file__).parent
PAIRS = [json.loads(line) for line in (ROOT / "sample" / "clean_twins.jsonl").read_text("utf-8").splitlines()]
TEXTS = [(p["clean_text"], p["term_text"]) for p in PAIRS] + [(p["term_text"], p["clean_text"]) for p in PAIRS]


def each(name):
    return [(text, t.disguise(text, t.focus(text, twin), name)) for text, twin in TEXTS]


@pytest.mark.parametrize("name", t.TRANSFORMS)
def test_deterministic_and_it_does_something(name):
    first, second = each(name), each(name)
    assert first == second
    assert sum(text != hidden for text, hidden in first) > 25


@pytest.mark.parametrize("name", t.TRANSFORMS)
def test_empty_and_letterless_texts_stay(name):
    for text in ("", "。。。", "  ", "🎉"):
        assert t.disguise(text, t.focus(text, ""), name) == text


@pytest.mark.parametrize(
    ("name", "fillers"), [("symbols", t._SYMBOLS), ("emoji", t._EMOJI), ("zero-width", t._ZERO_WIDTH)]
)
def test_inserted_characters_can_be_taken_out_again(name, fillers):
    for text, hidden in each(name):
        gone = str.maketrans("", "", fillers)
        assert hidden.translate(gone) == text.translate(gone)


def test_full_width_reads_back_by_nfkc():
    for text, hidden in each("full-width"):
        assert unicodedata.normalize("NFKC", hidden) == unicodedata.normalize("NFKC", text)


def test_homophones_sound_the_same_and_keep_the_script():
    for text, hidden in each("homophones"):
        assert len(hidden) == len(text)
        for old, new in zip(text, hidden, strict=True):
            assert (
                old == new
                or lazy_pinyin(t.simplified(new)) == lazy_pinyin(t.simplified(old))
                or lazy_pinyin(new) == lazy_pinyin(old)
            )


def test_pinyin_and_initials_stand_for_the_characters():
    for text, hidden in each("pinyin"):
        assert "".join(lazy_pinyin(list(hidden))) == "".join(lazy_pinyin(list(text)))
    for text, hidden in each("initials"):
        assert len(hidden) == len(text)
        assert all(new in (old, lazy_pinyin(old)[0][0]) for old, new in zip(text, hidden, strict=True))


def join(text, together):
    for parts, whole in together.items():
        text = text.replace(parts, whole)
    return text


def test_split_characters_can_be_put_together():
    together = {parts: whole for whole, parts in t._TABLES["split"].items()}
    for text, hidden in each("split characters"):
        assert join(hidden, together) == join(text, together)


def test_traditional_reads_back():
    back = opencc.OpenCC("tw2s")
    for text, hidden in each("Traditional"):
        assert back.convert(hidden) == back.convert(text)


def test_stretching_only_repeats():
    def squeeze(text):
        return "".join(c for i, c in enumerate(text) if i == 0 or c != text[i - 1])

    for text, hidden in each("stretched"):
        assert squeeze(hidden) == squeeze(text)


@pytest.mark.parametrize("table", ["split", "look_alike", "confusable", "leet"])
def test_tables_never_map_a_character_to_itself(table):
    for char, options in t._TABLES[table].items():
        assert len(char) == 1
        assert char not in options


def test_focus_is_what_the_twin_does_not_say():
    assert t.focus("约炮今晚", "约饭今晚") == [(0, 3)]
    assert t.focus("go die now", "go diet now") == [(3, 6)]
    assert t.focus("一模一样", "一模一样") == [(0, 4)]
    text = "see you friday, kill you"
    assert [text[a:b] for a, b in t.focus(text, "see you friday, call me")] == ["kill", "you"]
