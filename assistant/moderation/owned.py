"""What belongs to the community itself, however a text writes it: one reading of accounts, phones and domains for all that exempts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from assistant.moderation.idn import looked_up, shown
from assistant.moderation.terms import automaton
from assistant.text import Normalised, View
from assistant.types import Own

LONGEST_ACCOUNT = 64
WORD = re.compile(rf"(?<![a-z0-9_])[a-z0-9_](?:[a-z0-9_.-]{{0,{LONGEST_ACCOUNT}}}[a-z0-9_])?(?![a-z0-9_])")
"""What an account of Latin letters may be, in a folded text."""
_UNSAID = re.compile(r"[\s@+-]")
_NUMBER = re.compile(r"[\d\s+().-]+")
_RUN = re.compile(r"\+?\(?\d(?:[\s().-]{0,3}\d)*")
_GROUP = re.compile(r"\d+")
_LEAST_DIGITS, _MOST_DIGITS = 7, 20
_MOBILE = re.compile(r"0*(?:86)?(?P<mainland>1[3-9]\d{9})|(?:0*886|0)(?P<taiwan>9\d{8})")
"""What nobody reads as another number behind a code: in 138 6123 4567 there is no 6123 4567."""
_CODES = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))
_NEAR_CODES = ("86", "852", "853", "886")
_MOST_AREA_DIGITS = 3
_AMERICAN_DIGITS = 10
_AMERICAN = re.compile(r"0*1(?P<local>[2-9]\d{2}[2-9]\d{6})")
_TRUNK = re.compile(r"^((?:00)?(?:86|886))0(?=\d{8})")
"""The zero of calls at home, written behind the code of a country all the same."""


class Owned:
    """Accounts are compared without case, script, ``@``, blanks and hyphens; phones with and without codes of country and area."""

    def __init__(self, own: Own) -> None:
        self.is_nothing = not (own.accounts or own.phones or own.staff or own.domains)
        self._accounts = frozenset(map(account_key, own.accounts)) - {""}
        self._staff = frozenset(map(account_key, own.staff)) - {""}
        self._phones = _Phones((*own.phones, *(one for one in own.accounts if one.strip().startswith("+"))))
        folded = [_folded(account).strip("@+ ") for account in own.accounts]
        self._in_words = any(WORD.fullmatch(account) for account in folded)
        apart = [account for account in folded if account and not WORD.fullmatch(account)]
        domains = {form for domain in own.domains for form in (_folded(shown(domain)), looked_up(domain))} - {""}
        self._apart = [(one, _whole(one)) for one in dict.fromkeys(apart)]
        self._apart += [(one, _whole_domain(one)) for one in sorted(domains)]
        names = {name: re.compile(re.escape(name)) for name in map(_folded, own.staff) if _is_name(name)}
        names |= {account: _whole(account) for account in apart if _is_name(account)}
        self._names = automaton({name: [(name, whole)] for name, whole in names.items()})
        self._mail_hosts = {
            Normalised(form).plain.text for domain in own.domains for form in (shown(domain), looked_up(domain))
        }

    def is_account(self, written: str) -> bool:
        """Whether this is an own account, or an own phone."""
        return account_key(written) in self._accounts or self.is_phone(written)

    def is_staff(self, written: str) -> bool:
        return account_key(written) in self._staff

    def is_phone(self, written: str) -> bool:
        """Whether this number, with nothing but signs in it, is an own one."""
        return _NUMBER.fullmatch(written) is not None and self._phones.hold("".join(_GROUP.findall(written)))

    def has_mail_host(self, host: str) -> bool:
        return any(host == one or host.endswith(f".{one}") for one in self._mail_hosts)

    def names(self, folded: str, first: int, last: int) -> Iterator[int]:
        """Where between these places of a folded text names of the staff begin, and own accounts that are no Latin words."""
        for end, ((name, whole),) in self._names.iter(folded, first, min(last, len(folded))) if self._names else ():
            if whole.match(folded, start := end + 1 - len(name)):
                yield start

    def spans(self, text: Normalised) -> list[tuple[int, int]]:
        """Where own accounts, phones and domains stand; original offsets."""
        view = text.folded
        found = [*self._word_places(view), *self._phones.places(text.plain.text)]
        found += [
            match.span() for form, whole in self._apart if form in view.text for match in whole.finditer(view.text)
        ]
        return [view.span(start, end) for start, end in found]

    def _word_places(self, view: View) -> Iterator[tuple[int, int]]:
        for word in WORD.finditer(view.text) if self._in_words else ():
            if account_key(word[0]) in self._accounts:
                signed = view.text[word.start() - 1 : word.start()] in {"@", "+"}
                yield word.start() - signed, word.end()


class _Phones:
    def __init__(self, phones: Iterable[str]) -> None:
        self._short: set[str] = set()
        self._whole: set[str] = set()
        self._local: set[str] = set()
        self._ends: set[str] = set()
        for phone in phones:
            digits = "".join(_GROUP.findall(_folded(phone)))
            number = _TRUNK.sub(r"\1", digits).lstrip("0")
            if len(number) < _LEAST_DIGITS:
                self._short.add(digits)
                continue
            self._whole.add(number)
            self._local |= set(_without_country(number, abroad="+" in phone or digits.startswith("00")))
            self._ends |= {number[at:] for at in range(len(number) - _LEAST_DIGITS + 1)}
        self._short.discard("")
        self._last = {number[-_LEAST_DIGITS:] for number in self._whole}

    def hold(self, digits: str) -> bool:
        """Whether these are an own number's, or its last ones without the code of country or area, or with another way of writing it."""
        if digits in self._short or digits in self._ends:
            return True
        if digits[-_LEAST_DIGITS:] not in self._last:
            return False
        digits = _TRUNK.sub(r"\1", digits)
        if mobile := _MOBILE.fullmatch(digits):
            return self._hold_mobile(digits, mobile)
        cuts = ((digits[:at], digits[at:]) for at in range(len(digits) - _LEAST_DIGITS + 1))
        return any(
            (number in self._whole and _leads(prefix, number)) or (number in self._local and not prefix.strip("0"))
            for prefix, number in cuts
        )

    def _hold_mobile(self, digits: str, mobile: re.Match[str]) -> bool:
        """Whether an own number is that mobile one, or an American one that looks like it."""
        whole = mobile["mainland"] or mobile["taiwan"]
        american = _AMERICAN.fullmatch(digits)
        return (
            digits.lstrip("0") in self._ends
            or whole in self._whole
            or (american is not None and american["local"] in self._whole)
        )

    def places(self, plain: str) -> Iterator[tuple[int, int]]:
        """Where own numbers stand as whole numbers, or as whole groups of digits."""
        if not (self._short or self._whole):
            return
        for run in _RUN.finditer(plain):
            groups = [(m.start() + run.start(), m.end() + run.start()) for m in _GROUP.finditer(run[0])]
            digits = "".join(plain[a:b] for a, b in groups)
            if digits in self._short:
                yield run.span()
            if _MOBILE.fullmatch(_TRUNK.sub(r"\1", digits)) and not self.hold(digits):
                continue
            at = 0
            while at < len(groups):
                end = self._row(plain, groups, at)
                if end > at:
                    first = groups[at][0]
                    signs = plain[max(0, first - 2) : first]
                    yield first - len(signs) + len(signs.rstrip("+(")), groups[end - 1][1]
                at = max(end, at + 1)

    def _row(self, plain: str, groups: list[tuple[int, int]], at: int) -> int:
        """Behind which group the longest own number from ``at`` on ends; ``at`` if there is none."""
        best, digits = at, ""
        for end in range(at, len(groups)):
            digits += plain[slice(*groups[end])]
            if len(digits) > _MOST_DIGITS:
                break
            if len(digits) >= _LEAST_DIGITS and self.hold(digits):
                best = end + 1
        return best


def _without_country(number: str, *, abroad: bool) -> Iterator[str]:
    codes = _CODES if abroad else _NEAR_CODES
    for size in (1, 2, 3):
        local = number[size:].lstrip("0")
        if number[:size] in codes and len(local) > _LEAST_DIGITS:
            yield local


def _leads(prefix: str, number: str) -> bool:
    """Whether these digits can stand before a number that is written without them: zeros, the code of a country, that of an area."""
    code = prefix.lstrip("0")
    if not code or code in _CODES:
        return code != "1" or len(number) == _AMERICAN_DIGITS
    if len(code) < len(prefix):
        return len(code) <= _MOST_AREA_DIGITS
    return any(code.startswith(near) and len(code) <= len(near) + _MOST_AREA_DIGITS for near in _NEAR_CODES)


def _folded(text: str) -> str:
    return Normalised(text).folded.text.strip()


def account_key(account: str) -> str:
    """What two spellings of one account share; empty for what is none."""
    return _UNSAID.sub("", account.lower() if account.isascii() else _folded(account))


def _is_name(folded: str) -> bool:
    return len(folded) > 1 and not folded.isascii()


def _whole(name: str) -> re.Pattern[str]:
    """``name`` where neither letters nor digits make another name of it."""
    before = "(?<![a-z0-9_])" if name[0].isascii() else ""
    after = "(?![a-z0-9_])" if name[-1].isascii() else "(?![0-9_])"
    return re.compile(before + re.escape(name) + after)


def _whole_domain(domain: str) -> re.Pattern[str]:
    before = "(?<![a-z0-9-])" if domain[0].isascii() else ""
    after = r"(?![a-z0-9-]|\.[a-z0-9])" if domain[-1].isascii() else ""
    return re.compile(before + re.escape(domain) + after)


@lru_cache(maxsize=8)
def owned_by(own: Own) -> Owned:
    return Owned(own)
