"""A promise that its author denies ("it does not cure diabetes"): where the denial stands, and how misleading the text is without it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.moderation.assess import Assessment, Classification
from assistant.moderation.rereading import reread
from assistant.moderation.spoken_of import FORBIDDEN, any_of, stands_before
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.types import Finding, Label

_NEGATION, _DOUBT, _SENTENCE = 24, 30, 60
"""Characters in which a negation is looked for before a promise, what turns that round before it, and a better promise behind."""
_NOTHING = (
    r"(?:任何|哪[种个]|一[种个]|什[么幺]|[这那][种个])?"
    r"(?:药物?|方法|办法|产品|东西|食[物品材]|疗法|保健品|人|医[生院]|(?:科学|临床)?(?:证据|研究|数据)(?:表明|证明|显示|说明|证实|指出)?)"
)
"""What can do nothing of the kind."""
_NO_SUCH = (
    "(?<!有)(?:没有?|冇)(?:任何|哪[种个款只]|一[种个款只]|什[么幺]|乜嘢?|边[种个款只])"
    r"(?:(?!副作用|痛苦|风险|后遗|难)[^\n,，。；;！!?？不没无唔]){1,6}?(?:可以|能够?|会)"
)
_NOT = any_of(
    "(?<![要需能会可是想有得无莫何么幺怎])不(?:能够?|会|可(?:以|能)?|得|该|应该?|是|等于|一定|见得|敢|准|许)?",
    f"无法|[没冇](?:办法|法|得)|(?<!有)没有?(?:{_NOTHING}(?:可以|能够?|会))?",
    _NO_SUCH,
    "唔(?:可以|能够|会|系|得)?|冇(?:可能|得)?",
    "未能|未必|难以|很难|并非|从未|谈不上",
    *FORBIDDEN,
    "(?<!切)勿|(?<![特个级区分性告差类辨识])别",
)
_FULLY = "(?:完全|彻底|真正|保证|直接|用来|用于|用作|当作|宣称|声称|承诺|[写说用被够])?"
_NOT_IN_ENGLISH = (
    r"(?<!why )(?:\bnot|\bnever|\bcannot|\bcan'?t|\bwon'?t|n't|\bno|\bnothing)"
    r"\s(?:(?:really|actually|fully|a|an|any|the|claim(?: to)?|promise|offer|have|be|going to|(?:intended|meant|able) to)\s)*"
)
_DENIED = re.compile(any_of(_NOT + _FULLY, _NOT_IN_ENGLISH) + "$")
"""A negation, as far as it reaches to the words denied."""
_BUT_OURS = r"(?:除[了咗非左](?:是|系)?|只有)(?:我们|我哋|我家|咱们?|本店|本品|本产品|它|佢|[这呢][款种只个隻])"
"""What can do it all the same."""
_OURS_BEFORE = re.compile(rf"{_BUT_OURS}[^\n。！!]{{0,10}}$")
_DOUBTED = re.compile(
    any_of(
        r"(?:谁说|谁讲|边个话|别以为|以为|who says?)[^\n,，。]{0,8}",
        r"没有?(?:(?:什[么幺]|一[种个]|哪[种个]|任何)[^\n,，。]{0,6})?|冇[^\n,，。]{0,6}",
        r"\b(?:no|nothing|hardly any|never)\s[^\n,.!]{0,20}",
    )
    + "$"
)
"""What turns a negation round before it."""
_VOWS = (
    r"(?:(?!我要|要求|想|申请|怎|能|可|不|拒|唔|没|应该|客服|店家|商家|卖家|找|吗)[^。！!\n]){0,8}"
    r"(?:退款|退钱|退费|包退|全退|全额退|赔|算我输)(?![^。！!\n]{0,6}[吗嘛?？])"
)
"""A refund that a seller vows, and none that a customer asks for."""
_WE = r"(?:我们|咱们?|本店|我家|我哋|本公司|\b(?:but )?(?:we|ours?)\b)"
_CAN = r"(?:能|可以|就|都|\b(?:can|do|does|will)\b)"
_REFUND = any_of(
    r"money[\s-]back guarantee|or (?:your )?(?:full )?(?:money back|refund)",
    r"(?:you(?:'ll)?(?: will)? get|we(?:'ll)?)[^.!\n]{0,12}(?:refund|money back)",
)
_BETTER = re.compile(
    any_of(
        rf"[^。！!\n]{{0,20}}{_WE}[^。！!\n]{{0,6}}{_CAN}",
        rf"[^。！!\n]{{0,8}}{_BUT_OURS}",
        rf"[^。！!\n]{{0,8}}{_WE}[^。！!\n]{{0,4}}(?:做到|办到|成功|例外|除外)",
        r"[^。！!\n]{0,6}[?？]\s?错",
        _VOWS,
        rf"[^.!\n]{{0,20}}\b{_REFUND}\b",
    )
)
"""What the author claims to do better, or vows."""

_CLAIMED = re.compile(
    r"根治|治愈|治疗|治好|医治|医好|断尾|(?<=[能会以])治(?!理|安)|预防|逆转|代替|替代|取代|保证|担保|承诺|见效|有效|奇效|起效|神药|神器|稳赚|回本|盈利|获利|收益"
    r"|\b(?:cures?|treats?|heals?|reverses?|prevents?|replaces?|guarantees?|guaranteed|promises?|miracles?|diagnose)\b"
)
"""A word that promises, where it is not denied."""
_CLAUSE_END = re.compile(
    r",(?!\s(?:treat|cure|heal|prevent|or)\b)|[，、.。;；:：!！?？\n]|但|不过|可是|而|却|只要|除非|就|\b(?:but|and|yet|unless|until|without|except|before|if|when|because|so|while)\b"
)
_STOPS = re.compile(r"[,，、.。;；:：!！?？\n]")
_REACH = 40
"""Characters of what is denied that are read behind the word."""
_TURNED_ROUND = re.compile(
    r"[没无冇不唔非别莫勿未]|难道|谁|哪|怎|为什|点解|是否|[说讲话信]|\b(?:not|no|nothing|never|nobody|none|hardly|few|who|why|what|if|say|says|said"
    r"|think|thinks|thought|believe|myth|lie)\b|n't\b"
)
"""Beside a denial in its clause: a second negation, a question, or somebody else's opinion."""
_TURNED_BEHIND = re.compile(
    r"^[^\n,，。]{0,3}(?:不了|不好|不掉|唔好|唔到)|的[^\n,，。]{0,6}(?:没有|冇|不存在|唔存在)|[吗嘛咩?？]|才怪|\b(?:without|unless|until|except|wrong|lie[sd]?)\b|除非|没有我"
)
"""What denies the denial again behind it."""


def negated(text: Normalised, term: Finding) -> tuple[int, int] | None:
    """The original span of ``term`` and the negation right before it; ``None`` where there is none, somebody is said to be wrong to think
    so, or the author claims to do better."""
    view = text.folded
    start, end = view.place(term.start), view.place(term.end)
    denied = _DENIED.search(view.text, max(0, start - _NEGATION), start)
    if denied is None or stands_before(_DOUBTED, view.text, denied.start(), _DOUBT):
        return None
    if stands_before(_OURS_BEFORE, view.text, denied.start(), _DOUBT):
        return None
    if _BETTER.match(view.text, end, end + _SENTENCE):
        return None
    return view.span(denied.start(), end)


def classify_negated(
    classifier: Classifier, assessed: Sequence[Assessment], classified: Sequence[Classification]
) -> list[Classification]:
    """``classified``; the classifier hardly reads negations, so a message is as misleading as it is without the promises that it denies."""
    return reread(classifier, assessed, classified, Label.MISLEADING, _without_denied)


def _without_denied(one: Assessment) -> dict[str, Normalised]:
    if one.continued is not None:
        return {}
    promises = [found for found in one.findings if found.label == Label.MISLEADING]
    denied = [(found.field, span) for found in promises if (span := negated(one.texts[found.field], found))]
    denied += [(field, span) for field, text in one.texts.items() for span in _clauses(text)]
    if not denied:
        return {}
    texts = {field: text.original for field, text in one.spared.items() if text.original}
    for field, (start, end) in denied:
        texts[field] = texts[field][:start] + " " * (end - start) + texts[field][end:]
    return {field: Normalised(text) for field, text in texts.items()}


def _clauses(text: Normalised) -> Iterator[tuple[int, int]]:
    """Original spans from a negation to the end of its clause, where that denies a promise that is in no list ("does not cure cancer"),
    and nothing in the clause or right behind it turns that round."""
    view, done = text.folded, 0
    for word in _CLAIMED.finditer(view.text):
        start = word.start()
        denied = _DENIED.search(view.text, max(done, start - _NEGATION), start)
        if denied is None or start < done:
            continue
        behind = _CLAUSE_END.search(view.text, word.end(), word.end() + _REACH)
        done = behind.start() if behind else min(len(view.text), word.end() + _REACH)
        before = view.text[max(0, denied.start() - _DOUBT) : denied.start()]
        clause = _STOPS.split(before)[-1]
        if _TURNED_ROUND.search(clause) or _TURNED_BEHIND.search(view.text[word.end() : done + _SENTENCE]):
            continue
        ours = stands_before(_OURS_BEFORE, view.text, denied.start(), _DOUBT)
        if not ours and not _BETTER.match(view.text, done, done + _SENTENCE):
            yield view.span(denied.start(), done)
