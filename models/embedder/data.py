"""Reads the training texts: aligned sentences, dictionary entries, English sentences. Absent sets are named, never passed over in silence.

``python -m models.embedder.data [--data-dir ../shared/datasets]`` prints the counts.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from models.embedder.overlap import Overlap, fingerprint

HERE = Path(__file__).parent
DEFAULT_DATA = HERE.parents[1] / "../shared/datasets"
PARALLEL_LICENCES = "Apache-2.0, MIT, CC BY 2.0 FR, CC BY 4.0"
_ENTRY = re.compile(r"^(\S+) (\S+) \[[^\]]*\] /(.+)/$")
_REFERENCE = re.compile(r"\S+\|(\S+?)\[[^\]]*\]|(\S+?)\[[^\]]*\]")
_NOTES = re.compile(
    r"^(CL:|old variant of|variant of|surname |erhua variant|used in |see |Taiwan pr\.|also pr\.|pr\. )"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in both languages; ``source`` is the project that it comes from."""

    zh: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """``glosses`` maps a word in both scripts, (Traditional, Simplified), to its senses in English, the usual sense first."""

    pairs: list[Pair] = field(default_factory=list)
    glosses: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    english: list[str] = field(default_factory=list)


def parallel(root: Path) -> Iterator[Pair]:
    """Aligned sentences of eleven open projects and Tatoeba.

    Raises:
        FileNotFoundError: there are none.
    """
    files = sorted((root / "parallel-zh-en").glob("*.jsonl.gz"))
    if not files:
        raise FileNotFoundError(root / "parallel-zh-en")
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield Pair(row["zh"], row["en"], row["src"])


def dictionary(root: Path) -> dict[tuple[str, str], list[str]]:
    """CC-CEDICT's entries; senses of homographs are put together."""
    found: dict[tuple[str, str], list[str]] = {}
    with gzip.open(root / "cedict/cedict_1_0_ts_utf-8_mdbg.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = _ENTRY.match(line.strip())
            if entry is None:
                continue
            senses = [sense for part in entry[3].split("/") if (sense := _sense(part))]
            if senses:
                known = found.setdefault((entry[1], entry[2]), [])
                known += [sense for sense in senses if sense not in known]
    return found


def _sense(gloss: str) -> str:
    """A gloss without references, remarks in brackets (unless it is nothing else) and measure words; empty where nothing is left."""
    if _NOTES.match(gloss):
        return ""
    said = _REFERENCE.sub("", gloss)
    bare = " ".join(re.sub(r"\([^()]*\)", " ", said).split()) or said.strip(" ()")
    return bare.strip(" ;,")


def intents(root: Path) -> Iterator[str]:
    """CLINC150's training questions."""
    content = json.loads((root / "clinc150/data/data_full.json").read_text("utf-8"))
    for text, _ in content["train"]:
        yield text


def held_out(root: Path) -> Iterator[str]:
    """Texts that any evaluation of similarity, of retrieval or of abstention uses."""
    for path in sorted(root.glob("laser_tatoeba_test/data/tatoeba/v1/*")):
        yield from path.read_text("utf-8").splitlines()
    for path in sorted(root.glob("faq/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield row["q"]
            yield from row["a"].splitlines()
    for path in root.glob("clinc150/data/data_full.json"):
        content = json.loads(path.read_text("utf-8"))
        yield from (text for part in ("val", "oos_val") for text, _ in content[part])
    for path in sorted(root.glob("few_shot_intent/Datasets/**/seq.in")):
        yield from path.read_text("utf-8").splitlines()
    yield from _pairs_held_out(root)


def _pairs_held_out(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("csts_zh/*/*.txt")):
        for line in path.read_text("utf-8").splitlines():
            yield from line.split("\t")[:2]
    for pattern in ("nlp_datasets_zh_match/BQ_corpus/*.csv", "stsb_multi_mt/data/*.csv"):
        for path in sorted(root.glob(pattern)):
            with path.open(encoding="utf-8-sig", newline="") as lines:
                for row in csv.reader(lines):
                    yield from row[:2]
    for path in root.glob("dtc_faq_ground_truth/cohorts/2025/03-evaluation/search_evaluation/ground-truth-data.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            yield from (row["question"] for row in csv.DictReader(lines))


def gather(root: Path, console: Console) -> Corpus:
    """Everything that can be had, less what evaluation uses; prints what there is, what is dropped and what is absent."""
    overlap = Overlap(held_out(root))
    report = Table("source", "licence", "rows", "dropped, as evaluation has them or nearly", title="training data")
    pairs = _read(console, "parallel-zh-en", lambda: list(parallel(root)))
    entries = _read(console, "cedict", lambda: list(dictionary(root).items()))
    english = _read(console, "clinc150", lambda: list(intents(root)))
    kept_pairs = [pair for pair in unique_pairs(pairs) if not (overlap.near(pair.zh) or overlap.near(pair.en))]
    kept_english = [text for text in dict.fromkeys(english) if not overlap.near(text)]
    report.add_row(
        "parallel-zh-en", PARALLEL_LICENCES, str(len(kept_pairs)), str(len(unique_pairs(pairs)) - len(kept_pairs))
    )
    report.add_row("cedict", "CC BY-SA 4.0", str(len(entries)), "0")
    report.add_row(
        "clinc150", "CC BY 3.0", str(len(kept_english)), str(len(dict.fromkeys(english)) - len(kept_english))
    )
    console.print(report)
    return Corpus(kept_pairs, dict(entries), kept_english)


def _read(console: Console, name: str, read: Callable[[], list[Any]]) -> list[Any]:
    try:
        return read()
    except FileNotFoundError as reason:
        console.print(f"[yellow]{name} is absent[/] ({reason})")
        return []


def unique_pairs(pairs: Iterable[Pair]) -> list[Pair]:
    """Without repeats, whatever their script, case and punctuation, and without pairs of which one side says nothing."""
    found: dict[tuple[str, str], Pair] = {}
    for pair in pairs:
        key = fingerprint(pair.zh), fingerprint(pair.en)
        if all(key):
            found.setdefault(key, pair)
    return list(found.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    gather(parser.parse_args().data_dir, Console())
