"""Identity documents and plates that hold letters: Hong Kong, Macau and Taiwan identity cards, passports, number plates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.moderation.personal_data.checks import is_hong_kong_id, is_taiwan_id
from assistant.moderation.personal_data.hit import Hit, hit, near
from assistant.text import Normalised

_NOT_BEFORE = r"(?<![a-z0-9])"
_NOT_AFTER = r"(?![a-z0-9])"
_MAYBE = re.compile(r"[a-z]{1,3}[ -]?\d{2}|\d[ -]?[a-z]{1,3}|\d{6}[/(]\d|[\u4e00-\u9fff][a-z][·. -]?[a-z0-9]{5}|\d{9}")
_TAIWAN = re.compile(rf"{_NOT_BEFORE}[a-z][1289a-d]\d{{8}}{_NOT_AFTER}")
_HONG_KONG = re.compile(rf"{_NOT_BEFORE}([a-z]{{1,2}}\d{{6}})(\s?[(\[]([0-9a])[)\]]|([0-9a])){_NOT_AFTER}")
_MACAU = re.compile(rf"{_NOT_BEFORE}[1578](?:\d{{6}}\(\d\)|/\d{{6}}/\d){_NOT_AFTER}")
_PASSPORT = re.compile(rf"{_NOT_BEFORE}(?:[a-z]{{1,2}}\d{{7,8}}|\d{{9}}){_NOT_AFTER}")
_MAINLAND_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-z][·.• -]?"
    r"(?:[df][a-hj-np-z0-9]\d{4}|\d{5}[df]|(?=(?:[a-z]?\d){3}|\d[a-z0-9]{0,2}\d)[a-hj-np-z0-9]{4}[a-hj-np-z0-9学警挂港澳])(?![a-z0-9])"
)
_OTHER_PLATE = re.compile(
    rf"{_NOT_BEFORE}(?:[a-z]{{2,3}}[ -]?\d{{4}}|\d{{4}}[ -]?[a-z]{{2}}|[a-z]{{2}} ?\d{{1,4}}|[a-z]{{3}}-?\d{{3}}){_NOT_AFTER}"
)
_ID_CUE = re.compile(r"身份证|身分证|居留证|证件|证号|hkid|\bid\b|identity|bir")
_PASSPORT_CUE = re.compile(r"护照|passport|台胞证|通行证|回乡证")
_PLATE_CUE = re.compile(
    r"车牌|车号|牌照|\bplate\b|license plate|licence plate|开的车|机车|摩托|车主|肇事|行车记录|那台车|辆车"
)
_FLIGHT = re.compile(r"航班|型号|订单|单号|编号|flight|order|model|sku")


def find_documents(text: Normalised) -> Iterator[Hit]:
    view = text.folded
    if not _MAYBE.search(view.text):
        return
    for match in _TAIWAN.finditer(view.text):
        if is_taiwan_id(match[0]):
            cued = near(view.text, *match.span(), _ID_CUE)
            if cued or not near(view.text, *match.span(), _FLIGHT):
                yield hit(view, "id_tw", match.span(), 0.95 if cued else 0.92)
    for match in _HONG_KONG.finditer(view.text):
        if is_hong_kong_id(match[1] + (match[3] or match[4])):
            cued = near(view.text, *match.span(), _ID_CUE)
            score = 0.95 if cued else 0.92 if match[3] else 0.5
            yield hit(view, "id_hk", match.span(), score)
    for match in _MACAU.finditer(view.text):
        yield hit(view, "id_mo", match.span(), 0.92 if near(view.text, *match.span(), _ID_CUE) else 0.5)
    for match in _PASSPORT.finditer(view.text):
        if near(view.text, *match.span(), _PASSPORT_CUE):
            yield hit(view, "passport", match.span(), 0.92)
    for match in _MAINLAND_PLATE.finditer(view.text):
        yield hit(view, "plate", match.span(), 0.92 if near(view.text, *match.span(), _PLATE_CUE) else 0.91)
    for match in _OTHER_PLATE.finditer(view.text):
        if near(view.text, *match.span(), _PLATE_CUE):
            yield hit(view, "plate", match.span(), 0.91)
