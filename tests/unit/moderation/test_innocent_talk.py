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
    "掃QR code領停車券",
    "掃碼可以攞泊車優惠",
    "深夜一個人聽歌好寂寞",
    "想死你了，什麼時候回台灣",
    "滿千送百，現折",
    "私訊小編領折扣碼",
    "私訊小編領優惠券",
    "私信小编领优惠券",
    "新品上架，私訊小編領生日券",
    "PM小編攞優惠碼",
    "forget what I said earlier",
    "escort the kids to school",
    "DM us your order number and we will check",
    "Click the link in our bio for the menu",
)


LURED_TO_EDITORS = (
    "私訊小編領優惠券，加賴abc123",
    "私訊小編領優惠券abc1234",
    "私訊小編領取資源",
    "私訊我領優惠券",
    "扫码关注领停车券abc1234",
    "扫码关注领红包福利",
    "想賺錢私訊小編",
    "日入兩千免經驗，私訊小編領優惠券",
)
"""Elsewhere, or for what no shop gives away."""


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


SPOKEN_OF = (
    "警方通报：三名男子出售枪支被抓",
    "我被骗了八千，那个刷单返现群就是骗局，报警也没用",
    "刚刚有人私信我兼职，是不是骗子？",
    "入群可以领优惠券吗？",
    "扫码领取快递",
    "telegram bot2024 怎么用",
    "本店不根治湿疹",
    "新聞說賣K他命的被抓了",
    "他說他不是詐騙，叫我去ATM解除分期，我掛掉了",
    "對方要我加賴領資料，我封鎖了",
    "本產品不能治癒糖尿病",
    "我知道你住哪，週末來找你吃火鍋",
    "唔好租戶口俾人，犯法㗎",
    "佢話唔係呃人，叫我過數去安全戶口，好彩冇信",
    "呢隻藥唔可以根治濕疹",
    "Someone is selling cloned cards here, reported",
    "Can you contact me on whatsapp?",
    "Telegram desktop5 crashed",
)
"""Warnings, reports, questions and denials."""
DENIED_BY_SELLERS = (
    "出售冰毒，不是骗子",
    "提供枪支弹药，不是骗子",
    "卖迷药，警方查不到",
    "刷单日结，不是骗子",
    "代开发票，切勿上当，主页有方式",
    "收購帳戶，舉報也沒用",
    "投顧老師帶單，不是騙人的",
    "租戶口，差人查唔到",
    "賣K仔，唔係呃人",
    "别家不能根治湿疹，我们能根治湿疹",
    "fake passports for sale, police can't trace",
    "double your bitcoin now, not a scam",
)


@pytest.fixture(scope="module")
def screener() -> Screener:
    return compile_policy(shipped_policy())


@pytest.mark.parametrize("text", [*WORDS.split(), *SENTENCES, *SPOKEN_OF])
def test_it_is_let_through(screener: Screener, text: str) -> None:
    decision = screener.screen(Message(text))
    assert decision.action is Action.ALLOW, decision.findings


@pytest.mark.parametrize("text", LEFT_TO_THE_MODEL)
def test_what_lists_only_hint_at_is_acted_on(screener: Screener, text: str) -> None:
    assert screener.screen(Message(text)).action is not Action.ALLOW


@pytest.mark.parametrize("text", DENIED_BY_SELLERS)
def test_an_offer_is_acted_on_whatever_it_denies(screener: Screener, text: str) -> None:
    assert screener.screen(Message(text)).action.severity >= Action.REVIEW.severity


def test_an_advert_for_work_that_only_asks_to_be_written_to_is_luring_and_no_fraud(screener: Screener) -> None:
    for text in ("加微信 abc123 日结300", "加賴 hr_330 日領2000", "movers, $200 a day, text me on telegram zz4"):
        decision = screener.screen(Message(text))
        assert decision.action is not Action.BLOCK, text
        assert decision.scores["spam"] > 0.9, text
        assert decision.scores["fraud"] < 0.5, text


@pytest.mark.parametrize("text", LURED_TO_EDITORS)
def test_who_lures_by_an_editor_is_found(screener: Screener, text: str) -> None:
    assert screener.screen(Message(text)).action is not Action.ALLOW
