"""Signs that a text is about somebody under 18, and what they make of a sexual finding beside them.

The signs alone are nothing: parents and teachers talk of children all day. ``sexual_minors`` has no word list of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.moderation.continued import Continued
from assistant.text import Normalised
from assistant.types import Finding, Label

SOURCE = "rule:sexual_minors.combined"
AUTHOR_NAME = "member.name"
LEAST_SEXUAL_SCORE = 0.5

_NUMERAL = r"(?<![二三四五六七八九十百几多数])(?:十[一二三四五六七]?|[一二三四五六七八九两])"
_PUPIL = "女(?![子人士性神友星优主])|男(?![子人士性神友星优主])"
"""Of pupils 女生, 女仔, or 女 alone; 女子, 女人, 女士 and the like are grown up."""
_SCHOOL_YEAR = (
    r"(?<![年月历腊最当如起期纪])初[一二三](?![十月日])的?"
    r"|(?<![身提增更最拔调垫抬长])高[一二三](?![十月日度\d点米些尺寸倍截头层档线厘公丈筹]|百(?!日|天)|级(?![部学同新生]))"
    rf"|(?<![中美泰英法德韩俄日本外各全两该贵祖出爱])国[一二三](?=生|{_PUPIL}|的|了|时|升|[上下]学期|暑|寒假|班|年级|[学同]|妹|弟|\W|[a-z]|$)"
    r"|(?<=[读念上唸是才刚升从])国[一二三](?![十月日个位名家大级夜次年带流线直片种件样场])"
    rf"|小[一二三四五六](?=年级|女|男|的?学生)|(?<![大研])(?<!大学)(?<!究生)[一二三四五六]年级"
    rf"|(?<![其当之心眼手群班集频片图])中[一二三](?={_PUPIL}|学生|的?妹)"
)
_HAN = re.compile(
    r"(?<![大小差长轻老\d.])(?:1[0-7]|\d)\s?(?:周|週)?(?:岁|歲)(?!的?(?:差|差距)|月|末|入|暮|月)"
    rf"|(?<![大小差长轻老]){_NUMERAL}(?:周|週)?(?:岁|歲)(?!的?差|月|末|入|暮)"
    r"|(?:未|不|没)(?:满|到|足|够)\s?(?:1[0-8]|十[一二三四五六七八])\s?岁?|(?:1[0-8]|十[四五六七八])岁以下|未成年|童颜|幼齿"
    r"|小学生|(?:初|高)中生(?!物)|中学生|中小学生|国中生(?!物)|国小生|国中女|国中男|高校生|中学女|小学女|学生妹|女学生|jk妹|(?:读|念|上|在|刚)(?:小学|初中|国中|高中|国小|幼儿园|幼稚园)"
    rf"|{_SCHOOL_YEAR}"
    r"|幼女|女童|男童|儿童|孩童|(?<![生有带养怀要])小孩|小朋友|小女孩|小男孩|小妹妹|萝莉|蘿莉|正太|幼儿|婴儿"
)
_BODY = r"(?!(?:\s|-)?(?:fetish|pics?|pictures|photos?|vids?|videos?|jobs?|play|worship|lovers?|models?))"
_NOT_AN_AGE = (
    rf"(?!\s?(?:(?:min(?:ute)?s?|kms?|k|cms?|mm|feet{_BODY}|foot{_BODY}|ft|inch(?:es)?|met(?:er|re)s?|hours?|days?|weeks?|months?"
    r"|pounds?|lbs?|kgs?|kilo(?:s|grams?|met(?:er|re)s?)?|miles?|percent|points?|stars?|times|out of (?:\d+|five|ten|a hundred)|st|th|nd|rd"
    r"|years?\s(?:older|younger|ahead|behind|into|apart|clean|sober))(?![a-z0-9_])"
    r"|[%″]|[/:]\s?\d|\.\d|['’]\s?\d|[\"”]\s(?:long|tall|wide|thick|deep|big|in\s)))"
)
_LATIN = re.compile(
    r"(?<![\d.])(?:1[0-7]|\d)\s?-?\s?(?:(?:yo|y/o)(?:[\s-]?olds?)?|(?:yrs?|years?)[\s-]?olds?)(?![a-z0-9_])"
    r"|(?<![\d.])(?<!for\s)(?<!past\s)(?<!last\s)(?<!over\s)(?<!after\s)(?<!than\s)(?:1[0-7]|\d)\s?-?\s?(?:yrs?|years?)(?!\w)"
    r"(?!\s(?:ago|later|experienced?|of|in|with|apart|older|younger|warrant(?:y|ies)|now|since|plans?|contracts?)(?![a-z0-9_]))"
    r"|(?<![a-z0-9_])(?:i'?m|i am|she'?s|she is|he'?s|he is|aged?|turning|turned)\s(?:only\s|just\s|about\s)?(?:1[0-7]|[5-9])(?![a-z0-9_])"
    rf"{_NOT_AN_AGE}"
    r"|(?<![a-z0-9_])under\s?-?age[d]?(?![a-z0-9_])|(?<![a-z0-9_])under\s(?:the age of\s)?(?:1[0-8]|eighteen)(?![a-z0-9_])"
    r"|(?<![a-z0-9_])minors?(?![a-z0-9_])"
    r"(?!\s(?:issue|change|bug|detail|fix|problem|update|version|injur|key|league|note|delay|scratch)|\s?(?:问题|版本|更新|改|调|和弦))"
    r"|(?<![a-z0-9_])(?:middle|elementary|primary|grade|junior high|high|secondary)[\s-]?school(?:er|ers|girl|girls|boy|boys)?(?![a-z0-9_])"
    r"|(?<![a-z0-9_])school\s?(?:girl|boy)s?(?![a-z0-9_])|(?<![a-z0-9_])(?:[1-9]|1[0-2])(?:st|nd|rd|th)[\s-]grade(?:r|rs)?(?![a-z0-9_])"
    r"|(?<![a-z0-9_])(?:child|children|kids?|kiddos?|toddlers?|preteens?|pre-teens?|teens?|teenage[dr]?s?|teenagers?"
    r"|lolis?|(?<!穿)(?<!穿着)lolitas?(?!\s?(?:裙|洋装|服|风|dress|fashion|style))|shotas?"
    r"|little\s(?:girl|boy)s?|infants?|bab(?:y|ies)(?=\s(?:girl|boy))|juveniles?)(?![a-z0-9_])"
)
_REFUSED = re.compile(
    r"(?:未成年|18岁以下|(?<![生有带养怀要])小孩|儿童|小朋友|学生)[^\n]{0,4}?(?:勿|禁|请离|请绕|不要|别|不接|不约|不得|禁止)"
    r"|(?:禁止|谢绝|拒绝|不接|不约|非|不收)(?:任何)?(?:未成年|18岁以下|学生|儿童|小孩)"
    r"|(?<![a-z0-9_])no\s(?:minors?|kids|underage\w*|teens|children)(?![a-z0-9_])"
    r"|(?<![a-z0-9_])minors?\s(?:dni|do not|don'?t|stay|get out|keep out|not)(?![a-z0-9_])"
    r"|(?<![a-z0-9_])not\s(?:for|suitable for)\s(?:minors?|kids|children)(?![a-z0-9_])"
)


_GAP = r"[^\n,，。、;；|女男妹]"
_PROFESSION = re.compile(
    r"(?:小学|初中|高中|中学|国中|国小|幼儿|婴儿|儿童|小朋友|小孩|孩童|[初高][一二三]|[一二三四五六]年级)"
    rf"{_GAP}{{0,6}}?(?:老师|教师|教练|班主任|园长|校长|院长|医生|医师|护士|保育|家教|辅导|培训|教育|托管|补习|课程|家长)"
    rf"|(?:幼儿|婴儿|儿童|小朋友|小孩|孩童){_GAP}{{0,4}}?(?:摄影|绘本|童书|服装|服饰|童装|玩具|用品|家具|乐园|书店|商店|专卖|专营|旗舰|营养)"
    r"|(?<![a-z0-9_])(?:children'?s?|child|kids?'?s?|toddlers?|infants?|(?:primary|elementary|middle|high|secondary)[\s-]?school)"
    r"\s(?:[a-z]{1,12}\s){0,2}?(?:teacher|tutor|coach|doctor|dentist|nurse|shop|store|clothing|wear|books?|toys?|photography)s?(?![a-z0-9_])"
)
"""Who works for children, or sells what is theirs, names them and is none."""


def name_signals(text: Normalised) -> list[tuple[int, int]]:
    """``minor_signals`` of an author's own name, less those that name a profession or a shop ("幼儿园老师"): an age tells of its bearer."""
    view = text.folded
    professions = [view.span(*match.span()) for match in _PROFESSION.finditer(view.text)]
    return [(start, end) for start, end in minor_signals(text) if not _overlaps(start, end, professions)]


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


def combine(
    scores: Mapping[str, float],
    findings: Sequence[Finding],
    texts: Mapping[str, Normalised],
    whole: Continued | None = None,
    before: float = 0.0,
) -> list[Finding]:
    """``sexual_minors`` findings of a message: one per sign, when something in the message is sexual with at least
    ``LEAST_SEXUAL_SCORE``; their score is the highest sexual score. Where that is only what the message goes on from, the signs in the
    message count: those before it counted when it was written.

    Args:
        scores: the message's scores by label; ``sexual`` is read.
        findings: what the rules found in it.
        texts: the message's texts by field.
        whole: what its author wrote up to now, where the message goes on from that. A sign that begins before the message is shown
            as far as it lies in it, and one that lies before it altogether over the whole message.
        before: how sexual is what the message goes on from.
    """
    sexual = max((f.score for f in findings if f.label == Label.SEXUAL), default=0.0)
    sexual = max(sexual, scores.get(Label.SEXUAL, 0.0))
    if max(sexual, before) < LEAST_SEXUAL_SCORE:
        return []
    if sexual < LEAST_SEXUAL_SCORE:
        return _found(_added(texts, whole), before) if whole is not None else []
    signs = [
        (*span, field)
        for field, text in texts.items()
        for span in (name_signals if field == AUTHOR_NAME else minor_signals)(text)
    ]
    if whole is not None:
        signs += [(*span, "text") for span in _said_before(whole)]
    return _found(signs, sexual)


def _found(signs: Iterable[tuple[int, int, str]], score: float) -> list[Finding]:
    return [Finding(Label.SEXUAL_MINORS, score, start, end, SOURCE, field) for start, end, field in signs]


def _added(texts: Mapping[str, Normalised], whole: Continued) -> Iterator[tuple[int, int, str]]:
    """The signs that the message adds to what it goes on from; its author's name is the same as before."""
    for start, end in minor_signals(Normalised(whole.whole)):
        if end > whole.start:
            yield max(0, start - whole.start), end - whole.start, "text"
    for field, text in texts.items():
        if field not in {"text", AUTHOR_NAME}:
            yield from ((*span, field) for span in minor_signals(text))


def _said_before(whole: Continued) -> list[tuple[int, int]]:
    """The places in the message of signs that begin before it."""
    length = len(whole.whole) - whole.start
    before = [end - whole.start for start, end in minor_signals(Normalised(whole.whole)) if start < whole.start]
    return list(dict.fromkeys((0, end if end > 0 else length) for end in before))
