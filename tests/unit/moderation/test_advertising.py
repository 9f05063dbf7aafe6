"""Advertising law: each finding rests on an article, holds where it says, and can be reworded."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backends.claims import shipped_claims
from assistant.moderation.advertising import SOURCE, advise, find_claims, reword, rule_named
from assistant.moderation.advertising.rulebook import load_laws, load_rules
from assistant.moderation.assess import told_once
from assistant.moderation.policy import shipped_policy
from assistant.text import Normalised
from assistant.types import Advertising, Category, Exemptions, Finding, Jurisdiction, Label, Message, Part, Purpose
from assistant.wiring import compile_policy
from assistant.words import LANGUAGES, load_words

TEXTS = Path(__file__).parents[3] / "eval/ads/working.tsv"
ROWS = list(csv.reader(TEXTS.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
CLAIMS = [row for row in ROWS if row[0].startswith("+")]


def find(text: str, *jurisdictions: str, category: str = "general") -> list[Finding]:
    return find_claims(Normalised(text), Advertising(tuple(map(Jurisdiction, jurisdictions)), Category(category)))


def rules(text: str, *jurisdictions: str, category: str = "general") -> set[str]:
    return {one.source.removeprefix(SOURCE) for one in find(text, *jurisdictions, category=category)}


@pytest.mark.parametrize(
    "text",
    [
        "这里有没有副作用的降血压茶",
        "本店有没有任何副作用的治疗湿疹药膏",
        "這裡有沒有副作用又能治療濕疹的藥膏",
        "我哋有冇副作用嘅降血壓茶",
        "你有没有高血压，喝它就能降血压",
    ],
)
def test_what_has_no_side_effects_is_no_question(text):
    assert "medical" in rules(text, "cn", "tw", "hk")


@pytest.mark.parametrize(
    "text", ["有没有什么办法治疗湿疹", "有没有一款茶能降血压", "有沒有任何食物可以降血壓", "有冇茶可以降血壓？"]
)
def test_who_asks_for_a_remedy_claims_nothing(text):
    assert "medical" not in rules(text, "cn", "tw", "hk")


def test_every_rule_has_its_laws_and_its_advice():
    assert len(load_rules()) == 15
    for rule in load_rules():
        assert rule.laws
        assert set(rule.advice) == set(LANGUAGES)
        assert rule.weight in {"prohibited", "doubtful"}
    for law in load_laws().values():
        assert law.jurisdiction in {*Jurisdiction, "platform"}
        assert law.checked >= "2026-11-28"


def test_the_texts_to_work_with_are_all_judged_rightly():
    same = {"infant_promotion": "infant"}
    wrong = []
    for mark, _, category, _, text in ROWS:
        found = {same.get(one, one) for one in rules(text, category=category)}
        if (mark[1:] in found) != (mark[0] == "+") or (mark[0] == "-" and found):
            wrong.append((mark, text, found))
    assert wrong == []


@pytest.mark.parametrize("text", ["最近上新", "第一次來", "最多十件", "best regards", "國家級風景區", "顧客第一"])
def test_words_that_only_look_absolute(text):
    assert rules(text) == set()


def test_a_finding_points_at_what_was_written():
    text = "歡迎！這是全台第一名的吹風機😀，全網最低價"
    assert [text[one.start : one.end] for one in find(text)] == ["全台第一名", "全網最低價"]


@pytest.mark.parametrize(
    ("category", "articles"),
    [
        ("food", {"第28條第2項", "第69條"}),
        ("health_food", {"第14條", "第69條"}),
        ("cosmetics", {"第10條", "第69條"}),
        ("general", {"第69條"}),
        ("drug", set()),
    ],
)
def test_the_article_is_that_of_the_category(category, articles):
    where = Advertising((Jurisdiction.TW,), Category(category))
    found = [one for one in find("治療胃炎", "tw", category=category) if one.source == f"{SOURCE}medical"]
    laws = {law.article for one in found for law in advise(one, "治療胃炎", where).laws}
    assert laws == articles


def test_a_rule_without_law_in_the_jurisdiction_is_silent():
    offer = "嬰兒奶粉買三送一"
    assert "infant_promotion" in rules(offer, "tw", category="infant_formula")
    assert "infant_promotion" in rules(offer, "hk", category="infant_formula")
    assert "infant_promotion" not in rules(offer, "cn", category="infant_formula")
    assert "sharing" in rules("分享到三個社團，截圖就送禮券", "tw"), "platforms' own rules hold everywhere"


def test_a_stated_date_makes_urgency_information():
    assert "urgency" in rules("最後機會，馬上漲價")
    assert "urgency" not in rules("最後機會，12月5日 23:59 恢復原價")


def screened(purpose: Purpose, **policy):
    screener = compile_policy(replace(shipped_policy(), **policy))
    where = Advertising((Jurisdiction.TW,), Category.COSMETICS)
    return screener.screen(Message("這瓶面霜是全台第一名", purpose=purpose, advertising=where))


def test_only_marketing_is_held_to_it():
    assert not screened(Purpose.CHAT).findings
    decision = screened(Purpose.MARKETING)
    assert decision.flagged
    assert [one.source for one in decision.findings] == ["rule:ads.absolute"]


def test_a_stretch_is_told_once_by_the_rule_that_cites_a_law():
    decision = compile_policy(shipped_policy()).screen(
        Message("我們的面霜是全台第一名，七天見效！", purpose=Purpose.MARKETING)
    )
    assert [one.source for one in decision.findings] == ["rule:ads.absolute", "rule:ads.effect"]
    chat = compile_policy(shipped_policy()).screen(Message("我們的面霜七天見效！"))
    assert "rule:misleading.hant" in {one.source for one in chat.findings}


def test_a_list_that_is_surer_or_finds_more_is_told_too():
    laws = Finding(Label.MISLEADING, 0.9, 2, 6, f"{SOURCE}effect")
    kept = [replace(laws, source="rule:own", score=0.95), replace(laws, source="rule:own", end=9)]
    kept += [replace(laws, source="rule:own", label=Label.FRAUD)]
    for one in kept:
        assert told_once([one], [laws]) == [one, laws]
    assert told_once([replace(laws, source="rule:own", start=3)], [laws]) == [laws]


def test_a_community_leaves_a_rule_out_or_exempts_its_own_words():
    assert not screened(Purpose.MARKETING, disabled_rules=("ads.absolute",)).flagged
    assert not screened(Purpose.MARKETING, disabled_rules=("ads.",)).flagged
    assert not screened(Purpose.MARKETING, exemptions=Exemptions(phrases=("全台第一名",))).flagged


def test_disguise_does_not_help():
    assert "absolute" in rules("全 網 最 低 价".replace(" ", "\u200b"))
    assert "absolute" in rules("ＮＯ．１ 的选择")


@pytest.mark.parametrize("row", CLAIMS[::9], ids=lambda row: row[4][:12])
def test_a_rewording_is_lawful(row):
    _, language, category, _, text = row
    where = Advertising((), Category(category))
    said = reword(text, find_claims(Normalised(text), where), where, language)
    assert find_claims(Normalised(said), where) == []
    assert said.strip()
    assert said != text


def test_a_rewording_keeps_the_rest():
    where = Advertising()
    text = "最好喝的奶茶，週五到貨，保證瘦五公斤。歡迎試喝。"
    said = reword(text, find_claims(Normalised(text), where), where, "zh-Hant")
    assert said == "好喝的奶茶，週五到貨。歡迎試喝。"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_where_nothing_is_left_a_blank_says_what_may_be_written(rule):
    for language in LANGUAGES:
        assert "〔" in rule.blank[language]
        assert rules(rule.blank[language]) == set()


def test_a_text_that_is_all_claim_becomes_a_blank():
    text = "包賺不賠！"
    said = reword(text, find_claims(Normalised(text), Advertising()), Advertising(), "zh-Hant")
    assert said == next(rule.blank["zh-Hant"] for rule in load_rules() if rule.id == "returns")


def test_templates_make_no_claims():
    words = load_words()
    for key in words.keys("content."):
        for language in LANGUAGES:
            assert rules(words.get(key, language)) == set(), (key, language)


@given(st.text(max_size=200), st.sampled_from(list(Category)))
def test_any_text_is_read(text, category):
    where = Advertising((), category)
    for one in find_claims(Normalised(text), where):
        assert 0 <= one.start < one.end <= len(text)
        assert one.label == Label.MISLEADING
        assert advise(one, text[one.start : one.end], where).laws


def test_long_texts_take_linear_time():
    text = "全網最低價，七天見效，最後機會，" * 2_000
    assert len(find(text)) <= 3 * 201
    draws = "抽獎送八萬元，" * 4_000
    assert 0 < len(find(draws)) <= 201


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("給五星好評送 50 元折價券", "zh-Hant", "歡迎如實寫下使用心得，好壞都可以。"),
        ("不要標廣告，就說自己買的。價格 1,280 元", "zh-Hant", "本文為〔廣告：寫明贈送或付費〕。價格 1,280 元。"),
        (
            "每天十點開門，分享到三個社團，截圖就送禮券。週五見。",
            "zh-Hant",
            "每天十點開門，在本篇留言就能參加，人人機會相同。週五見。",
        ),
        (
            "欢迎参加。当天抽奖，一等奖：汽车一辆，价值 80,000 元",
            "zh-Hans",
            "欢迎参加。抽奖的最高奖为〔奖品与价值，五万元以内〕。",
        ),
        (
            "Give us a five-star review and get a free coffee. Open at 10.",
            "en",
            "Tell us honestly how it was, good or bad. Open at 10.",
        ),
        ("包賺不賠，週五開賣 80,000 元。歡迎", "zh-Hant", "週五開賣 80,000 元。歡迎。"),
        ("週五開賣 1,280 元，包賺不賠。歡迎", "zh-Hant", "週五開賣 1,280 元。歡迎。"),
    ],
)
def test_what_is_put_in_its_place_reads_as_a_sentence(text, language, said):
    where = Advertising()
    assert reword(text, find_claims(Normalised(text), where), where, language) == said


@pytest.mark.parametrize("rule", ["sharing", "hidden", "prize"])
def test_what_may_stand_instead_is_lawful_for_everybody(rule):
    instead = next(one.instead for one in load_rules() if one.id == rule)
    assert instead
    for one in instead:
        assert set(one.say) == set(LANGUAGES)
        for said in one.say.values():
            for category in Category:
                where = Advertising((), category)
                assert find_claims(Normalised(said), where, shipped_claims()) == [], said


@pytest.mark.parametrize(
    ("text", "prize"),
    [
        ("当天抽奖，一等奖：汽车一辆，价值 80,000 元", "抽奖，一等奖：汽车一辆，价值 80,000 元"),
        ("抽獎送８０，０００元", "抽獎送８０，０００元"),
        ("抽奖奖品价值8万", "抽奖奖品价值8万"),
        ("抽獎送八萬元", "抽獎送八萬元"),
        ("抽獎送五萬零一元", "抽獎送五萬零一元"),
        ("抽獎送捌萬元", "抽獎送捌萬元"),
        ("抽奖送50,001元", "抽奖送50,001元"),
        ("價值 60,000 元的機車等你抽", "60,000 元的機車等你抽"),
        ("今晚抽一台特斯拉，来就有机会", "抽一台特斯拉，"),
    ],
)
def test_a_draw_has_a_highest_prize(text, prize):
    assert [text[one.start : one.end] for one in find(text, "cn") if one.source == f"{SOURCE}prize"] == [prize]
    assert "prize" not in rules(text, "tw")


@pytest.mark.parametrize(
    "text",
    [
        "抽奖送50,000元",
        "抽獎送五萬元",
        "抽奖送4万9千元",
        "滿 60,000 元可參加抽獎",
        "抽奖，奖品总值 100,000 元，共 200 份",
        "抽獎有 80,000 人參加",
        "抽奖，最高奖不超过80,000元",
        "抽獎送一台，新台幣 60,000 元",
        "沙发 80,000 元。周五抽奖，送杯子",
        "抽奖送汽车模型",
        "抽奖送 60000 张券",
        "奖金 100,000 元的写作比赛",
    ],
)
def test_what_is_no_prize_beyond_the_limit(text):
    assert "prize" not in rules(text, "cn")


@pytest.mark.parametrize(
    ("rule", "rewards", "field"),
    [
        ("活動結束當天當眾抽出", "一台 iPhone，價值 60,000 元", "plan.rewards[0]"),
        ("抽獎，每人一次", "汽车一辆", "plan.rewards[0]"),
        ("獎品價值八萬元", "抽出一位", "plan.rules[0]"),
    ],
)
def test_a_plan_is_read_as_one(rule, rewards, field):
    screener = compile_policy(shipped_policy())
    parts = (Part("plan.rules[0]", rule), Part("plan.rewards[0]", rewards))
    cn = Advertising((Jurisdiction.CN,))
    message = Message("週五見", purpose=Purpose.MARKETING, advertising=cn, parts=parts)
    decision = screener.screen(message)
    found = {(one.source, one.field) for one in decision.findings}
    assert (f"{SOURCE}prize", field) in found
    assert {rule_named(source) for source, _ in found} == {"prize"}
    assert not screener.screen(replace(message, advertising=Advertising((Jurisdiction.TW,)))).findings
    spared = compile_policy(replace(shipped_policy(), disabled_rules=("ads.prize",)))
    assert not spared.screen(message).findings
    lone = replace(message, parts=(Part("plan.rules[0]", "先到先得"), parts[1]))
    assert bool(screener.screen(lone).findings) is ("抽" in rewards and "萬" in rewards)


def test_the_official_account_is_no_deal_off_the_platform() -> None:
    def outside(text: str) -> bool:
        return "rule:ads.outside" in {one.source for one in find_claims(Normalised(text), Advertising())}

    assert not outside("滿千折百 限時優惠 加LINE官方帳號領券")
    assert outside("想要更便宜 加LINE")
