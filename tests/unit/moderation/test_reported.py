"""Reports and warnings become hints; the same words in their own voice do not."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.moderation.policy import shipped_policy
from assistant.moderation.reported import HINT_SCORE
from assistant.moderation.rules import Rules
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised
from assistant.types import TermList

RULES = Rules(shipped_policy(), starter_lists())


def highest(text: str) -> float:
    return max((f.score for f in RULES.find(Normalised(text))), default=0.0)


@pytest.mark.parametrize(
    "text",
    [
        "管理员，他骂我“你个傻逼”，截图在这",
        "版主，有人留言「你怎麼不去死」，麻煩處理",
        "管理員，他說「我罵你「你個傻逼」又怎樣」，截圖在這",
        'mods, he said "kill yourself" in the thread',
        "澳门新葡京上线是诈骗，别信",
        "新聞：娛樂城體驗金騙局，警方拘捕三人",
        "Double your bitcoin is a scam, don't fall for it",
        "刚才那个用户私信骂我傻逼，怎么举报？",
        "管理員，佢鬧我賤人",
        "商家给我开假发票，找谁投诉",
        "收到的是莆田鞋，要退货",
        "花两千买到高仿包，要维权",
        f"{'好' * 50}的药能根治湿疹吗",
        "新聞說大耳窿上門淋油",
        "Replica watches are a scam",
        "怎么才能根治湿疹啊",
        "手術能根治鼻炎嗎",
        "没有任何副作用吧？",
        "特供酒是真的假的？",
        "你们写无效退款，我用了没效果怎么不退",
        "祝你早日康复，药到病除",
    ],
)
def test_reports_and_warnings_are_hints(text: str) -> None:
    assert 0 < highest(text) <= HINT_SCORE


@pytest.mark.parametrize(
    "text",
    [
        "你个傻逼，我截图了",
        "“澳门新葡京”上线送彩金",
        "澳门新葡京上线，谨防诈骗认准官方，加微信abc123",
        "「操你妈」",
        "他骂我“笨”，我说操你妈",
        "我真的不想活了，“好想死”，截图",
        "举报吧，傻逼",
        "他骂我，我就骂傻逼",
        "莆田鞋一手货源，支持退货",
        "高仿包顶级复刻，零投诉",
        "专业删差评，处理投诉，代举报下架",
        f"根治湿疹{'，药膏' * 40}怎么样",
        f"根治湿疹{'的药膏' * 40}怎么样吗",
        "高仿包被骗过的来，加微信abc123",
        "想根治湿疹吗？祖传膏药",
        "教你如何根治湿疹",
        "怎么样才能瘦？根治湿疹就用它",
        "祝您早日康复，药到病除，加微信abc123",
    ],
)
def test_ones_own_voice_is_not(text: str) -> None:
    assert highest(text) > HINT_SCORE


def test_a_community_s_own_list_counts_wherever_it_stands() -> None:
    own = (TermList("own", "fraud", ("飆股",)),)
    rules = Rules(dataclasses.replace(shipped_policy(), lists=own, starter_rules=False), ())
    assert [f.score for f in rules.find(Normalised("「飆股」是詐騙，檢舉"))] == [0.9]


@pytest.mark.parametrize("text", ["今天好想死掉喔 加班加爆", "好想死喔，報告寫不完", "超想死掉啦 今天开会开不完"])
def test_a_groan_about_work_is_a_hint(text: str) -> None:
    assert highest(text) <= HINT_SCORE


@pytest.mark.parametrize(
    "text",
    [
        "好想死掉喔",
        "今天好想死掉 加班加爆",
        "好想死掉喔 加班",
        "好想死掉喔 加班加爆 撐不下去了",
        "不想活了 好想死掉喔 加班加爆",
        "我想死 報告寫不完",
    ],
)
def test_a_wish_to_die_is_more_than_a_groan(text: str) -> None:
    assert highest(text) > HINT_SCORE
