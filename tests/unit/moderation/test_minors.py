"""Signs of age, and what they make of a sexual finding. The sexual part is always a placeholder finding."""

from __future__ import annotations

import pytest

from assistant.moderation.continued import Continued
from assistant.moderation.minors import combine, minor_signals
from assistant.text import Normalised
from assistant.types import Finding, Label

PLACEHOLDER = Finding(Label.SEXUAL, 0.9, 0, 1, "rule:placeholder")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("他今年15岁", "15岁"),
        ("今年１５歲", "１５歲"),
        ("今年十七歲", "十七歲"),
        ("未滿18歲請勿進入", None),
        ("還未滿十八", "未滿十八"),
        ("未成年人", "未成年"),
        ("她是高中生", "高中生"),
        ("中三學生", "中三"),
        ("國中女生", "國中女"),
        ("女儿二年级", "二年级"),
        ("im 16", "im 16"),
        ("15 yo", "15 yo"),
        ("17 years old", "17 years old"),
        ("a high school girl", "high school"),
        ("9th grader", "9th grader"),
        ("two kids", "kids"),
        ("她高一", "高一"),
        ("準備升高三", "高三"),
        ("我國三的時候", "國三"),
        ("唸國二而已", "國二"),
        ("國一女生", "國一"),
        ("今年國二，", "國二"),
        ("中一女生", "中一"),
        ("初三女生", "初三"),
        ("'she is 15' he said", "she is 15"),
        ("呢個kid", "kid"),
        ("我teen妹", "teen"),
        ("我係i'm 15", "i'm 15"),
        ("for 15 year olds", "15 year olds"),
        ("she is 13 started school", "she is 13"),
        ("i'm 14 starting high", "i'm 14"),
        ("he's 15 footwear shop", "he's 15"),
        ("she is 16 foot model", "she is 16"),
        ("i'm 14 ftm", "i'm 14"),
        ("he is 9 minecraft", "he is 9"),
        ("i am 12 timeskip", "i am 12"),
        ("i'm 15 out of school", "i'm 15"),
        ("she's 14/f", "she's 14"),
        ("i'm 15: hello", "i'm 15"),
        ("14 years inside", "14 years"),
    ],
)
def test_signs(text: str, sign: str | None) -> None:
    found = [text[start:end] for start, end in minor_signals(Normalised(text))]
    if sign is not None:
        assert sign in found


@pytest.mark.parametrize(
    "text",
    [
        "23岁",
        "二十三岁",
        "我比他大5岁",
        "40多岁",
        "大年初一",
        "岁月静好",
        "I'm 15 min away",
        "I'm 15 minutes away",
        "I'm 10 kilometers away",
        "he's 5 stars",
        "he is 7 out of 10",
        "i am 10 times faster",
        "he is 9 points ahead",
        "she is 6 ft tall",
        "he is 8:30 late",
        "he is 7/10",
        "14 years experienced",
        "10 years ago",
        "15 years of experience",
        "a minor issue",
        "no minors",
        "未成年勿进",
        "禁止未成年",
        "她是大学生",
        "身高一米七",
        "身高一七零",
        "比他高一點",
        "价格提高三倍",
        "再高一级",
        "中国一夜之间",
        "其中一女的",
        "视频中一女子",
        "中国三级甲等",
        "当初一夜之间",
        "待他如初一般",
        "我國一名女子",
        "韓國三星",
        "全国一样",
        "出国一年",
        "帝國一直",
        "he's 7 inches tall",
        "he is 8 inches long",
        "he's 9\" tall",
        "i'm 5'10",
        "he is 6 foot",
        "she's 7 years older",
        "together for 10 years",
        "大学二年级",
        "高中生物",
        "lolita裙子",
        "@Kid_Flexin",
    ],
)
def test_no_signs(text: str) -> None:
    assert minor_signals(Normalised(text)) == []


@pytest.mark.parametrize(
    "name",
    [
        "幼儿园老师小李",
        "兒童攝影阿明",
        "高三数学老师",
        "小学生作文辅导",
        "兒童牙科醫師",
        "High school math teacher",
        "Kids clothing shop",
    ],
)
def test_an_authors_profession_is_no_sign(name: str) -> None:
    texts = {"text": Normalised("[placeholder]"), "member.name": Normalised(name)}
    assert combine({}, [PLACEHOLDER], texts) == []
    assert combine({}, [PLACEHOLDER], {"text": Normalised(f"[placeholder] {name}")}) != []


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("小美14岁", "14岁"),
        ("14歲 幼兒園老師", "14歲"),
        ("高中生小美", "高中生"),
        ("國三女生", "國三"),
        ("16yo", "16yo"),
        ("teen", "teen"),
    ],
)
def test_an_authors_age_is_a_sign(name: str, sign: str) -> None:
    found = combine({}, [PLACEHOLDER], {"text": Normalised("[placeholder]"), "member.name": Normalised(name)})
    assert [(f.field, name[f.start : f.end]) for f in found] == [("member.name", sign)]


def test_combines_with_a_sexual_finding() -> None:
    texts = {"text": Normalised("[placeholder] 15岁")}
    found = combine({"sexual": 0.2}, [PLACEHOLDER], texts)
    assert [(f.label, f.score, f.field) for f in found] == [("sexual_minors", 0.9, "text")]
    assert texts["text"].original[found[0].start : found[0].end] == "15岁"


def test_combines_with_a_model_score_and_across_fields() -> None:
    texts = {"text": Normalised("[placeholder]"), "attachments[0].caption": Normalised("高中生")}
    found = combine({"sexual": 0.6}, [], texts)
    assert [(f.label, f.score, f.field) for f in found] == [("sexual_minors", 0.6, "attachments[0].caption")]


@pytest.mark.parametrize("text", ["宝宝5岁发烧，母乳喂到两岁", "孩子小学二年级", "15 year old at school"])
def test_signs_alone_are_nothing(text: str) -> None:
    assert combine({"sexual": 0.3}, [], {"text": Normalised(text)}) == []


def test_a_sexual_finding_alone_is_not_about_minors() -> None:
    assert combine({"sexual": 0.99}, [PLACEHOLDER], {"text": Normalised("[placeholder] 25岁")}) == []


@pytest.mark.parametrize(
    ("earlier", "text", "place"),
    [
        ("我14岁", "[here]", (0, 6)),
        ("i'm 15", " [here]", (0, 7)),
        ("讀高中", "[here]", (0, 6)),
        ("我1", "4岁[here]", (0, 2)),
        ("i am", " 15 [here]", (0, 3)),
    ],
)
def test_a_sign_in_what_the_message_goes_on_from_counts(earlier: str, text: str, place: tuple[int, int]) -> None:
    whole = Continued(earlier, earlier + text, len(earlier))
    found = combine({"sexual": 0.9}, [], {"text": Normalised(text)}, whole)
    assert place in [(one.start, one.end) for one in found]
    assert {one.label for one in found} == {"sexual_minors"}
    assert combine({"sexual": 0.2}, [], {"text": Normalised(text)}, whole) == []


@pytest.mark.parametrize(("earlier", "text"), [("未成年", "勿進"), ("我24岁", "[here]"), ("no minors", " [here]")])
def test_what_went_before_may_be_no_sign(earlier: str, text: str) -> None:
    whole = Continued(earlier, earlier + text, len(earlier))
    assert combine({"sexual": 0.9}, [], {"text": Normalised(text)}, whole) == []


@pytest.mark.parametrize(
    ("earlier", "text", "sign"),
    [("[here]", "我14岁", "14岁"), ("[here] i am", " 15", " 15"), ("[here]我", "讀高中", "讀高中")],
)
def test_a_sign_counts_with_what_the_message_goes_on_from(earlier: str, text: str, sign: str) -> None:
    whole = Continued(earlier, earlier + text, len(earlier))
    texts = {"text": Normalised(text), "member.name": Normalised("16yo")}
    found = combine({"sexual": 0.2}, [], texts, whole, 0.8)
    assert [(text[one.start : one.end], one.score, one.field) for one in found] == [(sign, 0.8, "text")]
    assert combine({"sexual": 0.2}, [], texts, whole, 0.4) == []


def test_a_sign_in_a_caption_counts_with_what_the_message_goes_on_from() -> None:
    texts = {"text": Normalised("好"), "attachments[0].caption": Normalised("高中生")}
    found = combine({}, [], texts, Continued("[here]", "[here]好", 6), 0.8)
    assert [one.field for one in found] == ["attachments[0].caption"]
