"""What a seller says to look honest or safe ("not a scam", 报警没用, 新闻都说我们靠谱): words of a warning or a report that are neither."""

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
_NOT_CAUGHT = (
    "(?<!会)(?:不会|(?<!会)唔会|从未|从没)(?:被|畀人|俾人)(?:查|抓|捉|捕|拉(?![黑入进去])|拘|罚|举报|起诉|判|封)"
    r"(?![^\n,，。；;！!]{0,4}[吗嘛么幺咩?？])"
)
_NO_WORRY = "(?:维权|售后)(?:有保障|无忧)"
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
        _NOT_CAUGHT,
        _NO_WORRY,
        _NO_FEAR,
        _VOWS,
        _NO_CHEAT_IN_ENGLISH,
        *_NO_POLICE_IN_ENGLISH,
        _KEEP_OUT_IN_ENGLISH,
        _IN_VAIN_IN_ENGLISH,
    )
)
_WHO_SAYS = any_of(*SELLERS, "[他她佢]|对方|人家|那人|骗子|广告|老师")
_WITNESS = any_of(
    *POLICE,
    "新闻|报[纸章]|媒体|电视台?|记者|警察|差人|海关|法院|法官|律师|政府",
    "朋友|同[学事]|邻居|网友|网上|群里|有人|看到|见到|睇到|听说",
)
_NEITHER = r"[^\n,，。；;！!?？不没唔冇别勿禁骗假诈称谎吗么咩卖售代收办买租查抓捕判罚违犯坑呃提呼吁建请要选找]"
"""What stands between a witness and the praise: no word of a warning, a question or a trade."""
_CAME_OF_IT = any_of(
    "(?<![会没未不怕唔冇])(?<!没有)(?:被|畀人|俾人)(?:骗|呃|[抓捉捕拘判罚封]|拉(?![黑入进去])|查(?!不)|曝光|揭发|起诉|检控)",
    "骗了|才知|结果|其实|后悔|报警了",
)
_NOT_BORNE_OUT = rf"(?![^\n,，。；;！!]{{0,3}}[吗嘛么幺咩?？])(?![^\n]{{0,40}}{_CAME_OF_IT})"
_HONEST = any_of(
    "靠谱|靠得住|信得过|可靠|信[用誉](?:好|高|佳|够|良)|诚信|正规|放心",
    "好评|有口皆碑|老字号|老[店牌]|一流|第一",
)
_SPEAKS_OF_US = (
    "(?:报[道导]|采访|访问|介绍|讲|夸|赞|推荐|表扬|认[证可])(?:过|咗|了)?(?:我们|我哋|我家|咱家?|本店|小店)"
    r"(?:家|店|公司|平台)?(?=[\n,，。；;！!]|$)"
)
_CONNECTIONS = (
    "(?:警[方察]|公安|交警|海关|法院|车管所)局?(?:内部|里面?)?(?:的|有)?"
    "(?:关系|渠道|熟人|家属|人脉|背景|名额|认证|备案|推荐|担保)"
)
_NOBODY_WAS = "(?<!never )(?<!not )(?<!never been )(?<!not been )(?<!be )(?<!get )(?<!nobody )(?<!no one )(?<!nobody got )(?<!no one got )"
_CAME_OF_IT_IN_ENGLISH = any_of(
    rf"{_NOBODY_WAS}\b(?:arrested|jailed|sentenced|convicted|busted|fined|scammed)\b",
    r"\b(?:i|we|already|just|have|and)\s(?:reported|blocked)\b|\bturned out\b",
)
_NOT_BORNE_OUT_IN_ENGLISH = rf"(?![^\n]{{0,60}}{_CAME_OF_IT_IN_ENGLISH})"
_THEY_SAY_IN_ENGLISH = (
    r"\b(?:news|media|police|cops|people|someone|users?|they|he|she)\s(?:(?:all|even|always|just)\s)?"
    r"(?:(?:love|trust|recommend|vouch for|approve(?: of)?)s?\s(?:us|me|our)\b"
    r"|(?:says?|said|knows?|reports?|reported|agrees?)\s(?:that\s)?(?:we|i)(?:'re|'m|\sare|\sam|\swere)"
    r"\s(?:(?:the|a|most|very|so|100%|really|all)\s)*"
    r"(?:best|legit\w*|reliable|trusted|trustworthy|real|genuine|honest)\b)"
)
_PRAISED_IN_ENGLISH = any_of(
    r"\b(?:as\s)?(?:seen|featured)\s(?:on|in)\s(?:the\s)?(?:news|tv|papers?)\b",
    r"\bpolice[\s-](?:approved|verified|friendly|certified)\b",
    _THEY_SAY_IN_ENGLISH,
)
_PRAISES = re.compile(
    any_of(
        _WITNESS + _NEITHER + "{0,10}?" + _HONEST + _NOT_BORNE_OUT,
        _WITNESS + _NEITHER + "{0,4}?" + _SPEAKS_OF_US + _NOT_BORNE_OUT,
        _CONNECTIONS,
        _PRAISED_IN_ENGLISH + _NOT_BORNE_OUT_IN_ENGLISH,
    )
)
"""Witnesses whom a seller names for their own honesty; a witness who was wrong is a report."""
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
    """``text``, as in the view ``folded``, with its author's denials and self-praise blanked, character for character; not denials that
    somebody else is said to have made."""
    return _blanked(text, _denials(text))


def read_honestly(text: Normalised) -> Normalised | None:
    """The text without its author's denials and self-praise, character for character; ``None`` where it has none."""
    view = text.folded
    found = [view.span(start, end) for start, end in _denials(view.text)]
    return Normalised(_blanked(text.original, found)) if found else None


def _denials(text: str) -> list[tuple[int, int]]:
    denied = (_with_particle(text, *match.span()) for match in _DENIES.finditer(text))
    found = [span for span in denied if not stands_before(_QUOTED_BY, text, span[0], _READ_BEFORE)]
    return _apart(found + [match.span() for match in _PRAISES.finditer(text)])


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, each as far as the one before it does not reach."""
    apart: list[tuple[int, int]] = []
    done = 0
    for start, end in sorted(spans):
        if end > done:
            apart.append((max(start, done), end))
            done = end
    return apart


def _with_particle(text: str, start: int, end: int) -> tuple[int, int]:
    particle = _PARTICLE.match(text, end)
    return start, particle.end() if particle else end


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in spans:
        parts += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*parts, text[done:]])
