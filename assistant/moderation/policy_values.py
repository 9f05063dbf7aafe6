"""What a policy that somebody hands in may hold beside the right kinds of values: names and addresses that can come to something.

A policy that is stored already is not looked at: what has no effect in it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial
from unicodedata import normalize

from assistant.errors import InvalidPolicy
from assistant.moderation.advertising.learned import MODEL
from assistant.moderation.advertising.rulebook import load_rules
from assistant.moderation.contacts import SOURCE as CONTACT
from assistant.moderation.domains import parse_host
from assistant.moderation.idn import encoded
from assistant.moderation.links import LinkKind
from assistant.moderation.owned import account_key
from assistant.moderation.patterns import finds_nothing
from assistant.moderation.personal_data import KINDS as PRIVACY_KINDS
from assistant.moderation.starter import starter_lists
from assistant.moderation.terms import check_term, idle_phrases
from assistant.text import Normalised
from assistant.types import Policy, Purpose, TermList

LEAST_PHONE_DIGITS = 3
_NO_DOMAIN = "is not a registered domain such as example.com"
_RESERVED = frozenset({"example", "test"})
"""Endings that nobody can register under (RFC 6761)."""
_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@\s]*@)?(?:\*\.)?\.?(?P<host>[^/?#@:\s]+?)\.?(?::\d{1,5})?(?:[/?#]\S*)?"
)
_LABEL = re.compile(r"(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?")


def checked(policy: Policy) -> Policy:
    """``policy``, its domains written as registered domains are: of an address its host, without ``*.`` in front.

    Raises:
        InvalidPolicy: a value can never have an effect; the error names its path (``links.deny[3]``).
    """
    links, own = policy.links, policy.own
    _each("disabled_rules", policy.disabled_rules, _rule_of(policy))
    _each("own.phones", own.phones, _phone)
    _each("own.accounts", own.accounts, _account)
    _each("own.staff", own.staff, _filled)
    _each("exemptions.phrases", policy.exemptions.phrases, _phrase)
    _each("exemptions.roles", policy.exemptions.roles, _filled)
    for index, override in enumerate(policy.overrides):
        _each(f"overrides[{index}].channels", override.channels, _filled)
        _each(f"overrides[{index}].roles", override.roles, _filled)
        _each(f"overrides[{index}].purposes", override.purposes, _purpose)
        if not override.thresholds:
            raise InvalidPolicy(
                field=f"overrides[{index}].thresholds", problem="must name a label, else it overrides none"
            )
    if policy.exemptions.labels and not policy.exemptions.roles:
        raise InvalidPolicy(field="exemptions.labels", problem="exempts nobody without exemptions.roles")
    for index, rule in enumerate(policy.lists):
        _each(f"lists[{index}].terms", rule.terms, partial(check_term, script=rule.script))
        _each(f"lists[{index}].unless", rule.unless, _holding_a_term(rule))
    _each("patterns", (one.pattern for one in policy.patterns), _finding)
    return replace(
        policy,
        links=replace(
            links,
            allow=_each("links.allow", links.allow, _in_links),
            deny=_each("links.deny", links.deny, _in_links),
            protect=_each("links.protect", links.protect, _in_links),
        ),
        own=replace(own, domains=_each("own.domains", own.domains, _own_domain)),
    )


def domain_of(value: str) -> str:
    """The host that a domain, an address or ``*.`` and a domain name, in lower case.

    Raises:
        ValueError: it names none under a public suffix, such as can stand in a link.
    """
    labels = _labels(value)
    if parse_host(labels) is None:
        raise ValueError(_NO_DOMAIN)
    return ".".join(labels)


def _own_domain(value: str) -> str:
    """One that is only for trying things out counts too: the demo has one, and so have guides."""
    labels = _labels(value)
    return ".".join(labels) if labels[-1] in _RESERVED else domain_of(value)


def _labels(value: str) -> list[str]:
    match = _HOST.fullmatch(normalize("NFC", value.strip()).lower())
    labels: list[str] = match["host"].split(".") if match else []
    if len(labels) < 2 or not all(map(_can_be_looked_up, labels)):
        raise ValueError(_NO_DOMAIN)
    return labels


def _can_be_looked_up(label: str) -> bool:
    if label.isascii():
        return _LABEL.fullmatch(label) is not None
    try:
        return bool(encoded(label))
    except ValueError:
        return False


def _in_links(value: str) -> str:
    domain = domain_of(value)
    if "_" in domain:
        raise ValueError("holds an underscore, which no host in a link does")
    return domain


def _each(path: str, values: Iterable[str], read: Callable[[str], str]) -> tuple[str, ...]:
    found = []
    for index, value in enumerate(values):
        try:
            found.append(read(value))
        except ValueError as error:
            raise InvalidPolicy(field=f"{path}[{index}]", problem=str(error)) from None
    return tuple(found)


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _phrase(value: str) -> str:
    if not Normalised(value).folded.text.strip():
        raise ValueError("must not be blank")
    return value


def _holding_a_term(rule: TermList) -> Callable[[str], str]:
    idle = idle_phrases(rule)

    def read(value: str) -> str:
        if value in idle:
            raise ValueError("holds none of the list's terms")
        return value

    return read


def _finding(value: str) -> str:
    if finds_nothing(value):
        raise ValueError("matches no characters")
    return value


def _account(value: str) -> str:
    if not account_key(value):
        raise ValueError("must not be blank")
    return value


def _phone(value: str) -> str:
    if sum(map(str.isdecimal, value)) < LEAST_PHONE_DIGITS:
        raise ValueError(f"must have at least {LEAST_PHONE_DIGITS} digits")
    return value


def _purpose(value: str) -> str:
    if value not in {purpose.value for purpose in Purpose}:
        raise ValueError(f"must be one of {', '.join(purpose.value for purpose in Purpose)}")
    return value


def _rule_of(policy: Policy) -> Callable[[str], str]:
    known = shipped_rules() | {rule.id for rule in policy.rules}

    def read(value: str) -> str:
        name = value.removeprefix("rule:")
        family = name.endswith(".") and len(name) > 1 and any(one.startswith(name) for one in known)
        if name not in known and not family:
            raise ValueError("names no rule; findings give the names, and a family ends in a dot")
        return value

    return read


@cache
def shipped_rules() -> frozenset[str]:
    """The names by which shipped rules can be left out, without ``rule:``."""
    laws = [rule.id for rule in load_rules()]
    return frozenset(
        [
            *(one.id for one in starter_lists()),
            CONTACT.removeprefix("rule:"),
            *(f"link.{kind}" for kind in LinkKind),
            *(f"privacy.{kind}" for kind in PRIVACY_KINDS),
            *(f"ads.{law}" for law in laws),
            *(f"{MODEL}{law}" for law in laws),
        ]
    )
