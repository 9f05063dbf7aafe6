"""The shipped tables hold what the code relies on; models/text/make_tables.py writes them."""

import pytest

from assistant.text.characters import TABLES, read_table
from assistant.text.han import AMBIGUOUS, HANS_ONLY, HANT_ONLY, VARIANTS, fold
from assistant.text.ordinary import COMMON, FREQUENT, is_ordinary
from assistant.text.phonetic import letters_of, syllables


def test_folding_is_one_to_one_and_final():
    traditional, simplified = (TABLES / "simplified.txt").read_text(encoding="utf-8").splitlines()
    assert len(traditional) == len(simplified) == len(set(traditional))
    assert fold(traditional) == simplified == fold(simplified)


def test_characters_that_stand_for_several_are_known():
    assert set("干后面里发台只系复谷丑松斗卷尽云表丰胡须准折姜致制钟") <= AMBIGUOUS
    assert "国" not in AMBIGUOUS
    assert set(VARIANTS["裡"]) == {"裡", "裏"}


def test_scripts_do_not_overlap():
    assert HANS_ONLY.isdisjoint(HANT_ONLY)
    assert HANT_ONLY.isdisjoint("乾后里面著")
    assert {"國", "說"} <= HANT_ONLY
    assert {"国", "说"} <= HANS_ONLY


@pytest.mark.parametrize(("char", "reading"), [("薇", "wei"), ("女", "nv"), ("行", "xing"), ("a", ""), ("馬", "")])
def test_usual_readings(char, reading):
    assert letters_of(char) == reading


def test_syllables_fit_their_private_use_characters():
    assert len(set(syllables().values())) == len(syllables()) <= 0x200
    assert all("\ue000" <= char <= "\ue1ff" for char in syllables().values())


def test_ordinary_words_and_common_characters():
    assert is_ordinary("威", "信")
    assert not is_ordinary("薇", "信")
    assert not is_ordinary("", "信")
    assert len(COMMON) == 1500
    assert "的" in FREQUENT
    assert "马" not in FREQUENT


def test_imitations_are_single_characters_outside_ascii():
    for letter, chars in read_table("imitations.tsv"):
        assert letter.rstrip("*").isascii()
        assert not any(char.isascii() or "\u3400" <= char <= "\u9fff" for char in chars)
