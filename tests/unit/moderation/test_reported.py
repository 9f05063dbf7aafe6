"""Reports and warnings become hints; the same words in their own voice do not."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.moderation.denials import read_honestly
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
        "警方查获代开发票团伙",
        "千万别代开发票，违法的",
        "賣簿子是違法的",
        "刷单返现，这不是骗子吗",
        "卖迷药的不是骗子就是犯罪",
        "对方说不是骗子，让我先交解冻费",
        "我爸被骗去刷单返现，报警没用怎么办",
        "有人在社團收簿子，已檢舉",
        "我同學賣簿子被判刑",
        "他說他不是詐騙，叫我去ATM解除分期",
        "佢話唔係呃人，叫我過數去安全戶口",
        "唔好租戶口俾人，犯法㗎",
        "is this not a scam? double your bitcoin",
        "Police arrested a man who sold fake passports",
        "Someone is selling cloned cards here, reported",
        "he swears it's not a scam: double your bitcoin",
        "本產品不能治癒糖尿病",
        "沒有任何食品可以治癒糖尿病",
        "呢隻藥唔可以根治濕疹",
        "It cannot cure diabetes naturally",
        "新闻：男子长期收银行卡被捕",
        "警方提醒：有需要联系银行，别信出售银行卡的",
        "佢話要搵佢先至收戶口，係詐騙呀",
        "A scammer in my DMs said cash on delivery for fake passports, beware",
        "我做刷单接单被骗了3000",
        "闺蜜刷单接单，结果被骗八千",
        "新聞：集團以現貨名義賣假護照被捕",
        "警察拉咗個長期收戶口嘅人",
        "Police say the vendor had fake passports in stock",
        "我知道你住哪，週末來找你吃火鍋",
        "我知道你家在哪，晚点给你送蛋糕过去",
        "我知你住邊度，聽日嚟搵你打麻雀",
        "I know where you live, coming over for pizza",
        "没有人能根治糖尿病",
        "加賴領飆股都是騙人的",
        "没有证据显示能根治糖尿病",
        "不能根治湿疹，我要退款",
        "唔可以根治濕疹，想退錢",
        "it cannot cure diabetes naturally, I want my money back",
        "我知道你住哪里，周末来帮你搬家",
        "我知道你家在哪，去你家打麻将",
    ],
)
def test_reports_and_warnings_are_hints(text: str) -> None:
    assert 0 < highest(text) <= HINT_SCORE


@pytest.mark.parametrize(
    "text",
    [
        "代开发票，新闻都说了我们最靠谱",
        "新闻都说了我们最靠谱，代开发票",
        "新闻报道过的老店，出售银行卡",
        "警方都夸我们靠谱，代办驾照免考",
        "刷单日结，新闻都说靠谱",
        "公安内部关系，代办驾照免考",
        "代办驾照免考，维权有保障",
        "代开发票，不会被查获",
        "新聞報過我們最可靠，賣簿子",
        "網友都說我們最可靠，賣簿子",
        "賣簿子，絕對不會被抓",
        "報章新聞都有講我哋，收戶口",
        "記者都推薦我哋，租戶口",
        "as seen on the news, fake passports for sale",
        "police know we are legit, cloned cards available",
        "he said we're the best, no one got arrested, fake passports for sale",
        "as seen on the news, we never get arrested, fake passports for sale",
        "新闻都说我们靠谱，代开发票，不会被抓",
        "朋友都说靠谱，代开发票，没有被罚",
        "媒體報導我們最可靠，賣簿子，沒有被查過",
        "新聞都講我哋可靠，收戶口，唔會畀人拉",
        "没有什么病不能治，能治百病",
        "没有什么病治不好，药到病除",
        "沒有什麼病醫不好的，包斷尾",
    ],
)
def test_praise_and_double_negations_warn_of_nothing(text: str) -> None:
    assert highest(text) > HINT_SCORE


@pytest.mark.parametrize(
    "text",
    [
        "新闻报道正规公司也代开发票被查获",
        "警方提醒大家找正规机构，代办驾照免考不可信",
        "警方通报，一男子出售银行卡",
        "新闻说很正规，结果刷单返现被骗了3000",
        "警察采访我们小区，有人卖假证被抓",
        "新聞報導我們學校有人賣簿子被抓",
        "網友說賣簿子會不會被抓，警察說會",
        "新聞話有人租戶口畀人拉咗",
        "佢話我哋公司可靠，叫我租戶口俾佢，係呃人㗎",
        "The news said people selling fake passports were arrested",
        "as seen on the news, a man sold fake passports and was arrested",
        "featured in the news: gang sold cloned cards, jailed",
        "he said we're the best place to buy fake passports, I reported him",
        "they said we're the most trusted but sold me cloned cards, I got scammed",
        "新闻报道过的老店，被曝光代开发票",
        "新闻说老字号代开发票被罚",
        "新聞報導這家老店賣簿子被起訴",
        "警察話老字號收戶口俾人拉咗",
        "没有什么药能根治糖尿病",
        "世上没有什么偏方能包治百病",
        "沒有一款茶可以治癒癌症",
        "冇乜嘢藥可以根治濕疹",
        "不是没有治不好的病，要看医生",
    ],
)
def test_news_of_a_trade_is_a_hint(text: str) -> None:
    assert 0 < highest(text) <= HINT_SCORE


@pytest.mark.parametrize(
    "text",
    ["没有什么病不能根治", "没有治不好的病，找老中医", "沒有醫不好的病", "沒有治不好的糖尿病", "冇病醫唔好"],
)
def test_a_cure_for_everything_is_a_promise(text: str) -> None:
    assert highest(text) > HINT_SCORE


@pytest.mark.parametrize(
    "text", ["有没有治不好的病？", "有沒有醫不好的病", "有冇病醫唔好", "没有治不好的病人才是好医院"]
)
def test_a_question_about_incurable_illness_is_none(text: str) -> None:
    assert highest(text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Server rules: no illegal drugs, no fake IDs, no scams.",
        "No scams, no fake passports, no stolen accounts, thanks",
        "Please no illegal stuff: fake IDs get you banned",
        "No selling fake IDs here. Scams get reported.",
        "No buying or selling stolen accounts. Scammers will be banned",
        "Rule 2: no fake documents or stolen accounts",
        "Fake IDs are not allowed here",
        "Don't sell cloned cards in this chat",
        "本群禁止卖假证、代开发票，违者踢",
        "本群不允许代开发票",
        "代开发票的一律踢",
        "群規：不准賣假證、不准代開發票，違者踢出",
        "社團禁止收購帳戶、出售銀行卡",
        "唔准賣假證，唔准收簿子",
        "唔准賣莆田鞋",
        "本群禁止卖高仿包，违者踢",
        "社團不准賣復刻錶",
        "No selling replica watches in this group",
        "莆田鞋一律踢",
        "本群禁止卖高仿包，除非管理员同意",
        "本群禁止代开发票，发现就找我举报，违者我来踢",
        "社團不准賣復刻錶，看到請跟我說",
        "唔准賣莆田鞋，見到就話我知",
        "no selling replica watches here unless approved by mods",
        "No selling replica watches here, but you hear from us first",
    ],
)
def test_what_a_group_rules_out_is_a_hint(text: str) -> None:
    assert 0 < highest(text) <= HINT_SCORE


@pytest.mark.parametrize(
    "text",
    [
        "no scam here, cloned cards available",
        "not illegal here, fake passports in stock",
        "no illegal stuff, cloned cards for sale",
        "no hassle cloned cards",
        "beware, scammers everywhere. fake passports in stock here",
        "不要错过代开发票",
        "不得不說，不得不代開發票",
        "可不可以代开发票",
        "可唔可以收戶口",
        "切勿轻信低价代开发票，认准官方",
        "代开发票禁止还价",
        "代开发票，现货秒发，谨防上当",
        "刷单日结，接单，之前被骗了的来",
        "出售银行卡，需要的联系我，别信骗子",
        "收戶口，要嘅搵我，唔好信啲騙子",
        "別信騙子，代辦駕照免考現貨",
        "fake passports in stock, beware of scammers",
        "本群禁止卖高仿包，只能找我买",
        "本群禁止代开发票，除非找我",
        "禁止代开发票，我这里除外",
        "社團不准賣復刻錶，除了我",
        "不准賣簿子，除非跟我買",
        "唔准賣莆田鞋，要買就搵我",
        "嚴禁收戶口，除咗我",
        "no selling replica watches unless you buy from me",
        "Don't sell fake passports here, only through us",
    ],
)
def test_a_seller_s_no_rules_nothing_out(text: str) -> None:
    assert highest(text) > HINT_SCORE


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
        "出售冰毒，不是骗子",
        "代办驾照免考，违法勿扰",
        "娛樂城體驗金，檢舉勿擾",
        "澳门新葡京上线，检举者请绕道",
        "卖迷药，警方查不到",
        "刷单日结，绝不骗人",
        "代开发票，切勿上当，主页有方式",
        "賣簿子，報警也沒用",
        "投顧老師帶單，絕不是詐騙",
        "租戶口，差人查唔到",
        "賣手槍，唔怕警察",
        "代開發票，唔係呃人㗎",
        "double your bitcoin now, not a scam",
        "fake passports for sale, police can't trace",
        "cloned cards available, scammers stay away",
        "代开发票，谨防上当",
        "小心上當，代開發票",
        "切勿上当，代办驾照免考，骗人死全家",
        "beware of scammers, fake passports for sale here",
        "别家不能根治湿疹，我们能根治湿疹",
        "why not reverse diabetes in 30 days",
        "没有副作用能根治糖尿病",
        "沒有副作用就能根治糖尿病",
        "没有痛苦！可以根治癌症",
        "没有哪种病不能根治，没有哪种偏方不能根治湿疹",
        "冇一隻藥唔可以根治湿疹",
        "不能根治湿疹全额退款",
        "不能根治濕疹，雙倍賠",
        "特别保证根治湿疹",
        "there is nothing that cannot cure diabetes naturally",
        "if it does not cure diabetes naturally you get a full refund",
        "我知道你住哪儿，晚上来找你喝酒聊聊",
        "我知道你住哪兒，晚上來找你吃飯聊聊",
        "我知道你家在哪，去你家坐坐",
        "我知你住邊度，搵你飲酒",
        "i know where you live, coming over for coffee and a little chat",
        "加微信领资料，别人家骗人，祝您早日康复，药到病除",
        "我知道你住哪，来找你玩玩",
        "我知道你住哪，來找你吃火鍋，帶刀",
        "我知你住邊度，嚟搵你飲茶",
        "i know where you live, coming over for dinner with a gun",
    ],
)
def test_ones_own_voice_is_not(text: str) -> None:
    assert highest(text) > HINT_SCORE


@pytest.mark.parametrize("text", ["一般药不能根治湿疹，加微信abc123", "唔可以根治糖尿病？WhatsApp: 91234567"])
def test_a_promise_denied_beside_a_contact_counts(text: str) -> None:
    found = RULES.find(Normalised(text))
    assert max(one.score for one in found if one.label == "misleading") > HINT_SCORE


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("出售，不是骗子", "出售"),
        ("報警都冇用", ""),
        ("檢舉者免問", ""),
        ("檢舉者請報警", "檢舉者請報警"),
        ("是不是骗子", "是不是骗子"),
        ("不是骗子就是疯子", "不是骗子就是疯子"),
        ("她说不是骗子", "她说不是骗子"),
        ("起底犯唔犯法", "起底犯唔犯法"),
        ("police won't help you", "police won't help you"),
        ("不要骗人", "不要骗人"),
        ("no scam here", "here"),
        ("no fake IDs", "no fake IDs"),
        ("no illegal drugs", "no illegal drugs"),
        ("新闻都说我们靠谱，出售", "出售"),
        ("警方说靠谱吗", "警方说靠谱吗"),
        ("新闻说不靠谱", "新闻说不靠谱"),
        ("朋友說很正規，結果被騙", "朋友說很正規，結果被騙"),
        ("不是骗子，朋友都說放心", ""),
        ("is it not a scam?", "is it not a scam?"),
    ],
)
def test_only_what_the_author_denies_is_blanked(text: str, left: str) -> None:
    written = Normalised(text)
    honest = read_honestly(written)
    shown = text if honest is None else honest.original
    assert len(shown) == len(text)
    assert shown.strip(" ，") == Normalised(left).original


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
