"""What a seller says to look honest or safe ("not a scam", 报警没用, 违法勿扰): words of a warning that warn of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.moderation.spoken_of import FRAUD, POLICE, REPORTED, SELLERS, any_of, stands_before
from assistant.text import Normalised

_NOT_ASKED = r"(?!\W{0,3}(?:就是|就系|即是|才怪)|[^\n,，。；;！!]{0,4}[吗嘛吧么幺咩?？])"
_NO_CHEAT = (
    "(?<![是犯违骗呃])(?:(?:绝|决|并|真|从)?(?:不是|不会|非|不)|没有?|唔系|唔会|唔|冇|绝无|并无|无)"
    "(?:在|去|做|搞|什[么幺]|任何|咩)?"
    + any_of(*FRAUD, "骗人|骗你|骗钱|骗(?![子局人你钱了])|呃人|呃你|呃钱|违法|犯法|坑人|假冒|假的")
    + _NOT_ASKED
)
_KEEP_OUT = (
    any_of(*REPORTED, "骗子|诈骗|违法|犯法|警察|公安|条子|差佬|投诉")
    + "(?:狗|的|者|党)?(?:请|一律|都|全部)?"
    + any_of(
        "勿扰|勿进|勿加|勿问|勿近|绕道|绕行|免谈|免问|走开|行开|自重",
        "不接|不做|不办|唔接|唔做|莫问|莫入|别来|别加",
    )
)
_IN_VAIN = (
    any_of(*REPORTED, *POLICE, "报警|报案|差人|条子|法院|起诉|投诉")
    + "(?:你|我|他|了|来|都|也|是|根本|一样|照样|绝对){0,4}"
    + any_of(
        "没有?用|冇用|无用|没卵用|无效|不了|不管|唔理|没人管|不怕|唔怕|没办法|冇办法|拿我|奈|不会管|管不",
        "(?:查|抓|捉|追|找|搵|发现|动|定位|追踪)(?:不|唔)|不会(?:查|抓|发现)|唔会(?:查|捉)|不查|没[查抓]",
    )
)
_NO_FEAR = "(?:不怕|唔怕|无惧|不惧|躲过|避开|绕过|应付|搞定|买通|打点)(?:了)?" + any_of(
    *POLICE, *REPORTED, "差人|投诉|报警|起诉|法院"
)
_VOWS = (
    "骗(?:人|你|你们|钱)(?:的)?(?:(?:就|我)?是(?:小?狗|孙子)|(?:我|死)*全家|天打|不得好死|出门被|干[嘛吗什]|做什|做乜)"
)
_NO_THING = r"(?!\s(?!(?:here|at|and|or|but|in|to|for|with|if|because|as|when|so|just|only|all|bro|guys)\b)[a-z])"
"""Not before a thing: "no fake IDs" is a rule of the group."""
_NO_CHEAT_IN_ENGLISH = (
    r"\b(?:not|isn'?t|ain'?t|aren'?t|no|never|zero|non|(?:we|i)\s(?:don'?t|do not|won'?t))[\s-]"
    r"(?:(?:a|an|any|even|another|some)\s)?"
    rf"(?:scam(?:s|mers?|ming)?|frauds?|rip-?offs?|(?:fakes?|illegal|fraudulent)\b{_NO_THING})\b(?![^.!\n]{{0,40}}\?)"
)
_COPS = "(?:police|cops?|feds)"
_WILL_NOT = "(?:won'?t|don'?t|never|will never)"
_NO_POLICE_IN_ENGLISH = (
    rf"\b{_COPS}[\s-](?:can'?t|cannot|can not|free|proof|safe)\b",
    rf"\b{_COPS}[\s-]{_WILL_NOT}\s(?:know|find|catch|care|check|see|notice|trac\w+|bother|touch|show)\b",
    r"\b(?:undetect\w+|untrace\w+|safe|hidden)\s(?:by|from|to)\s(?:the\s)?(?:police|cops|feds)\b",
    r"\b(?:no|avoid|without|bypass|fool|fools)\s(?:the\s)?(?:police|cops|feds)\b",
)
_KEEP_OUT_IN_ENGLISH = (
    r"\b(?:scammers?|police|cops|feds|reporters?)"
    r"\s(?:stay away|keep out|keep away|not welcome|go away|don'?t bother|need not)\b"
)
_IN_VAIN_IN_ENGLISH = (
    r"\breport(?:s|ing)?\s(?:(?:is|are|it|me|us)\s){0,3}"
    r"(?:useless|pointless|won'?t|doesn'?t|does nothing|all you (?:want|like))"
)
_DENIES = re.compile(
    any_of(
        _NO_CHEAT,
        _KEEP_OUT,
        _IN_VAIN,
        _NO_FEAR,
        _VOWS,
        _NO_CHEAT_IN_ENGLISH,
        *_NO_POLICE_IN_ENGLISH,
        _KEEP_OUT_IN_ENGLISH,
        _IN_VAIN_IN_ENGLISH,
    )
)
_WHO_SAYS = any_of(*SELLERS, "[他她佢]|对方|人家|那人|骗子|广告|老师")
_QUOTED_BY = re.compile(
    any_of(
        rf"{_WHO_SAYS}(?:们|哋)?[^\n，,。！!]{{0,4}}(?:说|话|讲|称|保证|写|发誓|喊)[^\n。！!]{{0,6}}$",
        r"\b(?:he|she|they|it|ad|seller|site|page)\s(?:\w+\s)?"
        r"(?:said|says|say|claims?|claimed|swears?|swore|promises?|promised|insists?)\b[^.!\n]{0,20}$",
    )
)
_PARTICLE = re.compile(r"[的嘅㗎架哦喔呀啊啦哈噢]{1,3}(?!\w)")
"""What may end the denial's clause (不是骗人的)."""
_READ_BEFORE = 30


def without_denials(text: str) -> str:
    """``text``, as in the view ``folded``, with its author's denials blanked, character for character; not those that somebody else is
    said to have made."""
    return _blanked(text, _denials(text))


def read_honestly(text: Normalised) -> Normalised | None:
    """The text without its author's denials, character for character; ``None`` where it has none."""
    view = text.folded
    found = [view.span(start, end) for start, end in _denials(view.text)]
    return Normalised(_blanked(text.original, found)) if found else None


def _denials(text: str) -> list[tuple[int, int]]:
    found = (_with_particle(text, *match.span()) for match in _DENIES.finditer(text))
    return [span for span in found if not stands_before(_QUOTED_BY, text, span[0], _READ_BEFORE)]


def _with_particle(text: str, start: int, end: int) -> tuple[int, int]:
    particle = _PARTICLE.match(text, end)
    return start, particle.end() if particle else end


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in spans:
        parts += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*parts, text[done:]])
