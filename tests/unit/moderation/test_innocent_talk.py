"""Words alone and short sentences of every day, in which a swear word's or an advert's characters stand, are let through as shipped."""

import pytest

from assistant.moderation.flow import Screener
from assistant.moderation.policy import shipped_policy
from assistant.types import Action, Message
from assistant.wiring import compile_policy

WORDS = "付款 关注 资源 脑子 约会 批发 保证 操劳 靠垫 福利 夜谈 调皮 酒店 几百 马匹 草图 草根 原味 深夜 癌症 跳绳 股金 互通 高价"
SENTENCES = (
    "他是我干妈",
    "几百块的键盘",
    "寂寞的夜晚听这首歌",
    "深夜电台陪我入睡",
    "裸妆教程",
    "上门喂猫一次多少",
    "代驾电话多少",
    "你家在哪个小区",
    "关注我们的店铺可以领券",
    "扫码关注领停车券",
    "深夜一個人聽歌好寂寞",
    "想死你了，什麼時候回台灣",
    "滿千送百，現折",
    "私訊小編領折扣碼",
    "forget what I said earlier",
    "escort the kids to school",
    "DM us your order number and we will check",
    "Click the link in our bio for the menu",
)


LEFT_TO_THE_MODEL = (
    "妈的，又断线了",
    "再不还钱，出门小心点",
    "你出門小心點，我會去找你",
    "再唔還錢出街小心啲",
    "那小子见一次打一次",
    "I'm coming for you bitch, you better run",
    "I'm coming to your house and you'll regret it",
    "say that again and I break your neck",
    "those immigrants, kill them all",
    "把那帮人全都杀光",
    "大陸人見一個殺一個",
    "贱人去死",
    "唐氏儿去死",
    "现金版代理",
    "请您打开屏幕共享，按我的指示操作",
    "躺着赚钱的项目，加我",
    "学生兼职日结，一天300",
    "专业查聊天记录 微信私",
    "查快递信息 查开房",
    "出原味 内衣",
)
"""Harm in words that the lists alone are not sure of."""


@pytest.fixture(scope="module")
def screener() -> Screener:
    return compile_policy(shipped_policy())


@pytest.mark.parametrize("text", [*WORDS.split(), *SENTENCES])
def test_it_is_let_through(screener: Screener, text: str) -> None:
    decision = screener.screen(Message(text))
    assert decision.action is Action.ALLOW, decision.findings


@pytest.mark.parametrize("text", LEFT_TO_THE_MODEL)
def test_what_lists_only_hint_at_is_acted_on(screener: Screener, text: str) -> None:
    assert screener.screen(Message(text)).action is not Action.ALLOW


def test_an_advert_for_work_that_only_asks_to_be_written_to_is_luring_and_no_fraud(screener: Screener) -> None:
    for text in ("加微信 abc123 日结300", "加賴 hr_330 日領2000", "movers, $200 a day, text me on telegram zz4"):
        decision = screener.screen(Message(text))
        assert decision.action is not Action.BLOCK, text
        assert decision.scores["spam"] > 0.9, text
        assert decision.scores["fraud"] < 0.5, text
