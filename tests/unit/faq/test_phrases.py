"""What the bot says itself."""

from __future__ import annotations

import pytest

from assistant.faq.phrases import hand_over, say, say_to
from assistant.types.faq import QuestionKind
from assistant.words import LANGUAGES

UNFIXED = {QuestionKind.PLAIN, QuestionKind.CRISIS}
TALK = ("talk.greeting", "talk.thanks", "talk.bye", "talk.okay", "talk.small", "talk.unknown")


@pytest.mark.parametrize("language", [*LANGUAGES, "ja", "und"])
@pytest.mark.parametrize("kind", [kind for kind in QuestionKind if kind not in UNFIXED])
def test_every_kind_has_its_words(kind: QuestionKind, language: str) -> None:
    for because in TALK:
        text = say_to(kind, because, language, community="Alpha", emergency="119")
        assert text
        assert "{" not in text
    assert "119" in say_to(kind, "", language, community="A", emergency="119") or kind not in {
        QuestionKind.MEDICAL,
        QuestionKind.SAFETY,
    }
    assert say("emergency", language) in say_to(QuestionKind.MEDICAL, "", language, community="A")


def test_a_plain_question_has_no_fixed_answer() -> None:
    with pytest.raises(ValueError, match="plain"):
        say_to(QuestionKind.PLAIN, "", "en", community="A")


def test_with_nobody_on_duty_nothing_is_promised() -> None:
    away = hand_over("en", on_duty=False, hours="9-17", minutes=5, contact="help@example.org")
    assert "help@example.org" in away
    assert "9-17" in away
    assert "minutes" not in away
    assert "passing" not in away
    here = hand_over("zh-Hant", on_duty=True, hours="9-17", minutes=5, first="account")
    assert "5 分鐘" in here
    assert say("account", "zh-Hant") in here
    assert hand_over("en", on_duty=True) == say("handoff", "en")
