"""Personal data in a text: identity documents, phones, bank cards, e-mail, accounts, plates, passports, addresses.

Scores grow with the strength of the check: a checksum, then a format, then a word beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from assistant.moderation.overlap import surest
from assistant.moderation.owned import owned_by
from assistant.moderation.personal_data.addresses import find_addresses
from assistant.moderation.personal_data.documents import find_documents
from assistant.moderation.personal_data.hit import Hit
from assistant.moderation.personal_data.numbers import find_numbers
from assistant.moderation.personal_data.reachable import find_accounts, find_emails
from assistant.text import Normalised
from assistant.types import Finding, Label, Own

_DIGIT = re.compile(r"\d.{0,40}\d|\d[号号室楼栋]|\d\s?/\s?f|\d [a-z]", re.DOTALL)

KINDS = (
    *("id_cn", "id_hk", "id_mo", "id_tw", "id_us", "passport"),
    *("phone", "card", "email", "account", "plate", "address"),
)


class PersonalData:
    """A community's own phones, accounts, domains (of e-mail) and staff are exempt. Only ``kinds`` are looked for: what nobody wants
    found hides nothing else. Sources are ``rule:privacy.<kind>``."""

    def __init__(self, own: Own, kinds: Collection[str] = KINDS) -> None:
        self._kinds = frozenset(kinds)
        self._own = owned_by(own)

    def find(self, text: Normalised) -> list[Finding]:
        """Findings in the order of the text, none inside a surer one."""
        hits = [found for found in _hits(text) if found.kind in self._kinds and not self._exempt(found)]
        if not hits:
            return []
        return [
            Finding(Label.PRIVACY, found.score, found.start, found.end, source_of(found.kind)) for found in surest(hits)
        ]

    def _exempt(self, found: Hit) -> bool:
        if found.kind == "phone":
            return self._own.is_phone(found.value)
        if found.kind == "email" and self._own.has_mail_host(found.value.rpartition("@")[2]):
            return True
        own = self._own.is_account(found.value) or self._own.is_staff(found.value)
        return own and found.kind in {"email", "account"}


def source_of(kind: str) -> str:
    return f"rule:privacy.{kind}"


def _hits(text: Normalised) -> Iterator[Hit]:
    yield from find_emails(text)
    if not _DIGIT.search(text.digits.text):
        yield from find_accounts(text)
        return
    yield from find_numbers(text)
    yield from find_documents(text)
    yield from find_addresses(text)
    yield from find_accounts(text)
