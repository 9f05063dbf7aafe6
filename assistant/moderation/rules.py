"""All rules of one community: shipped and own keywords, patterns, links, contacts and personal data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

from assistant.moderation.advertising import MODEL, ClaimReader, find_claims, find_drawn
from assistant.moderation.contacts import ContactRules
from assistant.moderation.facts import shares
from assistant.moderation.floods import bounded
from assistant.moderation.lexicon import Lexicon
from assistant.moderation.links import LinkRules
from assistant.moderation.owned import owned_by
from assistant.moderation.patterns import Patterns
from assistant.moderation.personal_data import KINDS, PersonalData, source_of
from assistant.moderation.reported import as_hints
from assistant.text import Normalised
from assistant.types import Advertising, Finding, Policy, TermList


class Rules:
    """``starter`` is compiled once per process however many communities use it. ``policy.starter_rules`` turns these lists on or off;
    ``policy.disabled_rules`` names sources to leave out (``spam.contact``, with or without ``rule:``), or families by a trailing dot
    (``spam.``); ``model:ads.`` leaves out what ``reader``, the learned model of claims, finds. What stands inside an exempt phrase is
    not found, and neither it nor what is the community's own reaches the classifier; nor does a share of a material or an origin.

    Raises:
        InvalidPolicy: a pattern does not compile.
    """

    def __init__(self, policy: Policy, starter: Sequence[TermList], reader: ClaimReader | None = None) -> None:
        self._reader = reader
        self._starter = _compile(tuple(starter)) if policy.starter_rules and starter else None
        self._own = Lexicon(policy.lists) if policy.lists else None
        self._patterns = Patterns(policy.patterns)
        self._links = LinkRules(policy.links, policy.own)
        self._contacts = ContactRules(policy.own)
        self._disabled = frozenset(name.removeprefix("rule:") for name in policy.disabled_rules)
        self._disabled_families = tuple(name for name in self._disabled if name.endswith("."))
        self._personal = PersonalData(policy.own, [kind for kind in KINDS if not self._is_disabled(source_of(kind))])
        self._phrases = _folded(policy.exemptions.phrases)
        self._owned = owned_by(policy.own)

    def find(self, text: Normalised) -> list[Finding]:
        """The findings in ``text``, in the order of its characters, those of a flood merged; spans count code points of the original."""
        found = [
            *(self._own.find(text) if self._own else ()),
            *self._patterns.find(text),
            *self._links.find(text),
            *self._contacts.find(text),
            *self._personal.find(text),
        ]
        terms = self._starter.find(text) if self._starter else []
        if terms:
            found += as_hints(terms, found, text)
        if not found:
            return found
        exempt = _Spans(_occurrences(text, self._phrases))
        kept = [finding for finding in found if self._counts(finding, exempt)]
        return bounded(sorted(kept, key=lambda finding: (finding.start, finding.end, finding.source)))

    def advertised(self, text: Normalised, where: Advertising) -> list[Finding]:
        """The claims in a marketing text that advertising law forbids, in the order of its characters, less what the policy leaves out."""
        exempt = _Spans(_occurrences(text, self._phrases))
        reader = None if MODEL in self._disabled_families else self._reader
        found = find_claims(text, where, reader, self.spared(text))
        return [finding for finding in found if self._counts(finding, exempt)]

    def drawn(self, texts: Mapping[str, Normalised], where: Advertising) -> list[Finding]:
        """Prizes beyond the law's limit where the draw stands in another of the texts, less what the policy leaves out."""
        exempt = {field: _Spans(_occurrences(text, self._phrases)) for field, text in texts.items()}
        return [one for one in find_drawn(texts, where) if self._counts(one, exempt[one.field])]

    def spared(self, text: Normalised) -> Normalised:
        """``text`` as the classifier may see it: exempt phrases, the community's own addresses with what leads to them, and shares
        of a material or an origin blanked, character for character."""
        spans = [*_occurrences(text, self._phrases), *self._owned.spans(text), *self._contacts.leading_home(text)]
        spans += shares(text)
        if not spans:
            return text
        characters = list(text.original)
        for start, end in spans:
            characters[start:end] = " " * (end - start)
        return Normalised("".join(characters))

    def _counts(self, finding: Finding, exempt: _Spans) -> bool:
        return not self._is_disabled(finding.source) and not exempt.hold(finding.start, finding.end)

    def _is_disabled(self, source: str) -> bool:
        names = (source, source.partition(":")[2])
        return any(name in self._disabled or name.startswith(self._disabled_families) for name in names)


class _Spans:
    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Whether one of the spans holds all of ``start`` to ``end``."""
        at = bisect_right(self._starts, start)
        return at > 0 and end <= self._reach[at - 1]


def _folded(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(Normalised(phrase).folded.text for phrase in phrases) - {""}


def _occurrences(text: Normalised, phrases: frozenset[str]) -> list[tuple[int, int]]:
    """Original spans of every occurrence of ``phrases``, which are folded as the text is."""
    view = text.folded
    spans = []
    for phrase in phrases:
        at = view.text.find(phrase)
        while at >= 0:
            spans.append(view.span(at, at + len(phrase)))
            at = view.text.find(phrase, at + 1)
    return spans


@lru_cache(maxsize=4)
def _compile(lists: tuple[TermList, ...]) -> Lexicon:
    return Lexicon(lists)
