"""Words: complete, filled, and Traditional Chinese that Taiwan and Hong Kong would write."""

from __future__ import annotations

import re
import string

import pytest
from opencc import OpenCC

from assistant import errors
from assistant.types import Action, Label
from assistant.words import LANGUAGES, choose_language, load_words

WORDS = load_words()
# Example texts are the same whatever the page's language.
SENTENCES = [key for key in WORDS.keys("") if ".chips." not in key]

# Words that mainland usage has and Taiwan's or Hong Kong's has not, in Traditional characters.
MAINLAND = (
    "視頻 音頻 信息 短信 軟件 硬件 網絡 服務器 用戶 默認 屏幕 鼠標 打印 登錄 注銷 賬號 賬戶 質量 渠道 反饋 優化 郵箱 智能手機 博客 "
    "鏈接 二維碼 運營 社區團購 激活 查找 字符 文檔 模板 接口 調用 加載 保存 復制 粘貼 刷新 舉措 攔截 人工智能 賬單 會員們 群聊 點贊 "
    "拉黑 封號 領導"
).split()
HONG_KONG_SAYS_SO = {"軟件", "硬件", "網絡", "用戶", "攔截", "人工智能", "賬戶"}


TO_HANS, TO_HANT = OpenCC("t2s"), OpenCC("s2t")
# Simplified forms that are Traditional characters too.
BOTH = set("台只里面后干系松准布占游群了回向冲才托采蒙克表出舍据")


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", SENTENCES)
def test_every_sentence_stands_in_every_language(key: str) -> None:
    entry = WORDS.entry(key)
    assert {"en", "zh-Hans", "zh-Hant"} <= set(entry) <= set(LANGUAGES)
    assert all(sentence.strip() for sentence in entry.values())
    assert len({frozenset(_placeholders(sentence)) for sentence in entry.values()}) == 1


@pytest.mark.parametrize("key", SENTENCES)
def test_scripts_are_not_mixed(key: str) -> None:
    entry = WORDS.entry(key)
    assert TO_HANS.convert(entry["zh-Hans"]) == entry["zh-Hans"], "Traditional characters in zh-Hans"
    for language in ("zh-Hant", "zh-Hant-HK"):
        sentence = entry.get(language, "")
        simplified_only = [c for c in sentence if TO_HANT.convert(c) != c and TO_HANS.convert(c) == c and c not in BOTH]
        assert simplified_only == [], f"Simplified characters in {language}"


@pytest.mark.parametrize("key", SENTENCES)
def test_traditional_chinese_has_no_mainland_words(key: str) -> None:
    entry = WORDS.entry(key)
    assert [word for word in MAINLAND if word in entry["zh-Hant"]] == []
    hong_kong = entry.get("zh-Hant-HK", "")
    assert [word for word in MAINLAND if word in hong_kong and word not in HONG_KONG_SAYS_SO] == []


@pytest.mark.parametrize("key", SENTENCES)
def test_a_member_is_no_shop_tier(key: str) -> None:
    entry = WORDS.entry(key)
    assert "會員" not in entry["zh-Hant"] or "等級" in entry["zh-Hant"]
    assert not re.search(r"会员(?!等级)", entry["zh-Hans"])


def test_every_label_action_and_error_has_words() -> None:
    assert all(f"labels.{label.value}.{part}" in WORDS for label in Label for part in ("name", "definition"))
    assert all(f"actions.{action.value}" in WORDS and f"reason.{action.value}" in WORDS for action in Action)
    tree = [errors.AssistantError]
    for kind in tree:
        tree.extend(kind.__subclasses__())
    assert [
        kind.__name__
        for kind in tree
        if kind.__module__ == "assistant.errors" and f"errors.{kind.message}" not in WORDS
    ] == []


def test_hong_kong_falls_back_to_traditional_chinese() -> None:
    assert WORDS.get("labels.spam.name", "zh-Hant-HK") == WORDS.entry("labels.spam.name")["zh-Hant-HK"]
    assert WORDS.get("labels.threat.name", "zh-Hant-HK") == WORDS.entry("labels.threat.name")["zh-Hant"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK,zh;q=0.8", "zh-Hant-HK"),
        ("zh-Hant-HK", "zh-Hant-HK"),
        ("zh-CN,en;q=0.9", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("fr,en;q=0.5", "en"),
        ("en;q=0.1, zh-Hant;q=0.9", "zh-Hant"),
        ("zh-TW;q=0, en", "en"),
        ("zh-TW;q=nonsense", "en"),
        (",,;;==", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_best_language_is_chosen(header: str | None, language: str) -> None:
    assert choose_language(header) == language
