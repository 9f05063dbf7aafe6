"""Policies: reading, refusing, writing."""

from __future__ import annotations

import json

import pytest

from assistant.errors import InvalidPolicy
from assistant.moderation.policy import (
    MAX_POLICY_BYTES,
    dump_policy,
    read_policy,
    read_policy_file,
    read_policy_text,
    shipped_policy,
)
from assistant.settings import load_settings
from assistant.types import Action, Label, Message, Policy, Thresholds
from assistant.wiring import build_classifier, compile_policy

MINIMAL = {"id": "p", "version": 1, "thresholds": {"spam": {"review": 0.5}}}


def test_shipped_policy_names_every_label() -> None:
    assert set(shipped_policy().thresholds) >= {label.value for label in Label}


def test_a_policy_survives_writing_and_reading() -> None:
    policy = read_policy(
        MINIMAL
        | {
            "lists": [{"id": "own", "label": "custom:競品", "terms": ["某牌"], "script": "hant"}],
            "patterns": [{"id": "code", "label": "spam", "pattern": r"\bX\d+"}],
            "overrides": [{"channels": ["sale"], "thresholds": {"spam": {"block": 0.99}}}],
            "own": {"domains": ["shop.example"], "staff": ["s1"]},
            "unscreened": {"image": "review", "*": "allow"},
        }
    )
    assert read_policy(json.loads(json.dumps(dump_policy(policy)))) == policy


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"thresholds": {"spam": {"review": 0}}}, "thresholds.spam"),
        ({"thresholds": {"spam": {"review": 1.5}}}, "thresholds.spam"),
        ({"thresholds": {"spam": {"nope": 0.5}}}, "thresholds.spam.nope"),
        ({"thresholds": {"spam": "high"}}, "thresholds.spam"),
        ({"thresholds": {"spma": {"review": 0.5}}}, "thresholds.spma"),
        ({"overrides": [{"thresholds": {"spma": {"hide": 0.5}}}]}, "overrides.0.thresholds.spma"),
        ({"penalties": {"weights": {"spma": {"hide": 1}}}}, "penalties.weights.spma"),
        ({"version": -1}, "policy"),
        ({"thresholds": {}}, "policy"),
        ({"fail_mode": "shrug"}, "fail_mode"),
        ({"surprise": 1}, "surprise"),
        ({"lists": [{"id": "a", "label": "spam", "terms": [" "]}]}, "lists.0"),
        ({"lists": [{"id": "a", "label": "spam", "terms": ["x" * 101]}]}, "lists.0"),
        ({"lists": [{"id": "a", "label": "custom:", "terms": ["x"]}]}, "lists.0"),
        ({"lists": [{"id": "a", "label": "spam", "terms": ["x"]}] * 2}, "policy"),
        ({"patterns": [{"id": "a", "label": "spam", "pattern": "x" * 1001}]}, "patterns.0"),
    ],
)
def test_a_wrong_policy_names_the_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(MINIMAL | change)
    assert caught.value.field == field
    assert caught.value.values["problem"]


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '"x"'])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidPolicy):
        read_policy_text(text)


@pytest.mark.parametrize("depth", [10, 900, 5_000])
def test_dotted_names_of_any_depth_are_refused_by_name(depth: int) -> None:
    with pytest.raises(InvalidPolicy):
        read_policy_text("a." * depth + "b = 1", toml=True)


@pytest.mark.parametrize("where", ['note = "a\\u0000"', 'own.domains = ["a\\u0000"]', '"\\u0000" = 1'])
def test_nul_is_refused_wherever_it_stands(where: str) -> None:
    with pytest.raises(InvalidPolicy, match="NUL"):
        read_policy_text(where, toml=True)


def test_a_huge_policy_is_refused() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy_text(" " * (MAX_POLICY_BYTES + 1))
    assert caught.value.limit == MAX_POLICY_BYTES


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(InvalidPolicy, match="invalid_policy") as caught:
        read_policy_file(tmp_path / "none.json")
    assert "none.json" in str(caught.value.field)


def test_thresholds_take_the_most_severe_action_reached() -> None:
    limits = Thresholds(mask=0.3, review=0.6, block=0.9)
    assert [limits.action(score) for score in (0.29, 0.3, 0.6, 0.89, 0.9, 1.0)] == [
        Action.ALLOW,
        Action.MASK,
        Action.REVIEW,
        Action.REVIEW,
        Action.BLOCK,
        Action.BLOCK,
    ]


def test_policies_are_values() -> None:
    assert read_policy(MINIMAL) == Policy("p", 1, {"spam": Thresholds(review=0.5)})


def handed_in(**change: object) -> Policy:
    return read_policy_text(json.dumps(MINIMAL | change))


def test_domains_of_any_script_are_kept_as_written() -> None:
    written = ["https://赌博.com/a", "例子.中国", "BU\u0308CHER.de", "น้ำ.ไทย", "xn--bcher-kva.de"]
    policy = handed_in(links={"deny": written})
    assert policy.links.deny == ("赌博.com", "例子.中国", "bücher.de", "น้ำ.ไทย", "xn--bcher-kva.de")
    assert handed_in(own={"domains": ["my_shop.example.com"]})


def test_own_domains_may_be_those_that_are_for_trying_things_out() -> None:
    written = ["https://Shop.example/about", "*.forum.test", "demo-shop.example"]
    assert handed_in(own={"domains": written}).own.domains == ("shop.example", "forum.test", "demo-shop.example")


def test_domains_are_read_from_addresses() -> None:
    written = [
        "https://Rival.com/",
        "*.rival3.com",
        "rival4.com/path?a=1",
        "http://u:p@shop.rival5.co.uk:8443",
        "rival6.com.",
    ]
    read = ("rival.com", "rival3.com", "rival4.com", "shop.rival5.co.uk", "rival6.com")
    policy = handed_in(links={"deny": written, "allow": written, "protect": written}, own={"domains": written})
    assert policy.links.deny == policy.links.allow == policy.links.protect == policy.own.domains == read
    found = compile_policy(handed_in(links={"deny": written}), build_classifier(load_settings())).screen(
        Message("see https://www.rival3.com/x")
    )
    assert "rule:link.denied" in {one.source for one in found.findings}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            {"links": {"deny": ["https://rival.com/", "*.rival3.com", "rival4.com/path", "not a domain"]}},
            "links.deny[3]",
        ),
        *(
            ({"links": {"allow": [wrong]}}, "links.allow[0]")
            for wrong in (
                "",
                "com",
                "rival",
                "*.com",
                "1.2.3.4",
                "a..com",
                "小店_1.com",
                "店-.com",
                "字" * 60 + ".com",
                "😀.com",
                "xn--b cher.de",
                "my_shop.example.com",
            )
        ),
        ({"links": {"protect": ["shop.com", "@shop"]}}, "links.protect[1]"),
        *(
            ({"own": {"domains": [wrong]}}, "own.domains[0]")
            for wrong in ("-a.com", "example", "a..test", "shop.local")
        ),
        ({"links": {"deny": ["rival.example"]}}, "links.deny[0]"),
        ({"own": {"phones": ["02 2345 6789", "abc"]}}, "own.phones[1]"),
        *(({"own": {"accounts": [wrong]}}, "own.accounts[0]") for wrong in ("@ ", "@\u200b", "+-")),
        ({"own": {"staff": [" "]}}, "own.staff[0]"),
        ({"exemptions": {"phrases": ["幹細胞", ""]}}, "exemptions.phrases[1]"),
        ({"exemptions": {"roles": [""]}}, "exemptions.roles[0]"),
        ({"overrides": [{"thresholds": {}, "purposes": ["sale"]}]}, "overrides[0].purposes[0]"),
        ({"overrides": [{"thresholds": {}, "channels": [""]}]}, "overrides[0].channels[0]"),
        ({"overrides": [{"thresholds": {}, "roles": ["new"]}]}, "overrides[0].thresholds"),
        ({"exemptions": {"labels": ["spam"]}}, "exemptions.labels"),
        *(
            ({"lists": [{"id": "x", "label": "spam", "terms": ["plain", wrong]}]}, "lists[0].terms[1]")
            for wrong in ("\u200b", "\u200d\u2060\ufe0f", "\u00ad")
        ),
        *(
            (
                {"lists": [{"id": "x", "label": "spam", "script": "latin", "terms": ["plain", wrong]}]},
                "lists[0].terms[1]",
            )
            for wrong in ("赌博", "vip群", "промо", "ばか")
        ),
        *(
            (
                {"lists": [{"id": "x", "label": "spam", "terms": ["幹", "free gift"], "unless": ["幹細胞", wrong]}]},
                field,
            )
            for wrong, field in (
                ("肝細胞", "lists[0].unless[1]"),
                ("free  gift", "lists[0].unless[1]"),
                ("\u200b", "lists[0].unless[1]"),
            )
        ),
        *(
            ({"patterns": [{"id": "p", "label": "spam", "pattern": wrong}]}, "patterns[0]")
            for wrong in ("^$", r"\b", "(?i)(?:^|$)", "()*", r"\A\z")
        ),
        ({"disabled_rules": ["spam.contact", "nope.rule"]}, "disabled_rules[1]"),
        *(
            ({"disabled_rules": [wrong]}, "disabled_rules[0]")
            for wrong in ("", ".", "rule:", "spam", "gambling", "nope.")
        ),
    ],
)
def test_what_could_never_have_an_effect_is_refused_by_its_path(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        handed_in(**change)
    assert caught.value.field == field
    assert caught.value.values["problem"]
    assert read_policy(MINIMAL | change), "stored before, it still loads"


@pytest.mark.parametrize(
    "change",
    [
        {"overrides": [{"thresholds": {"spam": {}}, "roles": ["new"]}]},
        {"exemptions": {"roles": ["trusted"]}},
        {"lists": [{"id": "x", "label": "spam", "terms": ["幹"], "unless": ["干细胞", "才幹", "ｵ幹"]}]},
        {"lists": [{"id": "x", "label": "spam", "terms": ["操你妈"], "unless": ["草泥马之歌", "操你媽"]}]},
        {"lists": [{"id": "x", "label": "spam", "script": "latin", "terms": ["café", "ＶＩＰ", "a\u200bb"]}]},
        {"lists": [{"id": "x", "label": "spam", "script": "hans", "terms": ["賭博", "vip"]}]},
        {"lists": [{"id": "x", "label": "spam", "script": "hant", "terms": ["赌博", "..."]}]},
        *(
            {"patterns": [{"id": "p", "label": "spam", "pattern": right}]}
            for right in (r"\b，", r"\$", "x*", r"(?m)$\n", "(?-i:NDA)", r"\\b")
        ),
    ],
)
def test_what_has_an_effect_is_taken(change: dict[str, object]) -> None:
    assert handed_in(**change) == read_policy(MINIMAL | change)


def test_phrases_that_hold_a_term_by_sound_alone_are_idle_in_a_list_of_terms_as_written() -> None:
    rule = {"id": "x", "label": "spam", "terms": ["操你妈"], "unless": ["草泥马之歌"], "evasive": False}
    with pytest.raises(InvalidPolicy) as caught:
        handed_in(lists=[rule])
    assert caught.value.field == "lists[0].unless[0]"


def test_every_rule_that_finds_can_be_left_out_by_its_name() -> None:
    own = [{"id": "coupon", "label": "spam", "pattern": "CODE"}]
    names = [
        "spam.contact",
        "rule:hate.zh",
        "privacy.",
        "link.shortener",
        "ads.",
        "ads.urgency",
        "model:ads.",
        "model:ads.effect",
        "coupon",
    ]
    assert handed_in(disabled_rules=names, patterns=own).disabled_rules == tuple(names)
