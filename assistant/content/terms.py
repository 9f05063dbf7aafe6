"""Names of topics: the words that set one group of texts apart from the others (class-based TF-IDF, Grootendorst 2022).

Chinese is not separated into words: runs of two to four characters stand in, and those that are only parts of a longer one are dropped.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from assistant.text.han import HAN, fold
from assistant.text.telling import ADDRESS, RUN, asking, stop_words

MAX_CHARS: Final = 2_000
_LONGEST: Final = 5
_SHORTEST: Final = 3
_WHOLE: Final = 0.6
"""A run counts as part of a longer one where the longer one has this share of its texts."""
_PART: Final = 1.3
_HAN: Final = re.compile(f"[{HAN}]")


@cache
def _stops() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    document = stop_words()
    breaks = re.compile(f"{asking().pattern}|[{re.escape(fold(document['breaks']))}]|{fold(document['wanting'])}")
    return frozenset(document["english"].split()), frozenset(fold(document["edges"])), breaks


def terms_of(text: str) -> dict[str, str]:
    """The terms of a text, folded, each with how it was written: words and pairs of words, and runs of Han."""
    stops, edges, breaks = _stops()
    found: dict[str, str] = {}
    read = ADDRESS.sub(" \n ", text[:MAX_CHARS])
    before: tuple[str, str, int] | None = None
    for match in RUN.finditer(read):
        run = match[0]
        if match["han"]:
            before = None
            for piece in _pieces(fold(run), breaks):
                _add_runs(found, run, piece, edges)
            continue
        word = _stem(run.lower())
        if len(word) < _SHORTEST or word in stops or run.lower() in stops:
            before = None
            continue
        found.setdefault(word, run)
        if before is not None and read[before[2] : match.start()] == " ":
            found.setdefault(f"{before[0]} {word}", f"{before[1]} {run}")
        before = (word, run, match.end())
    return found


def _pieces(folded: str, breaks: re.Pattern[str]) -> list[tuple[int, str]]:
    """What stands between characters that only bind words, and words for wanting, with where it begins."""
    pieces, begins = [], 0
    for match in breaks.finditer(folded):
        pieces.append((begins, folded[begins : match.start()]))
        begins = match.end()
    return [*pieces, (begins, folded[begins:])]


def _add_runs(found: dict[str, str], run: str, piece: tuple[int, str], edges: frozenset[str]) -> None:
    begins, folded = piece
    for length in range(2, _LONGEST + 1):
        for at in range(len(folded) - length + 1):
            gram = folded[at : at + length]
            if gram[0] not in edges and gram[-1] not in edges:
                found.setdefault(gram, run[begins + at : begins + at + length])


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and word[-2] not in "us" else word


def name_groups(
    groups: Sequence[Sequence[str]], most: int = 5, leave_out: frozenset[str] = frozenset()
) -> list[tuple[str, ...]]:
    """The ``most`` telling terms of each group of texts, as they were mostly written, the most telling first. ``leave_out`` are members'
    names, in lower case: who speaks is no topic."""
    counted = [Counter[str]() for _ in groups]
    written: dict[str, Counter[str]] = {}
    for counts, texts in zip(counted, groups, strict=True):
        for text in texts:
            for term, form in terms_of(text).items():
                if not leave_out.isdisjoint(form.lower().split()):
                    continue
                counts[term] += 1
                written.setdefault(term, Counter())[form] += 1
    total = Counter[str]()
    for counts in counted:
        total.update(counts)
    average = sum(total.values()) / max(1, len(groups))
    return [
        tuple(written[term].most_common(1)[0][0] for term in _best(counts, total, average, most))
        for counts, texts in zip(counted, groups, strict=True)
    ]


def _best(counts: Counter[str], total: Counter[str], average: float, most: int) -> list[str]:
    least = 2 if any(count > 1 for count in counts.values()) else 1
    worth = {
        term: count * math.log(1 + average / total[term]) * _length(term)
        for term, count in counts.items()
        if count >= least
    }
    ranked = sorted(worth, key=lambda term: (-round(worth[term], 9), term))[: 20 * most]
    return _distinct(ranked, counts, most)


def _length(term: str) -> float:
    """Longer runs and pairs of words say more; two characters and single words count once."""
    return (1.6 if " " in term else 1.0) if not _HAN.match(term) else 1.0 + 0.2 * (len(term) - 2)


def _distinct(ranked: Iterable[str], counts: Counter[str], most: int) -> list[str]:
    chosen: list[str] = []
    for term in ranked:
        if _has_better_part(term, counts):
            continue
        whole = [one for one in chosen if term in one or one in term or _overlap(term, one)]
        if not whole:
            chosen.append(term)
        elif len(whole) == 1 and whole[0] in term and counts[term] >= _WHOLE * counts[whole[0]]:
            chosen[chosen.index(whole[0])] = term
        if len(chosen) >= most:
            break
    return chosen


def _has_better_part(term: str, counts: Counter[str]) -> bool:
    """Whether a part of a run of Han stands in many more texts than all of it."""
    if not _HAN.match(term):
        return False
    parts = [term[at:end] for at in range(len(term)) for end in range(at + 2, len(term) + 1)]
    return any(counts[part] > _PART * counts[term] for part in parts if len(part) < len(term))


def _overlap(one: str, other: str) -> bool:
    """Han runs that share a part at their ends: 保溫瓶, 溫瓶蓋; or one of two characters that begins where the other ends: 保溫瓶, 瓶漏."""
    if not (_HAN.match(one) and _HAN.match(other)):
        return False
    if len(one) == 2 and (other.endswith(one[0]) or other.startswith(one[1])):
        return True
    return any(one.endswith(other[:n]) or other.endswith(one[:n]) for n in range(2, min(len(one), len(other))))
