"""Part of an index: entries with everything that finds and judges them. Immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.faq.dense import Mask, VectorsBuilder
from assistant.faq.intents import Intents
from assistant.faq.lexical import Common, Floats, Ids
from assistant.faq.names import even_name
from assistant.faq.side import Side
from assistant.faq.texts import entry_texts
from assistant.text.language import detect_language
from assistant.types.faq import Entry


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """``asked`` holds the ways to ask the entries, ``told`` one passage each. ``tightness`` is how alike an entry's ways to ask it are (0
    with fewer than two); ``languages`` are an entry's own and those of the ways to ask it; ``alive`` masks what was deleted or replaced
    since; ``names`` gives the entries that have a question, by its even form."""

    entries: tuple[Entry, ...]
    places: Mapping[str, int]
    asked: Side
    told: Side
    intents: Intents | None
    tightness: Floats
    since: NDArray[np.float64]
    until: NDArray[np.float64]
    groups: Ids
    roles: tuple[frozenset[str], ...]
    languages: tuple[frozenset[str], ...]
    alive: Mask
    whole: bool
    names: Mapping[str, tuple[int, ...]]

    @classmethod
    def build(
        cls,
        entries: Sequence[Entry],
        vectors: Floats,
        make: VectorsBuilder,
        common: Common,
        like: Segment | None = None,
    ) -> Segment:
        """``vectors`` has a row for each of ``entry_texts`` of each entry; ``common`` says how common words are in general. With ``like``,
        words weigh what they weigh there and no classifier is learnt: for the few entries that change between two builds."""
        texts = [entry_texts(entry) for entry in entries]
        last = np.cumsum([len(own) for own in texts], dtype=np.int64) - 1
        is_told = np.zeros(len(vectors), np.bool_)
        is_told[last] = True
        asked = Side.build(
            [own[:-1] for own in texts],
            vectors[~is_told],
            make,
            like.asked.lexical.statistics if like else None,
            common,
        )
        told = Side.build(
            [own[-1:] for own in texts], vectors[is_told], make, like.told.lexical.statistics if like else None, common
        )
        roles = tuple(dict.fromkeys(frozenset(entry.roles) for entry in entries))
        number = {group: i for i, group in enumerate(roles)}
        since = np.array([_seconds(e.valid_from, -np.inf) for e in entries], np.float64)
        until = np.array([_seconds(e.valid_to, np.inf) for e in entries], np.float64)
        ways = [text for own in texts for text in own[:-1]]
        return cls(
            entries=tuple(entries),
            places={entry.id: i for i, entry in enumerate(entries)},
            asked=asked,
            told=told,
            intents=None if like else Intents.fit(ways, asked.vectors.rows, asked.owners, len(entries)),
            tightness=_tightness(asked),
            since=since,
            until=until,
            groups=np.array([number[frozenset(e.roles)] for e in entries], np.int32),
            roles=roles,
            languages=tuple(_languages(entry) for entry in entries),
            alive=np.ones(len(entries), np.bool_),
            whole=bool(np.isinf(since).all() and np.isinf(until).all() and not any(roles)),
            names=_names(entries),
        )

    def without(self, ids: frozenset[str]) -> Segment:
        gone = [place for name in ids if (place := self.places.get(name)) is not None and self.alive[place]]
        if not gone:
            return self
        alive = self.alive.copy()
        alive[gone] = False
        return replace(self, alive=alive, whole=False)

    def called(self, name: str) -> list[Entry]:
        """The living entries whose question has the even form ``name``."""
        return [self.entries[place] for place in self.names.get(name, ()) if self.alive[place]]

    def allowed(self, now: datetime, roles: frozenset[str]) -> Mask | None:
        """The entries that hold now and may be seen; None for all."""
        if self.whole:
            return None
        visible = np.array([not group or not roles.isdisjoint(group) for group in self.roles], np.bool_)
        moment = now.timestamp()
        mask: Mask = self.alive & visible[self.groups] & (self.since <= moment) & (moment < self.until)
        return mask

    def living(self) -> tuple[list[Entry], Floats]:
        """What is left of the entries, with the rows that it was built from."""
        kept = np.flatnonzero(self.alive).astype(np.int32)
        rows, counts = self.asked.rows_of(kept)
        asked, told = self.asked.vectors.rows[rows], self.told.vectors.rows[kept]
        order = np.argsort(
            np.concatenate((np.repeat(np.arange(len(kept)), counts), np.arange(len(kept)) + 0.5)), kind="stable"
        )
        return [self.entries[i] for i in kept], np.concatenate((asked, told))[order]


def _names(entries: Sequence[Entry]) -> dict[str, tuple[int, ...]]:
    names: dict[str, tuple[int, ...]] = {}
    for place, entry in enumerate(entries):
        if name := even_name(entry.question):
            names[name] = (*names.get(name, ()), place)
    return names


def _languages(entry: Entry) -> frozenset[str]:
    return frozenset((entry.language, *(detect_language(way).language for way in entry.alternatives)))


def _seconds(moment: datetime | None, unbounded: float) -> float:
    return unbounded if moment is None else moment.timestamp()


def _tightness(asked: Side) -> Floats:
    """The mean inner product of two of an entry's ways to ask it, from the length of their sum."""
    counts = np.diff(asked.starts).astype(np.float32)
    sums = np.zeros((len(counts), asked.vectors.rows.shape[1]), np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        sums[filled] = np.add.reduceat(asked.vectors.rows, asked.starts[filled], axis=0)
    pairs = counts * (counts - 1)
    squares = np.einsum("ij,ij->i", sums, sums)
    found: Floats = np.where(pairs > 0, (squares - counts) / np.maximum(pairs, 1), 0).astype(np.float32)
    return found
