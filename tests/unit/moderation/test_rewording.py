"""A rewording is a text that could be sent: whole sentences, without the claim and without another in its place."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.claims import shipped_claims
from assistant.moderation.advertising import find_claims, reword, rule_named
from assistant.moderation.advertising.clauses import joined, sentences
from assistant.moderation.advertising.rulebook import load_rules
from assistant.text import Normalised
from assistant.types import Advertising, Category
from assistant.words import LANGUAGES

HANS, HANT, HONG_KONG, EN = "zh-Hans", "zh-Hant", "zh-Hant-HK", "en"
CLAIMS = [
    ("absolute", HANT, "general", "我們的面霜是全台第一名，七天見效！"),
    ("absolute", HANT, "general", "這是全台第一名的吹風機，週五下午三點開賣，一台 1,280 元。"),
    ("absolute", HANT, "food", "這是全台最好吃的蛋糕，每天十點出爐。"),
    ("absolute", HANS, "general", "全网最低价！周五上午十点开卖，欢迎来看。"),
    ("absolute", HANS, "general", "我们的毛巾，全国销量第一，一条 20 元。"),
    ("absolute", HANS, "general", "顶级的面料，国家级的工艺，一件 300 元。"),
    ("absolute", HONG_KONG, "general", "呢支係全港第一嘅風筒，星期五開賣。"),
    ("absolute", HONG_KONG, "food", "全港最好飲嘅奶茶，一杯 $20。"),
    ("absolute", EN, "general", "This is the best cream in the world, guaranteed to cure acne in 3 days!"),
    ("absolute", EN, "general", "Our towel, the best in the world, costs $20."),
    ("absolute", EN, "general", "Try the best coffee in town, and see us on Friday at 10!"),
    ("authority", HANT, "general", "這款面霜由皮膚科醫師一致推薦，一瓶 500 元。"),
    ("authority", HANS, "health_food", "央视推荐，一盒 300 元。周五到货。"),
    ("authority", HANS, "health_food", "本品是国家领导人专用，一盒 300 元。"),
    ("authority", HONG_KONG, "health_food", "醫生推薦嘅保健品，一樽 $200，星期五到貨。"),
    ("authority", EN, "health_food", "Doctors recommend it, and a box costs $20."),
    ("authority", EN, "health_food", "Recommended by nine out of ten doctors. Open at 10."),
    ("children", HANS, "general", "小朋友快叫妈妈买！一盒 30 元。"),
    ("children", HANT, "general", "小朋友，快叫媽媽買給你！一盒 300 元。"),
    ("children", HONG_KONG, "general", "小朋友，快啲叫媽咪買！一盒 $30。"),
    ("children", EN, "general", "Kids, ask your mum to buy it now! A box costs $5."),
    ("comparison", HANS, "general", "比某品牌好十倍，别家都是垃圾，一件 30 元。"),
    ("comparison", HANT, "general", "別家的都是垃圾，不要再買了！我們週五開門。"),
    ("comparison", HONG_KONG, "general", "其他牌子都係垃圾，唔好買。我哋星期五開門。"),
    ("comparison", EN, "general", "Other brands are garbage, so buy ours. We open at 10."),
    ("education", HANS, "education", "包过！不过退款。课程周五开始，共十堂。"),
    ("education", HANT, "education", "保證考上，週五開課，共十堂，費用 3,000 元。"),
    ("education", HONG_KONG, "education", "包你考到五星星，逢星期五上堂。"),
    ("education", EN, "education", "Guaranteed to pass the exam, or your money back. Lessons are on Friday."),
    ("effect", HANS, "cosmetics", "如果皮肤干，保证七天见效。一瓶 80 元。"),
    ("effect", HANT, "cosmetics", "最好喝的奶茶，週五到貨，保證瘦五公斤。歡迎試喝。"),
    ("effect", HANT, "cosmetics", "用了就白，七天見效，而且週五特價 300 元。"),
    ("effect", HONG_KONG, "cosmetics", "保證七日見效，冇副作用，一支 $80。"),
    ("effect", EN, "cosmetics", "Guaranteed results in 7 days, and we open on Friday."),
    ("effect", EN, "cosmetics", "When you use it daily, results are guaranteed in 7 days. A jar costs $20."),
    ("hidden", HANS, "general", "写五星好评返现 5 元，截图发给客服。周五见。"),
    ("hidden", HANT, "general", "每天十點開門，給五星好評送 50 元折價券，截圖就送。"),
    ("hidden", HONG_KONG, "general", "畀五星好評送 $50 現金券！"),
    ("hidden", EN, "general", "Every Friday at ten, give us a five-star review and get a free coffee!"),
    ("infant", HANS, "infant_formula", "比母乳更好，一罐 300 元。"),
    ("infant", HANT, "infant_formula", "最接近母乳的奶粉，一罐 800 元。"),
    ("infant", HONG_KONG, "infant_formula", "營養好過母乳，一罐 $300。"),
    ("infant", EN, "infant_formula", "It is better than breast milk. A tin costs $30."),
    ("infant_promotion", HANT, "infant_formula", "嬰兒奶粉買三送一，週五到貨。"),
    ("infant_promotion", HANT, "infant_formula", "初生奶粉滿千減百！"),
    ("infant_promotion", HONG_KONG, "infant_formula", "初生嬰兒奶粉買三送一，星期五到貨。"),
    ("infant_promotion", EN, "infant_formula", "Infant formula: buy 3 get 1 free! We open at 10."),
    ("medical", HANS, "food", "1. 治疗糖尿病\n2. 一盒 300 元\n3. 周五到货"),
    ("medical", HANT, "food", "這款茶可以治療胃炎，一盒 300 元，週五到貨。"),
    ("medical", HONG_KONG, "food", "呢款茶可以醫好糖尿病，一盒 $30。"),
    ("medical", EN, "food", "It cures cancer, diabetes and acne. A box costs $20!"),
    ("outside", HANS, "general", "加微信转账便宜 20 元，周五发货。"),
    ("outside", HANT, "general", "私下交易更便宜，週五出貨。"),
    ("outside", HONG_KONG, "general", "唔經平台，直接過數平 $20！"),
    ("outside", EN, "general", "Skip the checkout and pay me directly, it is cheaper. We open at 10."),
    ("prize", HANS, "general", "欢迎参加。当天抽奖，一等奖：汽车一辆，价值 80,000 元"),
    ("prize", HANT, "general", "週五抽獎送八萬元！歡迎參加。"),
    ("prize", HONG_KONG, "general", "抽獎送 60,000 元，星期五見。"),
    ("prize", EN, "general", "Join the raffle for a prize worth 80,000 yuan!"),
    ("returns", HANS, "finance", "年化收益 20%，稳赚不赔！周五说明会。"),
    ("returns", HANT, "finance", "包賺不賠！"),
    ("returns", HANT, "finance", "因為保證獲利，所以大家都來了，週五說明會。"),
    ("returns", HONG_KONG, "finance", "穩賺不賠，星期五講座，費用 $200。"),
    ("returns", EN, "finance", "Guaranteed returns of 20%, no risk, and you can't lose!"),
    ("sharing", HANS, "general", "每天十点开门，转发到朋友圈，截图就送礼券。"),
    ("sharing", HANT, "general", "分享到三個社團，截圖就送禮券。週五見。"),
    ("sharing", HONG_KONG, "general", "tag 三位朋友，就有機會贏現金券！"),
    ("sharing", EN, "general", "Open daily, tag three friends to win a voucher!"),
    ("urgency", HANS, "general", "最后机会，手慢无！赶紧下单。"),
    ("urgency", HANT, "general", "這款毛巾一條 200 元，再不買就沒了，手刀下單！"),
    ("urgency", HONG_KONG, "general", "快啲落單，遲咗就冇！一條 $20。"),
    ("urgency", EN, "general", "Hurry, last chance! A towel costs $20, so act now."),
]
DANGLING = re.compile(
    r"(?:[，,、；;：:]|和|與|与|或|而且|但是?|因為|因为|所以|如果|是|係|\b(?:and|or|but|so|because|with|the|a|is))[。.！!？?]?$",
    re.IGNORECASE,
)
HEADLESS = re.compile(r"^(?:[，,、。；;！!]|就|才|而且|但|所以|(?:and|but|so|or|then|because)\b)", re.IGNORECASE)
DOUBLED = re.compile(r"[，,、；;。！!？?.]{2,}|\s[，,。.]")
FINAL = re.compile(r"[。！!？?.〕]$")
NEW_CLAIMS = re.compile(
    r"受.{0,2}[喜歡欢][愛爱迎]|well[- ](?:made|liked)|[實实]在|[實实]惠|(?<!使)用心|fairly|careful", re.IGNORECASE
)


def said_of(text: str, language: str, category: str = "general", *, learned: bool = False) -> str:
    where, reader = Advertising((), Category(category)), shipped_claims() if learned else None
    return reword(text, find_claims(Normalised(text), where, reader), where, language, reader)


def test_the_claims_are_of_every_rule_and_language():
    assert len(CLAIMS) >= 60
    assert {rule for rule, *_ in CLAIMS} == {rule.id for rule in load_rules()}
    assert {language for _, language, *_ in CLAIMS} == set(LANGUAGES)


@pytest.mark.parametrize("row", CLAIMS, ids=lambda row: f"{row[0]}-{row[3][:10]}")
def test_a_rewording_could_be_sent(row):
    rule, language, category, text = row
    where = Advertising((), Category(category))
    assert rule in {rule_named(one.source) for one in find_claims(Normalised(text), where)}
    for learned in (False, True):
        reader = shipped_claims() if learned else None
        found = find_claims(Normalised(text), where, reader)
        said = reword(text, found, where, language, reader)
        assert said
        assert find_claims(Normalised(said), where, reader) == []
        if not found:
            assert said == text
            continue
        assert said != text
        assert FINAL.search(said), said
        assert not NEW_CLAIMS.search(said), said
        for sentence in re.split(r"(?<=[。！？!?])|(?<=\.)\s", said):
            assert not DANGLING.search(sentence), said
            assert not HEADLESS.search(sentence.strip()), said
        assert not DOUBLED.search(said), said
        assert language != "en" or re.match(r"[A-Z0-9〔]", said), said


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_what_is_written_where_nothing_is_left_could_be_sent(rule):
    for language in LANGUAGES:
        said = rule.blank[language]
        assert FINAL.search(said)
        assert not DANGLING.search(said)
        for category in Category:
            assert find_claims(Normalised(said), Advertising((), category), shipped_claims()) == [], said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("我們的面霜是全台第一名，七天見效！", HANT, "我們的面霜是〔材質、尺寸或產地〕的。"),
        ("這是全台第一名的吹風機，週五開賣！", HANT, "這是〔材質、尺寸或產地〕的吹風機，週五開賣！"),
        ("呢支係全港第一嘅面霜，七日見效！", HONG_KONG, "呢支係〔物料、尺寸或產地〕嘅面霜。"),
        ("這是全台最好吃的做法，保證寶寶長高十公分！", HANT, "這是好吃的做法。"),
        ("全网最低价！保证无副作用，七天见效。赶紧下单。", HANS, "价格为〔金额〕元。"),
        ("全網最低價只要 299 元，週五到貨。", HANT, "售價只要 299 元，週五到貨。"),
        ("如果皮膚乾，保證七天見效。一瓶 300 元。", HANT, "一瓶 300 元。"),
        ("保證七天見效，而且週五特價 300 元。", HANT, "週五特價 300 元。"),
        (
            "This is the best cream in the world, guaranteed to cure acne in 3 days!",
            EN,
            "This is the cream from 〔place of origin〕.",
        ),
        ("Our cream, the best in the world, costs $20.", EN, "Our cream costs $20."),
        ("Guaranteed results in 7 days, and we open on Friday.", EN, "We open on Friday."),
        (
            "Open daily, tag three friends to win a voucher!",
            EN,
            "Open daily. Leave a comment below to take part; the draw is among all comments.",
        ),
        ("1. 包治百病\n2. 一盒 300 元\n3. 七天見效\n4. 週五到貨。", HANT, "1. 一盒 300 元\n2. 週五到貨。"),
        ("特點：\n- 包治百病\n- 七天見效\n\n週五到貨。", HANT, "週五到貨。"),
        (
            "我擦了五天，細紋真的不見了，無副作用",
            HANT,
            next(one.blank[HANT] for one in load_rules() if one.id == "effect"),
        ),
        (
            "The best teacher you will ever have teaches on Friday. We open at 10 a.m. daily.",
            EN,
            "We open at 10 a.m. daily.",
        ),
        ("The most comfortable chair ever made. A chair costs $20.", EN, "A chair costs $20."),
        (
            "Our new tote is hands down the best bag in the world, now in olive.",
            EN,
            "Our new tote is the bag from 〔place of origin〕, now in olive.",
        ),
        ("問：膝蓋痛可以用嗎？答：可以治療關節炎喔。一盒 300 元。", HANT, "一盒 300 元。"),
        ("各位觀眾，這是全台灣最大顆的草莓，只有我們有。週五到貨。", HANT, "週五到貨。"),
        ("各位成員午安，全網最低價，週五到貨。", HANT, "各位成員午安，價格為〔金額〕元，週五到貨。"),
        ("我哋啲床褥係全港第一。", HONG_KONG, "我哋啲床褥係〔物料、尺寸或產地〕嘅。"),
        ("他說「全台第一名，七天見效」。週五到貨。", HANT, "週五到貨。"),
    ],
)
def test_clauses_are_worded_anew_or_left_out(text, language, said):
    assert said_of(text, language) == said


def test_what_makes_no_claim_stays_as_it_was_written():
    kept = "早安，\n  3.5 元起～ 見 https://shop.example/a,b?c=1 ……好嗎？！\n"
    assert said_of(kept + "包治百病。", HANT) == kept.strip()


def test_a_long_text_is_reworded_in_time():
    text = "如果全網最低價，七天見效，最後機會，" * 1_000
    found = find_claims(Normalised(text), Advertising())
    began = time.process_time()
    reword(text, found, Advertising(), HANT)
    assert time.process_time() - began < 10


@given(st.text(alphabet="甲乙 a.,，。！\n「」1.-:：", max_size=60))
def test_sentences_and_clauses_leave_nothing_out(text):
    found = sentences(text)
    for one in found:
        assert one.text == text[one.clauses[0].start : one.clauses[-1].end]
    covered = {at for one in found for clause in one.clauses for at in range(clause.start, clause.end)}
    assert all(at in covered or char in " \n.,，。！「」1-:：" for at, char in enumerate(text))
    assert joined(text, ["" for _ in found]).strip("1.-:： 。,，！「」\n") == ""
