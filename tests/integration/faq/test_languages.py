"""The language of an answer and the place of its emergency number."""

from __future__ import annotations

import pytest

from tests.integration.faq.conftest import Faq

ILL = {
    "zh-Hant": "寶寶發燒一直吐怎麼辦",
    "zh-Hans": "宝宝发烧一直吐怎么办",
    "en": "my baby has a fever and is vomiting",
}


@pytest.mark.parametrize(
    ("language", "numbers"), [("zh-Hant", ("119", "110")), ("zh-Hant-HK", ("999",)), ("zh-Hans", ("120", "110"))]
)
def test_the_emergency_number_is_that_of_the_askers_language(faq: Faq, language: str, numbers: tuple[str, ...]) -> None:
    asked = faq.ask(ILL.get(language, ILL["zh-Hant"]), language=language)
    assert asked["because"] == "medical"
    assert " / ".join(numbers) in asked["answer"]


def test_without_a_language_the_script_of_the_question_tells_it(faq: Faq) -> None:
    assert "119 / 110" in faq.ask(ILL["zh-Hant"])["answer"]
    assert "120 / 110" in faq.ask(ILL["zh-Hans"])["answer"]


def test_in_english_the_communitys_place_then_its_time_zone_tell_it(faq: Faq) -> None:
    faq.settings(default_language="zh-Hant-HK")
    assert "999" in faq.ask(ILL["en"])["answer"]
    faq.settings(default_language="en", time_zone="Asia/Taipei")
    assert "119 / 110" in faq.ask(ILL["en"])["answer"]
    faq.settings(time_zone="Asia/Singapore")
    assert "995 / 999" in faq.ask(ILL["en"])["answer"]


def test_the_default_language_is_set_shown_and_stays(faq: Faq) -> None:
    assert faq.operator.get("/v1/faq/settings").json()["default_language"] == "zh-Hans"
    changed = faq.operator.put("/v1/faq/settings", json={"default_language": "zh-TW"}).json()
    assert changed["default_language"] == "zh-Hant"
    faq.settings(chips=3)
    shown = faq.operator.get("/v1/faq/settings").json()
    assert (shown["default_language"], shown["chips"]) == ("zh-Hant", 3)
    again = faq.operator.put("/v1/faq/settings", json=shown)
    assert again.status_code == 200, "what is read can be written"
    for wrong in ("fr", "zh", "x", 7, "zh-Hant-" + "x" * 40):
        refused = faq.operator.put("/v1/faq/settings", json={"default_language": wrong})
        assert refused.status_code == 400, wrong
        assert "default_language" in refused.text


def test_neutral_texts_get_the_browsers_language_then_the_default(faq: Faq) -> None:
    neutral = ("你好", "早安", "我要真人", "感恩", "掰掰", "了解")
    assert {faq.ask(text)["language"] for text in neutral} == {"zh-Hans"}
    taiwan = {"accept-language": "zh-TW,zh;q=0.9,en;q=0.8"}
    assert {faq.ask(text, headers=taiwan)["language"] for text in neutral} == {"zh-Hant"}
    faq.settings(default_language="zh-Hant-HK")
    assert {faq.ask(text)["language"] for text in neutral} == {"zh-Hant-HK"}
    assert faq.ask("怎么退货")["language"] == "zh-Hans"
    assert faq.ask("怎么退货", language="zh-Hant")["language"] == "zh-Hant"


def test_chat_completions_follow_the_browser_and_the_default(faq: Faq) -> None:
    def spoken(**headers: str) -> str:
        body = {"messages": [{"role": "user", "content": "你好"}]}
        return faq.member.post("/v1/chat/completions", json=body, headers=headers).json()["assistant"]["language"]

    assert spoken() == "zh-Hans"
    assert spoken(**{"accept-language": "zh-HK"}) == "zh-Hant-HK"
    faq.settings(default_language="zh-Hant")
    assert spoken() == "zh-Hant"


def test_office_hours_are_in_the_language_of_the_answer(faq: Faq) -> None:
    faq.settings(hours=[{"days": [1, 2, 3, 4, 5], "begins": "00:00", "ends": "24:00"}])
    asked = faq.ask("轉接真人客服", language="zh-Hant")
    assert "週一至週五" in asked["answer"]
    assert asked["handoff"]["hours"].startswith("週一至週五")
    assert "周" not in asked["answer"]
    assert "星期一至五" in faq.ask("轉接真人客服", language="zh-Hant-HK")["answer"]
