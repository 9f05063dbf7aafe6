"""Rows of replies from the seeds: a reply, the harm that it answers, its stance, and the template family that it belongs to."""

from __future__ import annotations

import json
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.moderation.stance import HARMS, Harm, Stance

SEEDS = Path(__file__).parent / "seeds"
ORDINARY = Path(__file__).parents[1] / "risk" / "seeds"
ORDINARY_FILES = (
    "benign_short",
    "zh_hans_everyday",
    "zh_hant_everyday",
    "zh_hant_hk_everyday",
    "en_everyday",
    "en_social",
)
LANGUAGES = {"hans": "zh-Hans", "hant": "zh-Hant", "yue": "zh-Hant-HK", "en": "en"}
ELSEWHERE = 0.3
"""What a reply that takes nothing on counts under the harms that it was not written for."""
VARIANTS = 8
_CHOICE = re.compile(r"[()]")
_ENDS = ("", "", "!", "！", "。", "…", "~", "😂", "🙏", " lol", "，哈哈", "啊", "啦")
_BEGINNINGS = ("", "", "", "@小明 ", "回复 ", "re: ", "呃，", "欸，", "well, ")


@dataclass(frozen=True, slots=True)
class Row:
    """``family`` keeps together what was written on one pattern; ``held`` families are measured once, and never trained on."""

    text: str
    harm: Harm
    stance: Stance
    language: str
    family: str
    held: bool
    weight: float = 1.0


def seeds(folder: Path = SEEDS) -> list[Row]:
    """As they were written, each under the harms that its family names."""
    return [row for name, language in LANGUAGES.items() for row in _read(folder / f"{name}.txt", language)]


def parents(folder: Path = SEEDS) -> dict[tuple[Harm, str], list[str]]:
    """Messages to be answered, by harm and language; measured with, never trained on."""
    found: dict[tuple[Harm, str], list[str]] = {}
    key = (Harm.ATTACK, "")
    for line in (folder / "parents.txt").read_text("utf-8").splitlines():
        if line.startswith("==="):
            harm, name = (part.strip() for part in line.removeprefix("===").split("|"))
            key = (Harm(harm), LANGUAGES[name])
        elif line.strip():
            found.setdefault(key, []).append(line.strip())
    return found


def for_training(rows: Sequence[Row], seed: int = 7) -> list[Row]:
    """With what begins and ends a reply without changing it, and what takes nothing on under every harm."""
    random_ = random.Random(seed)
    found: list[Row] = []
    for row in rows:
        for share in (0.5, 0.25, 0.25):
            text = row.text if share == 0.5 else random_.choice(_BEGINNINGS) + row.text + random_.choice(_ENDS)
            found.append(replace(row, text=text, weight=row.weight * share))
    written = {(row.text, row.harm) for row in rows}
    for row in rows:
        if row.stance is Stance.OTHER:
            others = [harm for harm in HARMS if (row.text, harm) not in written]
            found += [replace(row, harm=harm, weight=ELSEWHERE * row.weight) for harm in others]
            written |= {(row.text, harm) for harm in others}
    return found


def ordinary(folder: Path = ORDINARY, most_chars: int = 60) -> list[Row]:
    """What people say all day, of our seeds for the risk model: it takes nothing on, whatever it follows. Every fifth family is held."""
    found: list[Row] = []
    for name in ORDINARY_FILES:
        for at, line in enumerate((folder / f"{name}.jsonl").read_text("utf-8").splitlines()):
            entry = json.loads(line)
            if entry["labels"] or entry.get("held") or len(entry["text"]) > most_chars:
                continue
            family = f"ordinary/{entry['family']}"
            held = zlib.crc32(family.encode()) % 5 == 0
            found.append(Row(entry["text"], HARMS[at % len(HARMS)], Stance.OTHER, entry["lang"], family, held))
    return found


def diasafety(folder: Path, part: str) -> list[Row]:
    """Replies of chatbots to insults and slurs (English), agreeing or not: DiaSafety's "Toxicity Agreement", a part of it."""
    entries = json.loads((folder / "diasafety" / "DiaSafety_dataset" / f"{part}.json").read_text("utf-8"))
    return [
        Row(
            entry["response"].strip(),
            Harm.ATTACK,
            Stance.ENDORSE if entry["label"] == "Unsafe" else Stance.OTHER,
            "en",
            f"diasafety-{at}",
            part != "train",
        )
        for at, entry in enumerate(entries)
        if entry["category"] == "Toxicity Agreement" and entry["response"].strip()
    ]


def _read(path: Path, language: str) -> Iterator[Row]:
    family, harms, stance, held = "", (), Stance.OTHER, False
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("==="):
            name, kinds, meant, *more = (part.strip() for part in line.removeprefix("===").split("|"))
            family, harms = f"{language}/{name}", tuple(map(Harm, kinds.split()))
            stance, held = Stance(meant), more == ["held"]
        elif line.strip():
            texts = variants(line.strip())
            for harm in harms:
                for text in texts:
                    yield Row(text, harm, stance, language, family, held, 1 / len(texts))


def variants(line: str, most: int = VARIANTS) -> list[str]:
    """What a line with choices, ``(a|b|)``, may say: itself where it has none, else ``most`` at most, always the same ones."""
    parts = [part.split("|") for part in _CHOICE.split(line)]
    if len(parts) == 1:
        return [line]
    random_ = random.Random(zlib.crc32(line.encode()))
    said = (" ".join("".join(random_.choice(part) for part in parts).split()) for _ in range(3 * most))
    return list(dict.fromkeys(text for text in said if text))[:most]
