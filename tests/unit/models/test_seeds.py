"""Our own examples: what the grammars draw, what is held back, and that nothing held back trains."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import Normalised
from assistant.text.han import fold
from assistant.text.phonetic import letters_of
from models.risk import data, disguise, grammar, seeded
from models.risk.row import LABELS, Row, clean, fingerprint

GRAMMARS = sorted((seeded.FOLDER / "grammars").glob("*.txt"))
WRITTEN = sorted(seeded.FOLDER.glob("*.jsonl"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [*seeded.written(), *seeded.drawn()]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "g.txt"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", GRAMMARS, ids=lambda path: path.stem)
def test_every_grammar_reads_and_fills_all_its_slots(path: Path) -> None:
    for family in grammar.parse(path):
        assert set(family.labels) | set(family.absent) <= set(LABELS), family.name
        assert not set(family.labels) & set(family.absent), family.name
        texts = list(grammar.draw(family, 4))
        assert len(texts) >= len(family.templates), family.name
        assert not any("{" in text or "}" in text or "|" in text for text in texts), family.name


def test_a_grammar_draws_the_same_texts_every_time_and_no_text_twice() -> None:
    family = grammar.parse(GRAMMARS[0])[0]
    texts = list(grammar.draw(family))
    assert texts == list(grammar.draw(family))
    assert len(set(texts)) == len(texts)


def test_slots_nest_and_an_empty_alternative_leaves_no_gap(tmp_path: Path) -> None:
    path = write(tmp_path, "= a: x {b}\n= b: | one\n@@ e spam+fraud fam !illicit held\nsay {a} now\n")
    (family,) = grammar.parse(path)
    assert (family.labels, family.absent, family.held) == (("spam", "fraud"), ("illicit",), True)
    assert {text.casefold() for text in grammar.draw(family, 40)} == {"say x now", "say x one now"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("@@ e - f\n{nowhere}\n", "no slot 'nowhere'"),
        ("= a: {b}\n= b: {a}\n@@ e - f\n{a}\n", "nests deeper"),
        ("a template\n", "before the first family"),
        ("@@ xx - f\n", "language one of"),
        ("@@ e\n", "a family is"),
    ],
)
def test_a_bad_grammar_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(grammar.GrammarError, match=complaint) as raised:
        grammar.parse(write(tmp_path, text))
    assert "g.txt" in str(raised.value)


@given(st.text("你好，。！、；ab ,", max_size=30), st.sampled_from(sorted(grammar.LANGS.values())), st.integers())
def test_roughening_changes_case_and_marks_only(text: str, lang: str, seed: int) -> None:
    assert fingerprint(grammar.roughen(text + "x", lang, random.Random(seed))) == fingerprint(text + "x")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_written_seed_is_whole(path: Path) -> None:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        entry = json.loads(line)
        assert set(entry) <= {"text", "labels", "lang", "family", "not", "held"}, number
        assert entry["text"].strip(), number
        assert entry["family"], number
        assert entry["lang"] in grammar.LANGS.values(), number
        assert set(entry["labels"]) | set(entry.get("not", ())) <= set(LABELS), number


def test_no_family_and_no_text_both_trains_and_is_held_back(rows: list[Row]) -> None:
    held = [row for row in rows if seeded.HELD in row.tags]
    training = [row for row in rows if seeded.HELD not in row.tags]
    assert len(held) > 300
    assert not {row.group for row in held} & {row.group for row in training}
    kept = data.unique(training, {fingerprint(row.text) for row in held})
    assert not {fingerprint(row.text) for row in held} & {fingerprint(row.text) for row in kept}


def test_what_trains_and_what_is_held_back_are_told_apart_at_the_source() -> None:
    assert all(seeded.HELD not in row.tags for row in seeded.seeds())
    assert {row.source for row in seeded.held_back()} == {"seeds", "grammar"}


def test_what_a_seed_surely_has_not_is_zero_and_its_other_relatives_are_unknown() -> None:
    labels = seeded.labelled(["harassment"], ["hate"])
    assert labels["harassment"] == 1.0
    assert labels["hate"] == labels["gambling"] == 0.0
    assert "threat" not in labels


def test_each_label_and_language_has_enough_of_both_kinds(rows: list[Row]) -> None:
    for lang in grammar.LANGS.values():
        own = [row for row in rows if row.lang == lang]
        assert sum(not any(row.labels.values()) for row in own) >= 1_000, lang
        for label in LABELS:
            assert sum(row.labels.get(label) == 1.0 for row in own) >= 40, (lang, label)


@given(st.text(max_size=40), st.integers())
def test_a_disguise_takes_any_text_and_falls_the_same_way_twice(text: str, seed: int) -> None:
    assert disguise.disguise(text, random.Random(seed)) == disguise.disguise(text, random.Random(seed))


@given(st.sampled_from("妈傻办证微信钱赌博贷款約茶簿裸"), st.integers())
def test_a_homophone_sounds_the_same_and_is_another_character(char: str, seed: int) -> None:
    other = disguise.homophone(char, random.Random(seed))
    assert letters_of(fold(other)) == letters_of(fold(char))
    assert disguise.spelled(char, random.Random(seed)) in {letters_of(fold(char)), letters_of(fold(char))[0]}


def test_most_disguises_are_undone_by_the_normaliser() -> None:
    """What trains under a disguise is what serving sees of one: symbols, pictures aside, leave the letters readable."""
    for change in (disguise.foreign, disguise.wide, disguise.other_script):
        changed = "".join(change(char, random.Random(0)) for char in "free money 赌博网站")
        assert changed != "free money 赌博网站"
        assert Normalised(changed).leet.text == Normalised("free money 赌博网站").leet.text


def test_a_disguised_row_stays_in_its_group_and_only_some_harmless_ones_are_disguised() -> None:
    rows = [Row(f"harmless text {number}", clean(), "seeds", "en", f"g{number}") for number in range(9)]
    rows.append(Row("harmful text", {"spam": 1.0}, "seeds", "en", "bad"))
    found = list(seeded.disguised(rows))
    assert {row.group for row in found} <= {"g0", "g3", "g6", "bad"}
    assert not {row.text for row in found} & {row.text for row in rows}
