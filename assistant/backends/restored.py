"""What a Chinese text written by its sounds says: homophones and spelled-out syllables as the characters that were most likely meant.

A noisy channel (Shannon, 1948; as an input method reads pinyin): of all characters that sound alike the ones are taken whose pairs are most
usual, and a character that stands there is believed unless others fit far better. Costs are minus natural logarithms in eighths, so that a
table of bytes holds them; the best path is found by Viterbi's algorithm (1967), over odd stretches alone: what reads as people write stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.backends.ngrams import codes
from assistant.backends.shipped import shipped
from assistant.errors import ModelError
from assistant.text import Normalised
from assistant.text.characters import read_table
from assistant.text.phonetic import letters_of, other_readings, read_aloud, syllables

I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]

OTHER, RARE = 0, 1
Choices = tuple[I32, I32]
NOTHING: I32 = np.zeros(0, np.int32)
BOUNDARY: I32 = np.array([OTHER], np.int32)
"""Places in the table of what is no Chinese character, and of those that it does not hold."""

FIRST_HAN, LAST_HAN = 0x3400, 0x9FFF
FIRST_SYLLABLE, LAST_SYLLABLE = 0xE000, 0xE1FF
SCALE = 8
MOST_CANDIDATES, MOST_INITIALS, MOST_LOOKALIKES, MOST_ALMOST = 20, 60, 16, 16
CHANGED, LOOKS, ALMOST = round(3.0 * SCALE), round(4.0 * SCALE), round(4.5 * SCALE)
"""Cost of taking a character for one of the same sound, of a like look, of almost the same sound; the choice among them comes on top."""

CONFUSED = (
    ("z", "zh"), ("c", "ch"), ("s", "sh"), ("n", "l"), ("f", "h"), ("r", "l"),
    ("an", "ang"), ("en", "eng"), ("in", "ing"), ("uan", "uang"), ("ian", "iang"),
)  # fmt: skip
"""Initials and finals that many speakers do not part."""

SWAPPED = round(10.0 * SCALE)
"""What changing two neighbours must save."""

ODD = round(14.0 * SCALE)
"""Cost of a character's two pairs together from which on it is odd."""

WORTHWHILE = round(3.0 * SCALE)
"""What another reading of characters must save in all, what changing them costs counted: less, and the text stands as it is written.
Letters that stand for characters are always read as such.
"""

STRETCHES_REMEMBERED, LONGEST_REMEMBERED = 20_000, 12
LONGEST = 1_280
"""Code points of the text that are read so: the time is bounded, and an advert seldom has more."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """``costs`` (V x V) of the second character after the first; ``chars`` names the places from ``RARE + 1`` on."""

    version: str
    chars: str
    costs: U8

    @classmethod
    def load(cls, folder: Path) -> Pairs:
        """The table of ``folder``.

        Raises:
            ModelError: it is missing or damaged.
        """
        try:
            with (folder / "pairs.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
                alone, back, at, costs = (stored[name] for name in ("alone", "back", "at", "costs"))
            about = json.loads((folder / "pairs.json").read_text("utf-8"))
            version, chars = str(about["version"]), str(about["characters"])
        except (OSError, KeyError, ValueError, BadZipFile) as reason:
            raise ModelError(f"the table of character pairs in {folder} cannot be read: {reason}") from reason
        if len(alone) != len(chars) + RARE + 1 or len(back) != len(alone):
            raise ModelError(f"the table of character pairs in {folder} does not fit its list of characters")
        table = (back[:, None].astype(np.uint16) + alone[None]).clip(max=255).astype(np.uint8)
        table.reshape(-1)[np.cumsum(at)] = costs
        return cls(version, chars, table)


@dataclass(frozen=True, slots=True)
class Meant:
    """``text`` in Simplified; ``spans[i]`` are the code points of the original (end exclusive) that are read as ``text[i]``."""

    text: str
    spans: Sequence[tuple[int, int]]

    def behind(self, start: int, end: int) -> list[tuple[int, int]]:
        """The original's spans behind ``text[start:end]``, in order."""
        return merged(self.spans[start:end])


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


class Restorer:
    """Reads texts as they are meant. Never changed after it is made, so calls from many threads need no lock."""

    def __init__(self, pairs: Pairs) -> None:
        usual = {char: place for place, char in enumerate(pairs.chars, RARE + 1)}
        self.version = pairs.version
        self._chars = codes("\0\0" + pairs.chars)
        self._costs = pairs.costs
        self._place = np.full(LAST_HAN - FIRST_HAN + 1, RARE, np.int32)
        for char, place in usual.items():
            self._place[ord(char) - FIRST_HAN] = place
        self._alike = by_sound(usual)
        self._initial = by_initial(usual)
        self._choices = choices(usual, self._alike)
        # What is odd in ordinary writing is odd again and again: names, particles, turns of speech.
        self._remembered = lru_cache(STRETCHES_REMEMBERED)(self._cheapest)

    @classmethod
    def load(cls, folder: Path | None = None) -> Restorer:
        """The table of ``folder``, or the shipped one.

        Raises:
            ModelError: it is missing or damaged.
        """
        return cls(Pairs.load(folder or shipped("models/risk")))

    def meant(self, text: Normalised) -> Meant | None:
        """The text as it is most likely meant; ``None`` where that is what stands there already."""
        layer, folded = text.pinyin_layer, codes(text.folded.text)
        heard = codes(layer.text[:LONGEST])
        written = (
            folded[: len(heard)] if layer.starts is None else folded[np.array(layer.starts[: len(heard)], np.int64)]
        )
        han = (written >= FIRST_HAN) & (written <= LAST_HAN)
        spelled = (heard >= FIRST_SYLLABLE) & (heard <= LAST_SYLLABLE) & ~han | initials(heard, han)
        places = np.where(han, self._place[written.astype(np.int64) * han - FIRST_HAN * han], OTHER)
        odd = self._odd(places)
        if not (odd | spelled).any():
            return None
        as_written, order = places, self._order(places)
        places, heard, written, spelled = places[order], heard[order], written[order], spelled[order]
        free = (places > RARE) & around(spelled | self._odd(places)) | spelled
        found = places.copy()
        for start, end in stretches(free):
            found[start:end] = self._likeliest(places, heard, spelled, start, end)
        changed = np.flatnonzero(found != places)
        if (
            not spelled[changed].any()
            and self._path(as_written) - self._path(found) - self._slips(places[changed], found[changed]) < WORTHWHILE
        ):
            return None
        said = np.where(heard >= FIRST_SYLLABLE, written, heard)
        said[changed] = self._chars[found[changed]]
        spans = [text.pinyin.span(at, at + 1) for at in order.tolist()]
        return Meant(said.astype(np.uint32).tobytes().decode("utf-32-le", "surrogatepass"), spans)

    def _order(self, places: I32) -> npt.NDArray[np.int64]:
        """The order in which the characters are most likely meant: neighbours change places where that mends three pairs by far."""
        order = np.arange(len(places))
        if len(places) < 2:
            return order
        ends = np.concatenate([[OTHER], places, [OTHER]])
        before, first, second, behind = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
        costs = self._costs

        def path(*those: I32) -> I32:
            return sum((costs[a, b].astype(np.int32) for a, b in pairwise(those)), np.zeros(len(before), np.int32))

        gain = path(before, first, second, behind) - path(before, second, first, behind)
        gain[(first <= RARE) | (second <= RARE)] = 0
        while gain.max(initial=0) >= SWAPPED:
            at = int(gain.argmax())
            order[at], order[at + 1] = order[at + 1], order[at]
            gain[max(0, at - 2) : at + 3] = 0
        return order

    def _odd(self, places: I32) -> npt.NDArray[np.bool_]:
        """Characters whose pairs, with what stands before and behind, are unusual."""
        with_ends = np.concatenate([[OTHER], places, [OTHER]])
        pairs = self._costs[with_ends[:-1], with_ends[1:]].astype(np.int32)
        odd: npt.NDArray[np.bool_] = (places != OTHER) & (pairs[:-1] + pairs[1:] >= ODD)
        return odd

    def _likeliest(
        self, places: I32, heard: npt.NDArray[np.uint32], spelled: npt.NDArray[np.bool_], start: int, end: int
    ) -> I32:
        """The cheapest places of the stretch between its neighbours."""
        before = int(places[start - 1]) if start else OTHER
        behind = int(places[end]) if end < len(places) else OTHER
        inner = slice(start, end)
        steps = zip(places[inner].tolist(), heard[inner].tolist(), spelled[inner].tolist(), strict=True)
        find = self._remembered if end - start <= LONGEST_REMEMBERED else self._cheapest
        return find(before, tuple(steps), behind)

    def _cheapest(self, before: int, stretch: tuple[tuple[int, int, bool], ...], behind: int) -> I32:
        columns = [np.array([before], np.int32)]
        cost, steps = np.zeros(1, np.int32), []
        for place, heard, spelled in stretch:
            column, own = self._spelled(heard) if spelled else self._choices[place]
            whole = cost[:, None] + self._costs[columns[-1][:, None], column]
            best = whole.argmin(axis=0)
            steps.append(best)
            cost = whole[best, np.arange(len(column))] + own
            columns.append(column)
        last = int((cost + self._costs[columns[-1], behind]).argmin())
        found = np.zeros(len(stretch), np.int32)
        for at in range(len(stretch), 0, -1):
            found[at - 1] = columns[at][last]
            last = int(steps[at - 1][last])
        return found

    def _path(self, places: I32) -> int:
        """The cost of all pairs of a text, its ends included."""
        with_ends = np.concatenate([BOUNDARY, places, BOUNDARY])
        return int(self._costs[with_ends[:-1], with_ends[1:]].sum(dtype=np.int64))

    def _slips(self, places: I32, found: I32) -> int:
        """The cost of taking each of ``places`` for the one at its side in ``found``."""
        total = 0
        for place, other in zip(places.tolist(), found.tolist(), strict=True):
            column, own = self._choices[place]
            total += int(own[np.flatnonzero(column == other)[0]])
        return total

    def _spelled(self, heard: int) -> Choices:
        """What a syllable, or a first letter, may stand for."""
        column = self._alike.get(heard, BOUNDARY) if heard >= FIRST_SYLLABLE else self._initial.get(heard, BOUNDARY)
        return column, np.zeros(len(column), np.int32)


def choices(usual: Mapping[str, int], alike: Mapping[int, I32]) -> dict[int, Choices]:
    """What a character may stand for, itself first, and what each costs by itself."""
    looks, near, found = by_look(usual), almost_alike(alike), {}
    for char, place in usual.items():
        syllable = ord(read_aloud(char))
        sound = set(alike.get(syllable, NOTHING).tolist()) - {place}
        look = set(looks.get(place, NOTHING).tolist()) - sound
        almost = set(near.get(syllable, NOTHING).tolist()) - sound - look - {place}
        column = np.array([place, *sorted(sound), *sorted(look), *sorted(almost)], np.int32)
        groups = (CHANGED, sound), (LOOKS, look), (ALMOST, almost)
        own = [0] + [cost + choice(len(those)) for cost, those in groups for _ in those]
        found[place] = column, np.array(own, np.int32)
    return found


def choice(count: int) -> int:
    """The cost of one among so many."""
    return round(SCALE * float(np.log(max(count, 1))))


def by_sound(usual: Mapping[str, int]) -> dict[int, I32]:
    """Syllable -> places of the characters read so, the usual ones first, at most ``MOST_CANDIDATES``."""
    found: dict[str, set[int]] = {}
    for syllable, _, its in read_table("pinyin.tsv"):
        found[syllables()[syllable]] = {usual[char] for char in its if char in usual}
    for char, others in other_readings().items():
        for one in others if char in usual else ():
            found.setdefault(one, set()).add(usual[char])
    return {ord(one): np.array(sorted(those)[:MOST_CANDIDATES], np.int32) for one, those in found.items() if those}


def almost_alike(alike: Mapping[int, I32]) -> dict[int, I32]:
    """Syllable -> places of the characters whose syllable many speakers do not part from it (s and sh, n and l, in and ing)."""
    names = {name: ord(char) for name, char in syllables().items()}
    found: dict[int, set[int]] = {}
    for name, own in names.items():
        others = {names[other] for other in confused(name) if other in names} - {own}
        found[own] = {place for other in others for place in alike.get(other, NOTHING).tolist()}
    return {own: np.array(sorted(those)[:MOST_ALMOST], np.int32) for own, those in found.items() if those}


def confused(syllable: str) -> set[str]:
    """What a syllable sounds like where initials or finals are confused; itself among them."""
    at = next((n for n, letter in enumerate(syllable) if letter in "aeiouv"), len(syllable))
    initial, final = syllable[:at], syllable[at:]
    initials_ = {initial} | {b if initial == a else a for a, b in CONFUSED if initial in (a, b)}
    finals = {final} | {b if final == a else a for a, b in CONFUSED if final in (a, b)}
    return {first + last for first in initials_ for last in finals}


def by_initial(usual: Mapping[str, int]) -> dict[int, I32]:
    """Letter -> places of the characters whose reading begins with it, at most ``MOST_INITIALS``."""
    found: dict[str, list[int]] = {}
    for char, place in usual.items():
        if letters := letters_of(char):
            found.setdefault(letters[0], []).append(place)
    return {ord(one): np.array(sorted(those)[:MOST_INITIALS], np.int32) for one, those in found.items()}


def by_look(usual: Mapping[str, int]) -> dict[int, I32]:
    """Place -> places of the characters that share a part with it, or are one, the rarer part first; at most ``MOST_LOOKALIKES``."""
    holds = {char: set(pairs.split(" ")[0]) for char, pairs in read_table("parts.tsv") if char in usual}
    with_part: dict[str, set[str]] = {}
    for char, its in holds.items():
        for part in its:
            with_part.setdefault(part, set()).add(char)
    for part, those in with_part.items():
        if part in usual:
            those.add(part)
    found: dict[int, I32] = {}
    for char, place in usual.items():
        groups = sorted((with_part[part] for part in {char, *holds.get(char, ())} if part in with_part), key=len)
        near = dict.fromkeys(
            other for group in groups for other in sorted(group, key=usual.__getitem__) if other != char
        )
        if near:
            found[place] = np.array([usual[other] for other in list(near)[:MOST_LOOKALIKES]], np.int32)
    return found


def initials(heard: npt.NDArray[np.uint32], han: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Letters that stand for characters: one to three together beside a Chinese character."""
    letter = (heard >= ord("a")) & (heard <= ord("z"))
    found = np.zeros(len(heard), np.bool_)
    for start, end in stretches(letter):
        found[start:end] = end - start <= 3 and bool(han[max(0, start - 1) : end + 1].any())
    return found


def around(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What is marked, and its neighbours."""
    wide = marked.copy()
    wide[1:] |= marked[:-1]
    wide[:-1] |= marked[1:]
    return wide


def stretches(marked: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of marked places, ends exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
