"""Identity documents and plates that hold letters: identity cards of Hong Kong, Macau and Taiwan, passports, travel permits, plates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.moderation.personal_data.checks import is_hong_kong_id, is_taiwan_id
from assistant.moderation.personal_data.hit import Hit, hit, near
from assistant.text import Normalised, View

_NOT_BEFORE = r"(?<![a-z0-9])"
_NOT_AFTER = r"(?![a-z0-9])"
_MAYBE = re.compile(r"[a-z]{1,3}[ -]?\d{2}|\d[ -]?[a-z]{1,3}|\d{6}[/(]\d|[\u4e00-\u9fff][a-z][·. -]?[a-z0-9]{5}|\d{8}")
_TAIWAN = re.compile(rf"{_NOT_BEFORE}(?P<letter>[a-z])(?P<apart>[ -]?)(?P<rest>[1289a-d]\d{{8}}){_NOT_AFTER}")
_HONG_KONG = re.compile(
    rf"{_NOT_BEFORE}(?P<letters>[a-z]{{1,2}})(?P<apart>[ -]?)(?P<digits>\d{{6}})"
    rf"(?:\s?[(\[](?P<boxed>[0-9a])[)\]]|(?P<check>[0-9a])){_NOT_AFTER}"
)
_MACAU = re.compile(rf"{_NOT_BEFORE}[1578](?:\d{{6}}\(\d\)|/\d{{6}}/\d){_NOT_AFTER}")
_PASSPORT = re.compile(rf"{_NOT_BEFORE}(?:[a-z]{{1,2}}\d{{7,8}}|\d{{9}}){_NOT_AFTER}")
_PERMIT = re.compile(rf"{_NOT_BEFORE}(?:[hm]\d{{10}}|(?!(?:19|20)\d\d[01]\d)\d{{8}}){_NOT_AFTER}")
"""Of residents of Hong Kong and Macau (and their number of issue), and of Taiwan: eight digits, unlike a date."""
_MAINLAND_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-z][·.• -]?"
    r"(?:[df][a-hj-np-z0-9]\d{4}|\d{5}[df]|(?=(?:[a-z]?\d){3}|\d[a-z0-9]{0,2}\d)[a-hj-np-z0-9]{4}[a-hj-np-z0-9学警挂港澳])(?![a-z0-9])"
)
_OTHER_PLATE = re.compile(
    rf"{_NOT_BEFORE}(?:[a-z]{{2,3}}[ -]?\d{{4}}|\d{{4}}[ -]?[a-z]{{2}}|[a-z]{{2}} ?\d{{1,4}}|[a-z]{{3}}-?\d{{3}}){_NOT_AFTER}"
)
_ID_CUE = re.compile(r"身份证|身分证|居留证|证件|证号|字号|hkid|(?<![a-z0-9])id(?![a-z0-9])|identity|bir")
_PASSPORT_CUE = re.compile(r"护照|passport|台胞证|通行证|回乡证")
_PERMIT_CUE = re.compile(r"台胞证|台湾.{0,6}通行证|回乡证|港澳.{0,8}通行证|回乡卡|home (?:return|visit) permit")
_PLATE_CUE = re.compile(
    r"车牌|车号|牌照|牌号|(?<![a-z0-9])plate(?![a-z0-9])|开的车|机车|摩托|车主|肇事|行车记录|那台车|辆车"
)
_CAR = re.compile(
    r"车位|停车|违停|乱停|停在|挡[着住我路道]|堵[着住我]|追尾|[剐刮]蹭|擦撞|撞[了我人]|司机|拖车|挪车|套牌|逃逸"
)
_WORD = re.compile(r"[新贵黑云青藏甘宁蒙]")
"""Short names of provinces that end ordinary words, before the model of a device: 最新, 太贵, 小黑, 阿里云."""
_IN_WORD = re.compile(r"(?:[最全崭更刷创革翻重清太好很真不]新|[太好很真不最更偏]贵|[小全纯哑乌]黑|[里讯为度动]云)$")
_FIVE_DIGITS = re.compile(r".[a-hj-np-s][·.• -]?(?:\d{5}|[df]\d{5}|\d{5}[df])")
_FLIGHT = re.compile(r"航班|型号|订单|单号|编号|flight|order|model|sku")


def find_documents(text: Normalised) -> Iterator[Hit]:
    view = text.folded
    if not _MAYBE.search(view.text):
        return
    yield from _identity_cards(view)
    yield from _travel_documents(view)
    yield from _plates(view)


def _identity_cards(view: View) -> Iterator[Hit]:
    for match in _TAIWAN.finditer(view.text):
        cued = near(view.text, *match.span(), _ID_CUE)
        told = cued or not (match["apart"] or near(view.text, *match.span(), _FLIGHT))
        if told and is_taiwan_id(match["letter"] + match["rest"]):
            yield hit(view, "id_tw", match.span(), 0.95 if cued else 0.92)
    for match in _HONG_KONG.finditer(view.text):
        if is_hong_kong_id(match["letters"] + match["digits"] + (match["boxed"] or match["check"])):
            cued = near(view.text, *match.span(), _ID_CUE)
            score = 0.95 if cued else 0.92 if match["boxed"] and not match["apart"] else 0.5
            yield hit(view, "id_hk", match.span(), score)
    for match in _MACAU.finditer(view.text):
        yield hit(view, "id_mo", match.span(), 0.92 if near(view.text, *match.span(), _ID_CUE) else 0.5)


def _travel_documents(view: View) -> Iterator[Hit]:
    for pattern, cue in ((_PASSPORT, _PASSPORT_CUE), (_PERMIT, _PERMIT_CUE)):
        for match in pattern.finditer(view.text):
            if near(view.text, *match.span(), cue):
                yield hit(view, "passport", match.span(), 0.92)


def _plates(view: View) -> Iterator[Hit]:
    for match in _MAINLAND_PLATE.finditer(view.text):
        yield hit(view, "plate", match.span(), _plate_score(view.text, match))
    for match in _OTHER_PLATE.finditer(view.text):
        if near(view.text, *match.span(), _PLATE_CUE):
            yield hit(view, "plate", match.span(), 0.91)


def _plate_score(text: str, match: re.Match[str]) -> float:
    if near(text, *match.span(), _PLATE_CUE):
        return 0.92
    if not _WORD.match(match[0]) or near(text, *match.span(), _CAR):
        return 0.91
    word = _IN_WORD.search(text, max(0, match.start() - 1), match.start() + 1)
    return 0.91 if not word and _FIVE_DIGITS.fullmatch(match[0]) else 0.5
