"""What belongs to the community itself, however a text writes it: one reading of accounts, phones and domains for all that exempts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.moderation.idn import looked_up, shown
from assistant.moderation.owned_phones import OwnPhones
from assistant.moderation.terms import automaton
from assistant.text import Normalised, View
from assistant.types import Own

LONGEST_ACCOUNT = 64
WORD = re.compile(rf"(?<![a-z0-9_])[a-z0-9_](?:[a-z0-9_.-]{{0,{LONGEST_ACCOUNT}}}[a-z0-9_])?(?![a-z0-9_])")
"""What an account of Latin letters may be, in a folded text."""
_UNSAID = re.compile(r"[\s@+-]")
"""What two spellings of one account may differ in."""


class Owned:
    """Accounts are compared without case, script, ``@``, blanks and hyphens; phones with and without codes of country and area.

    Accounts that are Latin words are told from the words of a text by their keys; all others (``apart``) and domains, which stand in
    a sentence without blanks around them, are searched for.
    """

    def __init__(self, own: Own) -> None:
        self.is_nothing = not (own.accounts or own.phones or own.staff or own.domains)
        self._accounts = frozenset(map(account_key, own.accounts)) - {""}
        self._staff = frozenset(map(account_key, own.staff)) - {""}
        self._phones = OwnPhones(map(_folded, (*own.phones, *filter(_is_phone, own.accounts))))
        accounts = [_folded(account).strip("@+ ") for account in own.accounts]
        apart = [account for account in accounts if account and not WORD.fullmatch(account)]
        self._has_words = any(WORD.fullmatch(account) for account in accounts)
        self._searched = [(account, _whole(account)) for account in dict.fromkeys(apart)]
        self._searched += [(form, _whole_domain(form)) for form in _domain_forms(own.domains)]
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
        return self._phones.has(written)

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
        found = [*self._words(view), *self._phones.places(text.plain.text), *self._found(view.text)]
        return [view.span(start, end) for start, end in found]

    def _words(self, view: View) -> Iterator[tuple[int, int]]:
        """Where own accounts stand that are Latin words, with the sign before them."""
        for word in WORD.finditer(view.text) if self._has_words else ():
            if account_key(word[0]) in self._accounts:
                signed = view.text[word.start() - 1 : word.start()] in {"@", "+"}
                yield word.start() - signed, word.end()

    def _found(self, folded: str) -> Iterator[tuple[int, int]]:
        for form, whole in self._searched:
            if form in folded:
                yield from (match.span() for match in whole.finditer(folded))


def account_key(account: str) -> str:
    """What two spellings of one account share; empty for what is none."""
    return _UNSAID.sub("", account.lower() if account.isascii() else _folded(account))


def _folded(text: str) -> str:
    return Normalised(text).folded.text.strip()


def _is_phone(account: str) -> bool:
    return account.strip().startswith("+")


def _is_name(folded: str) -> bool:
    return len(folded) > 1 and not folded.isascii()


def _domain_forms(domains: Iterable[str]) -> list[str]:
    forms = {form for domain in domains for form in (_folded(shown(domain)), looked_up(domain))}
    return sorted(forms - {""})


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
