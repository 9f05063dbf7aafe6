"""English with a little Chinese in it is read as what it is, and places in its parts are the text's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.cascade import CascadeClassifier
from assistant.backends.mixed import MixedClassifier, parts
from assistant.text import Normalised
from assistant.text.language import english_and_chinese

INNER = CascadeClassifier.load()
MODEL = MixedClassifier(INNER)
HARM = "Double your bitcoin in one day, guaranteed! Send 0.1 BTC to this wallet and get 0.2 back."
CALM = "Thanks for the parcel, it came on Tuesday and the colour is lovely."


@pytest.mark.parametrize("words", ["哈哈", "谢谢", "加油", "早安", "老師好"])
@pytest.mark.parametrize("shape", ["{text} {words}", "{words} {text}"])
def test_a_word_of_chinese_changes_nothing_of_english(words: str, shape: str) -> None:
    for text in (HARM, CALM):
        plain, mixed = MODEL.classify([Normalised(text), Normalised(shape.format(text=text, words=words))])
        assert mixed == pytest.approx(plain, abs=0.15)


def test_harm_in_the_chinese_part_counts() -> None:
    text = "guys the new season starts today, come and play with us 你这个傻逼去死吧"
    (scores,) = MODEL.classify([Normalised(text)])
    (alone,) = INNER.classify([Normalised("你这个傻逼去死吧")])
    assert scores["harassment"] == pytest.approx(alone["harassment"], abs=0.05)
    spans = MODEL.evidence(Normalised(text), "harassment")
    assert spans
    assert all(start >= text.index("你") for start, _ in spans)


def test_evidence_in_the_english_part_is_where_it_stands() -> None:
    text = f"大家好 {HARM}"
    spans = MODEL.evidence(Normalised(text), "fraud")
    assert spans
    assert all(0 < start < end <= len(text) and text[start:end].isascii() for start, end in spans)


@pytest.mark.parametrize(
    "text",
    [
        "完全没有英文",
        "no Chinese in here at all",
        "nmsl，滚",
        "DLLM個server又炸",
        "今晚去happy hour定係BBQ好，你哋話事",
        "ni zhe ge sha bi gei wo gun yuan dian 哈",
        "招聘護士助理，要唔怕血，有培訓，CV email hr@vet.example",
        "这张券码JX8K-22PL-07QM-AB-CD我用不上，谁先用归谁",
        "這個 app 的 UI 好卡，server 又 down 了，bug 一堆",
        "これはテストです thank you very much for it",
    ],
)
def test_other_texts_are_read_whole(text: str) -> None:
    assert parts(Normalised(text)) is None
    assert MODEL.classify([Normalised(text)]) == INNER.classify([Normalised(text)])
    assert MODEL.evidence(Normalised(text), "harassment") == INNER.evidence(Normalised(text), "harassment")


def test_harm_in_english_after_a_chinese_sentence_counts() -> None:
    text = f"大家好，今天的团购已经开始了，想要的可以在下面接龙，明天上午统一发货，谢谢大家支持，有问题私信我。{HARM}"
    english, mixed = MODEL.classify([Normalised(HARM), Normalised(text)])
    assert mixed["fraud"] == pytest.approx(english["fraud"], abs=0.1)
    spans = MODEL.evidence(Normalised(text), "fraud")
    assert spans
    assert all(start >= text.index("Double") for start, _ in spans)


def test_a_batch_keeps_its_order() -> None:
    texts = [Normalised(text) for text in (CALM, f"{HARM} 哈哈", "你好", f"{CALM} 谢谢")]
    for together, text in zip(MODEL.classify(texts), texts, strict=True):
        assert together == pytest.approx(MODEL.classify([text])[0], abs=1e-4)
    assert MODEL.classify([]) == []


@given(st.text(alphabet="ab cd e哈你 ,。１Ａ😀", max_size=80))
def test_parts_are_as_long_as_the_text(text: str) -> None:
    both = english_and_chinese(text)
    if both is None:
        return
    english, chinese = both
    assert len(english) == len(chinese) == len(text)
    for whole, one, other in zip(text, english, chinese, strict=True):
        assert {one, other} <= {whole, " "}
        assert whole in {one, other}
