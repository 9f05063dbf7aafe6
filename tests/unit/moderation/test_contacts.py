"""Luring members elsewhere, and the talk about messengers that is no lure."""

from __future__ import annotations

import pytest

from assistant.moderation.contacts import SOURCE, ContactRules
from assistant.moderation.policy import shipped_policy
from assistant.text import Normalised
from assistant.types import Label, Own

RULES = ContactRules(Own(accounts=("@ourshop", "brand_line"), phones=("139-1111-2222",), staff=("小美",)))
REVIEW = shipped_policy().thresholds[Label.SPAM].review or 0.0
"""The least score that the shipped policy sends to review."""


def scores(text: str) -> list[float]:
    found = RULES.find(Normalised(text))
    assert all(f.source == SOURCE and f.label == "spam" for f in found)
    return [f.score for f in found]


def test_the_lure_is_marked_without_its_account() -> None:
    found = RULES.find(Normalised("加❤薇❤信 abc123 日结300"))
    assert [(f.start, f.end, f.score) for f in found] == [(0, 5, 0.98)]


@pytest.mark.parametrize(
    "text",
    [
        "加微信abc123",
        "加我微信：abc_123",
        "微信：happyshop",
        "➕薇 abc123",
        "加V：abc12345",
        "vx:abc12345",
        "V❤abc12345",
        "加 . 薇 . 信 abc123",
        "加威信 abc123",
        "徽信 abc123",
        "薇❤xin abc123",
        "jia wei xin abc123",
        "加卫星abc12345",
        "加賴 abc123",
        "加賴領取飆股",
        "加LINE：@abc123",
        "加 LINE id: happy99",
        "想瞭解的＋ＬＩＮＥ　happy99",
        "扣扣群 123456789",
        "加q群：123456",
        "加QQ 12345678",
        "tg @freemoney",
        "飞机：@freemoney",
        "add me on whatsapp +852 9123 4567",
        "message me on telegram",
        "whatsapp: 91234567",
        "私信我领取资料",
        "私訊我領優惠",
        "想要團購價私訊小編領取資源",
        "inbox 我了解詳情",
        "想搵外快pm我兼職",
        "pm 我問優惠",
        "兼職日結 dm我帶你",
        "谢绝还价，私信我领取优惠",
        "dm我拿优惠",
        "扫码进群领红包",
        "dm me for promo",
        "加微信领资料",
        "加❤微❤信",
        "➕微:看名字",
        "加薇看我主頁",
        "詳情請洽官方L!NE:@shop777",
        "t❤g@dealking",
        "滴我,平台不方便说",
        "找我私下交易,便宜两百,别走平台",
        "別走平台,私下轉帳",
        "私下交易给你打八折",
        "搵我私下過數平啲",
        "可以私下交易，檢舉者勿擾",
        "我拉你进群，免费领资料",
        "进群抢红包，每天免费送",
        "私聊我领取优惠",
        "私信我领取资料，不是骗子",
        "加微信领资料，谨防骗子",
        "想进群领红包吗？",
        "进群领红包，要吗？",
        "姐妹们都说好，私我带你赚",
        "客服请加微信领优惠",
        "不要犹豫私信我领取",
        "客服 7 加❤薇❤信",
        "有个项目私信我带你赚",
        "看到请私信我领取",
        "别信那些骗子，私信我带你赚",
        "私信我带你赚，骗人是小狗",
        "don't wait, dm me for promo",
        "never miss out dm me for promo",
        "騙子勿擾，私聊我代購",
        "加賴領飆股，不是詐騙",
        "需要的人私我低價代購",
        "私我低價代購，唔係呃人",
        "入群領優惠，要就快",
        "dm me for promo, not a scam",
        "please text me on whatsapp for details",
        "can you message me on telegram to earn crypto",
        "don't miss out, dm me for promo",
        "扫码领取福利",
        "telegram freemoney88",
        "telegram promo2024 领取资料",
        "电报 kkdeal99 怎么加",
        "特别优惠加微信领福利",
        "个别名额私信我领取资料",
        "特別名額掃碼進群領紅包",
        "不要钱私信我领取资料",
        "不用本金扫码进群领红包",
        "唔使錢掃碼入群領優惠",
        "拒绝套路加微信领福利",
        "拒绝中间商私信我低价拿货",
        "唔好再等私信我領優惠",
        "大家别再打工私信我带你赚",
        "Don't delay dm me to earn",
        "never regret it dm me to earn",
        "看到帖子私信我领取资料",
        "看到消息加微信领福利",
        "老师每天发牛股扫码进群领取",
        "老師天天帶單，掃碼進群領取",
        "老板让我通知大家加微信领福利",
        "小編讓大家加賴領禮物",
        "要人的私信我了解详情兼职",
        "有人月入过万私信我了解详情",
        "旧号被举报了，加微信领福利",
        "舊帳號被同行檢舉了，加賴領飆股",
        "舊號畀人檢舉咗，掃碼入群領紅包",
        "old account was reported, dm me for promo",
        "别再被骗了，加V信领福利",
        "别信骗子，找我加微信领福利",
        "外面都是骗子，加微信领福利",
        "是不是骗子？不是，加微信领福利",
        "Is this a scam? No! DM me to earn $500",
        "DM me to earn $500, beware of fake accounts",
        "加微信领福利，谁骗你谁是狗",
        "加微信领福利，千万别错过",
        "加微信领福利，不香吗？",
        "加微信领福利可以吗？",
        "不要钱➕薇信领福利",
        "特别优惠加薇信领福利",
        "骗子太多，请勿加薇信领福利",
        "打击假货加微信领正品优惠",
        "谨防假冒加微信领正品优惠",
        "防止走丟加賴領禮物",
        "加微信领福利，不诚心拉黑",
        "加賴領禮物，檢舉的死全家",
        "DM me to earn $500 a day, scammers will be reported",
    ],
)
def test_lures(text: str) -> None:
    assert max(scores(text), default=0) >= REVIEW


@pytest.mark.parametrize(
    "text",
    [
        "微信支付",
        "我用微信付款了",
        "可以加微信支付嗎",
        "增加微信支付功能",
        "薇薇今天来了",
        "微信版本 8.0.44 更新了",
        "LINE Pay 可以用嗎",
        "用 line pay 付款",
        "this line up is great",
        "please add line breaks here",
        "Add Discord integration",
        "加微辣少糖",
        "奶茶加微糖",
        "賴清德",
        "加賴先生那一桌",
        "加line @ourshop",
        "加微信 brand_line",
        "微信 13911112222",
        "小美的LINE加一下",
        "私信客服小美",
        "已經私訊你了",
        "我私訊客服問優惠，沒人回",
        "我私訊過你們了，還沒拿到優惠",
        "訂位請打電話，私訊不接單喔",
        "你inbox我講下尺寸啦",
        "收到請pm我",
        "下午2 pm我哋進群開會",
        "明天5pm我进群和大家聊",
        "聽日3pm我帶你去睇樓",
        "DM 我問過優惠，佢話冇",
        "謝絕私訊代購",
        "谢绝私信推荐兼职",
        "他的微信是abc12345",
        "wei 你在干嘛",
        "加油加油",
        "飞机 12点起飞",
        "qq飞车真好玩",
        "怎么进群",
        "私信发你了",
        "加v了吗",
        "telegram: update available",
        "T-G 12345",
        "I can't g12345",
        "l1nes 3 to 5",
        "私聊你们客服问优惠，半天没人理",
        "私信你們問優惠，沒人回",
        "请勿私下交易，谨防被骗",
        "卖家让我别走平台，可以便宜",
        "可以私下交易的帳號，見一個檢舉一個",
        "直接私下付款嘅人，檢舉晒佢哋",
        "可以私下交易吗",
        "平台不方便退款",
        "加微看了一下",
        "好的宝妈，我拉你进群",
        "家人们进群抢红包咯",
        "",
        "刚刚有人私信我兼职，是不是骗子？",
        "骗子私信我低价代购，千万别信",
        "有个号私聊我让我进群，已举报",
        "私信我兼职的都是骗子",
        "请勿扫码进群领红包",
        "客服一直让我加微信领券",
        "入群可以领优惠券吗？",
        "扫码领取快递",
        "騙子叫我加賴領獎",
        "對方要我加賴領資料，我封鎖了",
        "掃碼領取包裹要帶證件嗎",
        "入群要加LINE領禮物嗎？",
        "有人pm我話低價代購，係咪呃人",
        "佢叫我加WhatsApp領獎",
        "Can you contact me on whatsapp?",
        "Could someone please text me on whatsapp about my order",
        "he told me to contact him on telegram, reported",
        "don't add her on whatsapp, fake account",
        "scammers dm me for promo every day",
        "Telegram desktop5 crashed",
        "telegram bot2024 怎么用",
        "电报 x100 型号",
        "微信 mate60 闪退",
        "whatsapp beta24 won't open",
        "收到短信说加微信领红包，是骗子吗",
        "别随便加微信领红包",
        "不要再私信我兼职了",
        "請勿私自加賴領獎",
        "唔好亂咁入群領優惠",
        "加微信领红包，结果被骗了",
        "扫码领红包都是骗人的",
        "老师让我加微信领资料",
        "看到有人说扫码进群领红包",
        "陌生人天天私信我兼职",
        "唔好信啲叫你加WhatsApp領獎嘅人",
        "不要相信那些让你加微信领福利的",
        "watch out, people say dm me to earn and then scam you",
        "小心陌生人加微信领红包",
        "網友一直叫我加賴領飆股",
        "佢話掃碼入群領獎，我冇理",
        "please don't ever message me on telegram",
        "someone keeps saying dm me for promo, reported",
        "someone who says text me on whatsapp. Is this a scam?",
    ],
)
def test_talk(text: str) -> None:
    assert max(scores(text), default=0) < REVIEW


def test_a_bare_suggestion_is_only_a_hint() -> None:
    assert scores("我们加个微信吧") == [0.5]


def test_a_foreign_account_beside_a_staff_name_is_found() -> None:
    assert max(scores("加客服小美微信 abc_999")) >= REVIEW


@pytest.mark.parametrize(
    "text",
    [
        "7天到账 加❤薇❤信",
        "日赚700 加❤薇❤信",
        "7:30 加❤薇❤信",
        "samy说 加❤薇❤信",
        "加❤薇❤信 amyxyz",
        "加❤薇❤信 七天amy88",
    ],
)
def test_a_name_inside_a_longer_word_is_nobody(text: str) -> None:
    rules = ContactRules(Own(accounts=("amy",), staff=("7", "a", "amy")))
    assert [f.source for f in rules.find(Normalised(text))] == [SOURCE]


@pytest.mark.parametrize(
    "text", ["加❤薇❤信找amy", "@amy 加❤薇❤信", "小麗說加❤薇❤信", "客服 7 加❤薇❤信", "加❤薇❤信 139-1111-2222"]
)
def test_a_whole_name_is_exempt(text: str) -> None:
    rules = ContactRules(Own(phones=("13911112222",), staff=("7", "amy", "小麗")))
    assert rules.find(Normalised(text)) == []
