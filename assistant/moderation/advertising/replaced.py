"""A clause that makes a claim, worded anew or left out, with what cannot stand without it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.moderation.advertising.clauses import Clause, Sentence, capital, is_han, joined, sentences
from assistant.moderation.advertising.find import is_advertising, rule_named
from assistant.moderation.advertising.learned import MODEL
from assistant.moderation.advertising.rulebook import Instead, Rule, rule_of
from assistant.text import Normalised
from assistant.types import Finding

_FALLBACK: Final = {"zh-Hant-HK": "zh-Hant", "yue": "zh-Hant-HK", "zh": "zh-Hans"}
_PARTICLES: Final = ("的", "嘅")
_COPULA: Final = re.compile(r"(?:是|係)$")
_PRICED: Final = re.compile(r"(?:只要|只需|只[賣卖]|是|[為为]|係)?\s*(?:(?:HK|NT)?[$￥¥])?\s*\d")
_TRAIL: Final = re.compile(r"[了啦喔哦囉呀啊呢喇㗎\W]*$")
_SCOPE: Final = re.compile(r"(?:全[国國台港球城網网]|世界|[业業]界|行[业業]|宇宙)$")
_NEEDS_NEXT: Final = re.compile(
    r"^\W*(?:如果|假如|若|要是|只要|因[為为]|由[於于]|[雖虽]然|[儘尽]管|[無无][論论]|不管|[當当](?!天|日|地|季|晚)|既然|即使|就算|除[了非]|[為为]了"
    r"|[對对][於于]|[關关][於于]|[隨随][著着]|想|凡|每[當当]|[說说講讲][到起]|不[只但僅仅]|唔止|等[你妳您]|有了"
    r"|(?i:(?:if|when|whenever|because|although|though|while|as|since|by|for|with|without"
    r"|after|before|until|unless|whether|once|thanks|not only)\b|\w+ing\b))"
    r"|(?:的話|的话|嘅話|[時时]|[後后]|之前|和|[與与]|跟|或|及|而且|是|係|有|[讓让]|把|的|嘅|(?i:\b(?:and|or|but|with|the|a|of|is|are|to)))\W*$"
)
"""A clause that says nothing without the one after it."""
_NEEDS_LAST: Final = re.compile(
    r"^\W*(?:就|才|只有|[則则]|便|[還还]|都|再|更|又|[讓让]|令|使|免得|即可|然[後后]|接[著着]|[從从]此|否[則则]|以及|和|[與与]|及|或|甚至|一[樣样]|仲|先至"
    r"|(?i:(?:then|so|or|nor|which|who|that|because|to|with|for|than|even)\b))"
)
"""A clause that says nothing without the one before it."""
_JOINS: Final = re.compile(
    r"^(\W*)(?:但是|但|不[過过]|可是|而且|[並并]且|[並并]|同[時时]|因此|另外|也|亦|而|(?i:(?:and|but|plus|also|yet)\b))[\s]*"
)
_STANDS: Final = re.compile(
    r"\d|〔|[週周][一二三四五六日末]|星期|[禮礼]拜|今天|今晚|明天|明晚|每天|[歡欢]迎|[請请]|地址|[門门]市|[開开]|到[貨货]|[價价]|[我你您][們们哋]?"
    r"|^\W*(?i:(?:we|you|this|these|the|our|your|there|come|visit|open|call|see|please|ask)\b)"
)
"""A clause that can begin a sentence whose head is gone: who or what it speaks of is in it."""
_GOES_ON: Final = re.compile(
    r"^\s*(?:and|or|is|are|was|were|has|have|costs?|comes?|will|can|contains?|weighs?|opens?|starts?|sells?)\b",
    re.IGNORECASE,
)
_TOPIC: Final = re.compile(
    r"^\W*(?:我[們们哋]|[這这呢本咱])[^是係有在到開开賣卖用做可會会能要請请來来\d]{0,12}$"
    r"|^\W*(?i:(?:our|this|the|these|my)(?:\s+(?!is\b|are\b|has\b|have\b)[a-z-]+){1,3})\W*$"
)
"""A clause that names a thing and says nothing of it."""
_FACT: Final = re.compile(
    r"[\d〔%$]|(?:[週周]|星期|[禮礼]拜)[一二三四五六日天末]|今天|今晚|明天|明晚|[歡欢]迎|地址|[門门]市|到[貨货]|[價价]|[開开][賣卖門门始課课]|[報报]名"
    r"|(?i:\b(?:open|opens|come|visit|call|costs?|price|arrives?|in stock|made of|made in|delivery|welcome|ask for|sign up)\b)"
)
"""What a clause may be kept for where it is all that is left of its sentence."""
_CALLS: Final = re.compile(
    r"^\W*(?:各位\w{0,4}|[亲親]爱?愛?的?\w{0,4}|姐妹[们們]?|大家好?|喂?大家好|[你您]好|小朋友|哈[囉喽]|早安|午安|晚安"
    r"|(?i:hi|hello|hey|guys|look|yes|(?:good\s+)?morning(?:\s+everyone)?))(?:\W|$)*$"
)
"""A clause that calls or greets somebody."""
_GOES_AFTER: Final = re.compile(r"\s*$|\s*[^\w\s]|\s+(?:at|for|with|and|is|are|now|costs?|today)\b", re.IGNORECASE)
_LOUD: Final = re.compile(r"\b(?:hands\s+down|seriously|simply|truly|really|easily|absolutely)\s+$", re.IGNORECASE)
_PAIRS: Final = ("「」", "『』", "“”", "（）", "()", "【】", "《》")


@dataclass(slots=True, eq=False)
class _Piece:
    """A clause as it is said now; None where it is gone. ``anew``: it is not what stood there."""

    clause: Clause
    said: str | None
    anew: bool = False
    begins: bool = False


def say_in(say: Mapping[str, str], language: str) -> str:
    """The words of ``language``, or of the one nearest to it."""
    while language not in say and language in _FALLBACK:
        language = _FALLBACK[language]
    return say.get(language, say.get("en", ""))


def spoken(rule: Rule, words: str) -> dict[str, str]:
    """What the rule puts in the place of the words that were found, by language; nothing where they are left out."""
    folded = Normalised(words).folded.text
    for one in rule.instead:
        if found := one.find.search(folded):
            return {language: _filled(said, found) for language, said in one.say.items()}
    return {}


def without_claims(text: str, findings: Sequence[Finding], language: str, *, replacing: bool) -> str:
    """``text`` less the clauses that ``findings`` lie in, or with other words in their place where ``replacing``. May still make a
    claim."""
    said: list[str] = []
    for sentence in sentences(text):
        its = [one for one in findings if sentence.meets(one.start, one.end)]
        beside = text + "".join(said)
        said.append(_said(sentence, its, language, beside, replacing=replacing) if its else sentence.text)
        if not said[-1] and len(said) > 1 and said[-2].rstrip().endswith(("?", "？")):
            said[-2] = ""  # a question without its answer
    return joined(text, said)


def _said(sentence: Sentence, findings: Sequence[Finding], language: str, beside: str, *, replacing: bool) -> str:
    pieces = [_Piece(one, one.body) for one in sentence.clauses]
    for finding in sorted(findings, key=lambda one: (one.source.startswith(MODEL), -one.start)):
        _apply(pieces, finding, language, beside, replacing=replacing)
    _leave(pieces)
    return _put_together(sentence, pieces)


def _apply(pieces: Sequence[_Piece], finding: Finding, language: str, beside: str, *, replacing: bool) -> None:
    met = [piece for piece in pieces if piece.clause.meets(finding.start, finding.end)]
    rule = rule_of(rule_named(finding.source)) if is_advertising(finding.source) else None
    chosen = _chosen(rule, met, finding, language) if replacing and rule else None
    if chosen is None:
        spared = finding.source.startswith(MODEL)  # what a rule worded anew is read once more
        for piece in met:
            if spared and piece.anew:
                continue
            piece.said, piece.anew, piece.begins = None, False, False
        return
    one, said = chosen
    if not one.whole:
        met[0].said, met[0].anew = said, True
        return
    first = 0 if one.whole == "sentence" else pieces.index(met[0])
    for piece in pieces[first:]:
        piece.said, piece.anew, piece.begins = None, False, False
    if said not in beside and said not in [piece.said for piece in pieces]:
        pieces[first].said, pieces[first].anew, pieces[first].begins = said, True, not is_han(said)


def _chosen(rule: Rule, met: Sequence[_Piece], finding: Finding, language: str) -> tuple[Instead, str] | None:
    """What the rule puts there that fits, and the clause as it then reads; for a whole clause or sentence, what it is."""
    clause = met[0].clause
    body, start, end = met[0].said, max(0, finding.start - clause.start), finding.end - clause.start
    words = clause.body[start:end]
    folded = Normalised(words).folded.text
    for one in rule.instead:
        found = one.find.search(folded)
        say = _filled(say_in(one.say, language), found) if found else ""
        if not say:
            continue
        if one.whole:
            return one, say
        if len(met) > 1 or body is None or body[:end] != clause.body[:end]:
            return None
        if (now := _fitted(one, body, start, end, say)) is not None:
            return one, now
    return None


def _fitted(one: Instead, body: str, start: int, end: int, say: str) -> str | None:
    """The clause with ``say`` in the place of the words from ``start`` to ``end``; None where it would not read."""
    while body[start:end].endswith(_PARTICLES):
        end -= 1
    before, after = body[:start], body[end:]
    before = _LOUD.sub("", before) if one.fits == "phrase" else before
    before = _SCOPE.sub("", before) if one.fits == "attributive" else before
    particle, rest = (after[:1], after[1:]) if after.startswith(_PARTICLES) else ("", after)
    trail = _TRAIL.fullmatch(rest) is not None
    fits = {
        "": True,
        "attributive": bool(particle) and not trail,
        "predicative": trail and _COPULA.search(before) is not None,
        "alone": trail and not re.search(r"\w", before),
        "phrase": _GOES_AFTER.match(after) is not None and "#" not in before + body[start:end],
        "priced": _PRICED.match(after) is not None,
    }[one.fits]
    if not fits:
        return None
    if one.fits == "predicative":
        return before + (say.removesuffix("的") + "嘅" if before.endswith("係") else say)
    if one.fits == "alone":
        return before[: len(before) - len(before.lstrip())] + say
    return before + (say[0].upper() + say[1:] if not before.strip() else say) + after


def _filled(say: str, found: re.Match[str] | None) -> str:
    for name, words in (found.groupdict() if found else {}).items():
        say = say.replace(f"{{{name}}}", (words or "").strip())
    return say


def _leave(pieces: Sequence[_Piece]) -> None:
    """Leaves out what cannot stand without a clause that is gone."""
    headless = True
    for index, piece in enumerate(pieces):
        if piece.said is None or _CALLS.search(piece.said):
            continue
        if piece.anew or not index:
            headless = False
        elif index and pieces[index - 1].said is None:
            if headless:
                piece.said = _JOINS.sub(r"\1", piece.said)
            if _NEEDS_LAST.search(piece.said) or (headless and not _STANDS.search(piece.said)):
                piece.said = None
            else:
                headless = False
        elif piece.said is not None:
            headless = False
    for index in reversed(range(len(pieces) - 1)):
        piece, after = pieces[index], pieces[index + 1]
        if (
            piece.said is not None
            and not piece.anew
            and (after.said is None or after.begins)
            and _NEEDS_NEXT.search(piece.said)
        ):
            piece.said = None


def _put_together(sentence: Sentence, pieces: Sequence[_Piece]) -> str:
    left = [piece for piece in pieces if piece.said is not None]
    if not left or all(_TOPIC.search(piece.said or "") or _CALLS.search(piece.said or "") for piece in left):
        return ""
    if len(left) == 1 and not left[0].anew and not _FACT.search(left[0].said or ""):
        return ""
    lead = sentence.clauses[0].body
    said = ""
    for index, piece in enumerate(left):
        mark = _mark(sentence, pieces, piece, left[index + 1] if index + 1 < len(left) else None)
        own = piece.said or ""
        said += (" " + own.lstrip() if said and piece.begins else own.rstrip() if not mark else own) + mark
    if any(said.count(pair[0]) != said.count(pair[1]) for pair in _PAIRS) or said.count('"') % 2:
        return ""
    space = lead[: len(lead) - len(lead.lstrip())]
    said = said.lstrip()
    return space + (said if is_han(said) else capital(said))


def _mark(sentence: Sentence, pieces: Sequence[_Piece], piece: _Piece, following: _Piece | None) -> str:
    stop = "。" if is_han(piece.said or "") or is_han(sentence.text) else "."
    own = piece.clause.mark
    if following is None:
        last = piece is pieces[-1]
        if not last or piece.anew:
            return stop + "".join(char for char in pieces[-1].clause.mark if char in "」』”）)】")
        return own[:1] + own[1:].lstrip("！!？?。～~") if own[:1] in "！!？?。～~" else own
    if following.begins:
        return stop
    between = pieces[pieces.index(piece) + 1] is not following
    if between and not is_han(sentence.text) and _GOES_ON.search(following.said or ""):
        return ""
    return own[:1]
