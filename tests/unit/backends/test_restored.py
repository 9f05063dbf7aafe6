"""Disguised Chinese is read as it is meant; what reads as people write stays as it is."""

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.ngram import NgramClassifier
from assistant.backends.restored import LONGEST, OTHER, RARE, WORTHWHILE, Pairs, Restorer
from assistant.backends.restoring import RestoringClassifier
from assistant.backends.shipped import shipped
from assistant.errors import ModelError
from assistant.text import Normalised
from assistant.types import ModelRef
from models.risk.disguise import homophone

RESTORER = Restorer.load()
PAIRS = Pairs.load(shipped("models/risk"))
PLACES = {char: place for place, char in enumerate(PAIRS.chars, RARE + 1)}
MODEL = RestoringClassifier(NgramClassifier.load(), RESTORER)

WRITTEN = [
    ("你ma死了", "你妈死了"),
    ("这些heiren真是shabi", "这些黑人真是傻逼"),
    ("泥妈是傻壁", "你妈是傻逼"),
    ("黑鬼滚回非粥", "黑鬼滚回非洲"),
    ("想要加wei信的来", "想要加微信的来"),
    ("河南仁都是偏子", "河南人都是骗子"),
    ("你们都是撒逼", "你们都是傻逼"),
    ("研表究明", "研究表明"),
    ("今天天气很错不", "今天天气很不错"),
    ("他們都是sha逼", "他们都是傻逼"),
    ("网堵平台", "网赌平台"),
    ("刷蛋兼职日结", "刷单兼职日结"),
    ("丝肥猪", "死肥猪"),
]
PLAIN = [
    "今天天气不错,我们去公园玩吧",
    "收到货了,包装很好,口感也不错",
    "请问这款奶粉什么时候补货?",
    "iPhone 15 Pro 开箱",
    "這家的餅乾很好吃,下次還會回購",
    "今日天氣好好,一齊去行山啦",
    "部手機用咗兩個月開始跌電好快",
    "呢件衫細碼着落啱啱好",
    "這檔蚵仔煎的醬超讚",
    "氨纶太多的裤子容易变形",
    "多謝晒,件貨好靚",
    "see you at lunch tomorrow",
    "",
    "!!!",
    "🐴",
]


def said(written: str) -> str | None:
    found = MODEL.meant(Normalised(written))
    return found and found.text


@pytest.mark.parametrize(("written", "meant"), WRITTEN)
def test_what_is_disguised_is_read_as_meant(written: str, meant: str) -> None:
    assert said(written) == meant


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_stays(text: str) -> None:
    assert MODEL.meant(Normalised(text)) is None


def test_an_emoji_stands_for_what_sounds_like_it() -> None:
    assert said("操你🐴的") == "操你妈的"


@given(st.text(st.sampled_from("你妈的死 ma shabi1!🐴\n\ud800\ue000傻逼，abc加微信ㄇㄚ𠮷"), max_size=60))
def test_any_text_is_read_and_no_character_too_many(text: str) -> None:
    found = MODEL.meant(Normalised(text))
    assert found is None or 0 < len(found.text) == len(found.spans)
    assert found is None or all(0 <= start < end <= len(text) for start, end in found.spans)


@given(st.text(st.sampled_from("你妈的死 ma shabi1!🐴\n\ud800\ue000傻逼，abc加微信ㄇㄚ𠮷"), min_size=1, max_size=60))
def test_evidence_lies_within_the_text(text: str) -> None:
    found = MODEL.evidence(Normalised(text), "harassment")
    assert found
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("今天真好，河南仁都是偏子，你说呢", "河南仁都是偏子"),
        ("大家好，操你🐴的，再见", "操你🐴的"),
        ("好吧，你说得对，nimasile", "nimasile"),
    ],
)
def test_evidence_points_at_what_is_read_as_harm(text: str, hidden: str) -> None:
    spans = MODEL.evidence(Normalised(text), "harassment")
    shown = "".join(text[start:end] for start, end in spans)
    assert set(shown) & set(hidden)
    assert len(shown) < len(text)


@given(st.text(max_size=60))
def test_scores_never_fall(text: str) -> None:
    (alone,), (twice,) = NgramClassifier.load().classify([Normalised(text)]), MODEL.classify([Normalised(text)])
    assert twice.keys() == alone.keys()
    assert all(twice[label] >= alone[label] - 1e-6 for label in alone)


def test_most_homophones_are_undone() -> None:
    text = "我们明天早上一起去学校门口等你，你不要再迟到了，大家都在等着看电影"
    rng, kept, changed = random.Random(0), 0, 0
    for _ in range(50):
        hidden = "".join(homophone(char, rng) if rng.random() < 0.2 else char for char in text)
        found = RESTORER.meant(Normalised(hidden))
        read = found.text if found else hidden
        changed += sum(a != b for a, b in zip(text, hidden, strict=True))
        kept += sum(a != b for a, b in zip(Normalised(text).folded.text, read, strict=True))
    assert changed > 200
    assert kept < changed / 3


def test_disguised_harm_scores_as_plain_harm_does() -> None:
    plain, hidden, calm = MODEL.classify(
        [Normalised(t) for t in ("河南人都是骗子", "河南仁都是偏子", "河南人都是好人")]
    )
    assert hidden["hate"] > 0.9 * plain["hate"] > calm["hate"]


def test_order_of_a_batch_is_kept() -> None:
    texts = [Normalised(t) for t in ("你好", "泥妈是傻壁", "谢谢大家", "河南仁都是偏子", "")]
    together, single = MODEL.classify(texts), [MODEL.classify([text])[0] for text in texts]
    for one, other in zip(together, single, strict=True):
        assert one == pytest.approx(other, abs=1e-6)


class Counts:
    """Stands for a classifier, and remembers how many texts it read."""

    ref = ModelRef("counts", "1")
    quick = False

    def __init__(self) -> None:
        self.read: list[int] = []

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        self.read.append(len(texts))
        return [{"spam": 0.1 if "人" in text.original else 0.7} for text in texts]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return [(0, 1)]


def test_it_asks_once_and_takes_the_higher_score() -> None:
    inner = Counts()
    model = RestoringClassifier(inner, RESTORER)
    assert model.classify([Normalised("河南仁都是偏子"), Normalised("你好")]) == [{"spam": 0.7}, {"spam": 0.7}]
    assert inner.read == [3]
    assert not model.quick
    assert model.ref.id == "counts"
    assert model.ref.version == f"1-{RESTORER.version}"
    assert model.evidence(Normalised("大家好"), "spam") == [(0, 1)]
    assert model.classify([]) == []


def test_long_texts_take_bounded_time_and_are_read_at_their_head() -> None:
    found = RESTORER.meant(Normalised("泥妈是傻壁" * 4_000))
    assert found is not None
    assert len(found.text) == LONGEST


def test_the_cheapest_path_is_the_cheapest_of_all() -> None:
    """Viterbi's answer against every combination, on a table made by chance."""
    chars = "妈马吗骂码玛麻嘛"
    size = len(chars) + RARE + 1
    costs = np.random.default_rng(0).integers(0, 120, (size, size)).astype(np.uint8)
    restorer = Restorer(Pairs("test", chars, costs))
    found = restorer.meant(Normalised("mamama"))
    assert found is not None
    place = {char: n for n, char in enumerate(chars, RARE + 1)}

    def cost(text: str) -> int:
        row = [0, *(place[char] for char in text), 0]
        return sum(int(costs[a, b]) for a, b in pairwise(row))

    assert cost(found.text) == min(cost(a + b + c) for a in chars for b in chars for c in chars)


@given(st.text(st.sampled_from("你妈的死泥马傻壁河南仁偏子加微信威我们今天"), min_size=1, max_size=24))
def test_characters_are_read_otherwise_only_where_that_saves_enough(text: str) -> None:
    found = RESTORER.meant(Normalised(text))
    if found is not None:
        assert path(text) - path(found.text) >= WORTHWHILE


def path(text: str) -> int:
    row = [OTHER, *(PLACES.get(char, RARE) for char in text), OTHER]
    return sum(int(PAIRS.costs[a, b]) for a, b in pairwise(row))


def test_a_damaged_table_is_named(tmp_path) -> None:
    (tmp_path / "pairs.json").write_text("{}")
    with pytest.raises(ModelError, match="pairs"):
        Pairs.load(tmp_path)
    (tmp_path / "pairs.npz").write_bytes(b"no archive")
    with pytest.raises(ModelError, match="pairs"):
        Restorer.load(tmp_path)
