"""The community's own phone numbers, with and without the codes of country and area that people leave out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

_LEAST_DIGITS, _MOST_DIGITS = 7, 20
"""Of a number that codes can stand before. A shorter one (110) is compared whole."""
_NUMBER = re.compile(r"[\d\s+().-]+")
_RUN = re.compile(r"\+?\(?\d(?:[\s().-]{0,3}\d)*")
_GROUP = re.compile(r"\d+")

_MOBILE = re.compile(r"0*(?:86)?(?P<mainland>1[3-9]\d{9})|(?:0*886|0)(?P<taiwan>9\d{8})")
"""What nobody reads as another number behind a code: in 138 6123 4567 there is no 6123 4567."""
_AMERICAN = re.compile(r"0*1(?P<local>[2-9]\d{2}[2-9]\d{6})")
_AMERICAN_CODE, _AMERICAN_DIGITS = "1", 10

_CODES = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))
_NEAR_CODES = ("86", "852", "853", "886")
"""Those that are written without a sign before them, too."""
_MOST_CODE_DIGITS, _MOST_AREA_DIGITS = 3, 3
_TRUNK = re.compile(r"^((?:00)?(?:86|886))0(?=\d{8})")
"""The zero of calls at home, written behind the code of a country all the same."""


class OwnPhones:
    """``phones`` as the policy has them, folded.

    ``_whole`` holds their digits without zeros before them; ``_local`` the same without the code of a country; ``_ends`` every end of
    them that is long enough for a number; ``_last`` the shortest such ends, by which nearly all others are told at once. ``_short``
    holds the digits of those too short for codes.
    """

    def __init__(self, phones: Iterable[str]) -> None:
        self._short: set[str] = set()
        self._whole: set[str] = set()
        self._local: set[str] = set()
        self._ends: set[str] = set()
        for phone in phones:
            self._add(phone)
        self._short.discard("")
        self._last = {number[-_LEAST_DIGITS:] for number in self._whole}

    def _add(self, phone: str) -> None:
        digits = _digits(phone)
        number = _without_trunk(digits).lstrip("0")
        if len(number) < _LEAST_DIGITS:
            self._short.add(digits)
            return
        self._whole.add(number)
        self._local |= set(_without_country(number, abroad="+" in phone or digits.startswith("00")))
        self._ends |= {number[at:] for at in range(len(number) - _LEAST_DIGITS + 1)}

    def has(self, written: str) -> bool:
        """Whether this number, with nothing but signs in it, is an own one."""
        return _NUMBER.fullmatch(written) is not None and self._hold(_digits(written))

    def places(self, plain: str) -> Iterator[tuple[int, int]]:
        """Where own numbers stand as whole numbers, or as whole groups of digits."""
        if not (self._short or self._whole):
            return
        for run in _RUN.finditer(plain):
            yield from self._places_in(plain, run)

    def _places_in(self, plain: str, run: re.Match[str]) -> Iterator[tuple[int, int]]:
        groups = [group.span() for group in _GROUP.finditer(plain, *run.span())]
        digits = _digits(run[0])
        if digits in self._short:
            yield run.span()
        if _MOBILE.fullmatch(_without_trunk(digits)) and not self._hold(digits):
            return
        at = 0
        while at < len(groups):
            behind = self._longest(plain, groups, at)
            if behind > at:
                yield _with_signs(plain, groups[at][0]), groups[behind - 1][1]
            at = max(behind, at + 1)

    def _longest(self, plain: str, groups: Sequence[tuple[int, int]], at: int) -> int:
        """Behind which group of digits the longest own number from ``at`` on ends; ``at`` if there is none."""
        best, digits = at, ""
        for end in range(at, len(groups)):
            digits += plain[slice(*groups[end])]
            if len(digits) > _MOST_DIGITS:
                break
            if len(digits) >= _LEAST_DIGITS and self._hold(digits):
                best = end + 1
        return best

    def _hold(self, digits: str) -> bool:
        """Whether these are an own number's, or its last ones without the code of country or area, or with another way of writing it."""
        if digits in self._short or digits in self._ends:
            return True
        if digits[-_LEAST_DIGITS:] not in self._last:
            return False
        digits = _without_trunk(digits)
        if mobile := _MOBILE.fullmatch(digits):
            return self._hold_mobile(digits, mobile)
        cuts = range(len(digits) - _LEAST_DIGITS + 1)
        return any(self._hold_behind(digits[:cut], digits[cut:]) for cut in cuts)

    def _hold_mobile(self, digits: str, mobile: re.Match[str]) -> bool:
        """Whether an own number is that mobile one, or an American one that looks like it."""
        whole = mobile["mainland"] or mobile["taiwan"]
        american = _AMERICAN.fullmatch(digits)
        return (
            digits.lstrip("0") in self._ends
            or whole in self._whole
            or (american is not None and american["local"] in self._whole)
        )

    def _hold_behind(self, prefix: str, number: str) -> bool:
        """Whether ``number`` is an own one, and ``prefix`` nothing but what may stand before it."""
        if number in self._whole and _leads(prefix, number):
            return True
        return number in self._local and not prefix.strip("0")


def _digits(written: str) -> str:
    return "".join(_GROUP.findall(written))


def _without_trunk(digits: str) -> str:
    return _TRUNK.sub(r"\1", digits)


def _without_country(number: str, *, abroad: bool) -> Iterator[str]:
    """What is left of ``number`` behind each code that it may begin with: any, where it is written as one from abroad."""
    codes = _CODES if abroad else _NEAR_CODES
    for size in range(1, _MOST_CODE_DIGITS + 1):
        local = number[size:].lstrip("0")
        if number[:size] in codes and len(local) > _LEAST_DIGITS:
            yield local


def _leads(prefix: str, number: str) -> bool:
    """Whether these digits can stand before a number that is written without them: zeros, the code of a country, that of an area."""
    code = prefix.lstrip("0")
    if not code or code in _CODES:
        return code != _AMERICAN_CODE or len(number) == _AMERICAN_DIGITS
    if len(code) < len(prefix):
        return len(code) <= _MOST_AREA_DIGITS
    return any(code.startswith(near) and len(code) <= len(near) + _MOST_AREA_DIGITS for near in _NEAR_CODES)


def _with_signs(plain: str, start: int) -> int:
    """Where the number whose digits begin at ``start`` begins with the signs before them."""
    signs = plain[max(0, start - len("+(")) : start]
    return start - len(signs) + len(signs.rstrip("+("))
