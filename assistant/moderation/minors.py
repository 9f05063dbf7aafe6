"""Signs that a text is about somebody under 18, and what they make of a sexual finding beside them.

The signs alone are nothing: parents and teachers talk of children all day. ``sexual_minors`` has no word list of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from assistant.text import Normalised
from assistant.types import Finding, Label

SOURCE = "rule:sexual_minors.combined"
LEAST_SEXUAL_SCORE = 0.5

_NUMERAL = r"(?<![二三四五六七八九十百几多数])(?:十[一二三四五六七]?|[一二三四五六七八九两])"
_HAN = re.compile(
    r"(?<![大小差长轻老\d.])(?:1[0-7]|\d)\s?(?:周|週)?(?:岁|歲)(?!的?(?:差|差距)|月|末|入|暮|月)"
    rf"|(?<![大小差长轻老]){_NUMERAL}(?:周|週)?(?:岁|歲)(?!的?差|月|末|入|暮)"
    r"|(?:未|不|没)(?:满|到|足|够)\s?(?:1[0-8]|十[一二三四五六七八])\s?岁?|(?:1[0-8]|十[四五六七八])岁以下|未成年|童颜|幼齿"
    r"|小学生|初中生|高中生|中学生|中小学生|国中生|国小生|国中女|国中男|高校生|中学女|小学女|学生妹|女学生|jk妹|(?:读|念|上|在|刚)(?:小学|初中|国中|高中|国小|幼儿园|幼稚园)"
    r"|(?<![年月历腊])初[一二三](?![十月日])的?|高[一二三](?![十月日度])|国[一二三](?![十月日])|小[一二三四五六](?=年级|女|男|的?学生)|[一二三四五六]年级|中[一二三](?=女|男|学生|的?妹)"
    r"|幼女|女童|男童|儿童|孩童|(?<![生有带养怀要])小孩|小朋友|小女孩|小男孩|小妹妹|萝莉|蘿莉|正太|幼儿|婴儿"
)
_LATIN = re.compile(
    r"(?<![\d.])(?:1[0-7]|\d)\s?-?\s?(?:yo|y/o|yrs?+|years?+)(?:[\s-]?olds?)?+\b"
    r"(?!\s(?:ago|later|experience|of|in|with|apart|older|younger|warranty|now|since|plan|contract))"
    r"|\b(?:i'?m|i am|she'?s|she is|he'?s|he is|aged?|turning|turned)\s(?:only\s|just\s|about\s)?(?:1[0-7]|[5-9])\b"
    r"(?!\s?(?:min|km|k\b|cm|feet|ft|hours?|days?|weeks?|months?|%|/|:|\.\d|pounds|lbs|miles|percent|st\b|th\b|nd\b|rd\b))"
    r"|\bunder\s?-?age[d]?\b|\bunder\s(?:the age of\s)?(?:1[0-8]|eighteen)\b"
    r"|\bminors?\b(?=\W|$)"
    r"(?!\s(?:issue|change|bug|detail|fix|problem|update|version|injur|key|league|note|delay|scratch))"
    r"|\b(?:middle|elementary|primary|grade|junior high|high|secondary)[\s-]?school(?:er|ers|girl|girls|boy|boys)?\b"
    r"|\bschool\s?(?:girl|boy)s?\b|\b(?:[1-9]|1[0-2])(?:st|nd|rd|th)[\s-]grade(?:r|rs)?\b"
    r"|\b(?:child|children|kids?|kiddos?|toddlers?|preteens?|pre-teens?|teens?|teenage[dr]?s?|teenagers?|lolis?|lolitas?|shotas?"
    r"|little\s(?:girl|boy)s?|infants?|bab(?:y|ies)\b(?=\s(?:girl|boy))|juveniles?)\b"
)
_REFUSED = re.compile(
    r"(?:未成年|18岁以下|(?<![生有带养怀要])小孩|儿童|小朋友|学生)[^\n]{0,4}?(?:勿|禁|请离|请绕|不要|别|不接|不约|不得|禁止)"
    r"|(?:禁止|谢绝|拒绝|不接|不约|非|不收)(?:任何)?(?:未成年|18岁以下|学生|儿童|小孩)"
    r"|\bno\s(?:minors?|kids|underage\w*|teens|children)\b"
    r"|\bminors?\s(?:dni|do not|don'?t|stay|get out|keep out|not)\b"
    r"|\bnot\s(?:for|suitable for)\s(?:minors?|kids|children)\b"
)


def minor_signals(text: Normalised) -> list[tuple[int, int]]:
    """Original spans of what says that somebody is under 18 (ages, school years, words for children), in order.

    Where a text only keeps minors away ("未成年勿进", "no minors"), that mention is no sign.
    """
    view = text.folded
    refused = [match.span() for match in _REFUSED.finditer(view.text)]
    signs = [match.span() for pattern in (_HAN, _LATIN) for match in pattern.finditer(view.text)]
    return sorted(view.span(start, end) for start, end in signs if not _overlaps(start, end, refused))


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether one of ``spans``, in order and apart, shares a character with ``start`` to ``end``."""
    at = bisect_left(spans, end, key=lambda span: span[0])
    return at > 0 and spans[at - 1][1] > start


def combine(scores: Mapping[str, float], findings: Sequence[Finding], texts: Mapping[str, Normalised]) -> list[Finding]:
    """``sexual_minors`` findings of a message: one per sign, when something in the message is sexual with at least
    ``LEAST_SEXUAL_SCORE``; their score is the highest sexual score.

    Args:
        scores: the message's scores by label; ``sexual`` is read.
        findings: what the rules found in it.
        texts: the message's texts by field.
    """
    sexual = max((f.score for f in findings if f.label == Label.SEXUAL), default=0.0)
    sexual = max(sexual, scores.get(Label.SEXUAL, 0.0))
    if sexual < LEAST_SEXUAL_SCORE:
        return []
    return [
        Finding(Label.SEXUAL_MINORS, sexual, start, end, SOURCE, field)
        for field, text in texts.items()
        for start, end in minor_signals(text)
    ]
