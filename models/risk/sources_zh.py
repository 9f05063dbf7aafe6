"""Chinese training sets: how each one's own labels become ours."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from models.risk.row import COMMERCE, LABELS, Row, clean, fingerprint


def table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a delimited file with a header, UTF-8."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def cold(root: Path) -> Iterator[Row]:
    """Offensive (against region, race or gender) or not. The set does not part hate from harassment: both heads learn from it."""
    for split in ("train", "dev"):
        for entry in table(root / f"cold/COLDataset/{split}.csv"):
            labels = clean(COMMERCE | {"hate", "harassment"})
            if entry["label"] == "1":
                labels |= {"hate": 1.0, "harassment": 1.0}
            else:
                labels |= clean({"threat", "sexual", "self_harm"})
            yield Row(entry["TEXT"], labels, "cold", "zh-Hans", dev=split == "dev")


def toxirewritecn(root: Path) -> Iterator[Row]:
    """The neutral rewrites of texts that stand in COLD train or dev: minimal pairs."""
    allowed = {
        fingerprint(entry["TEXT"]): split
        for split in ("dev", "train")
        for entry in table(root / f"cold/COLDataset/{split}.csv")
    }
    for entry in json.loads((root / "toxirewritecn/data/ToxiRewriteCN.json").read_text("utf-8")):
        split = allowed.get(fingerprint(entry["toxic"]))
        if split is not None:
            group = f"cold:{fingerprint(entry['toxic'])}"
            yield Row(
                entry["neutral"], clean({"hate", "harassment"}), "toxirewritecn", "zh-Hans", group, split == "dev"
            )


def swsr(root: Path) -> Iterator[Row]:
    """Sexist or not: hate; aimed at one person: harassment too. A comment without sexism may still insult, so that stays unknown."""
    for entry in table(root / "swsr/SWSR/SexComment.csv"):
        labels = clean(COMMERCE) | {"hate": float(entry["label"] == "1")}
        if entry["label"] == "1" and entry["target"] == "I":
            labels["harassment"] = 1.0
        yield Row(entry["comment_text"], labels, "swsr", "zh-Hans", f"swsr:{entry['weibo_id']}")


_OTHERS_AGGRESSION = {"他人攻击行为", "用户攻击行为"}
_UNRELATED = "与自杀/自伤/攻击行为无关"


def psyguard(root: Path) -> Iterator[Row]:
    """Any of the suicide and self-injury labels is self_harm; talk in distress without them is its hard negative."""
    for entry in json.loads((root / "psyguard/data/valid.json").read_text("utf-8")):
        names = set(entry["labels"])
        labels = clean(COMMERCE | {"sexual"}) | {"self_harm": float(bool(names - _OTHERS_AGGRESSION - {_UNRELATED}))}
        if names == {_UNRELATED}:
            labels |= clean({"threat", "violence", "hate", "harassment", "profanity"})
        yield Row(entry["text"], labels, "psyguard", "zh-Hans")


_VIOLENT = {"故意伤害他人", "宣扬恐怖主义、极端主义", "宣扬暴力", "抢劫"}
_PRIVATE = {"侵害他人隐私权", "侵害他人个人信息权益", "非法获取私人信息"}
_JADE = ("v1.0/jade_benchmark_zh", "v2.0/jade_benchmark_easy_zh", "v2.0/jade_benchmark_medium_zh")


def jade(root: Path) -> Iterator[Row]:
    """Requests for help with crimes: illicit (violence, privacy by the subclass). All are positives, so they weigh little."""
    for name in _JADE:
        for entry in table(root / f"jade/jade-db-{name}.csv"):
            kinds = {kind.strip() for kind in entry["违规子类"].split("|")}
            labels = clean({"gambling", "spam", "misleading", "injection"})
            if entry["违规类型"].strip() == "违法犯罪":
                labels["illicit"] = 1.0
            if kinds & _VIOLENT:
                labels["violence"] = 1.0
            if kinds & _PRIVATE:
                labels["privacy"] = 1.0
            yield Row(entry["问题"], labels, "jade", "zh-Hans", weight=0.3)


def ldnoobw_zh(root: Path) -> Iterator[Row]:
    """Terms of the sexual kind, and a few curses, named one by one nowhere: the list is taken as sexual or profane."""
    for term in (root / "ldnoobw/zh").read_text("utf-8").splitlines():
        if len(term.strip()) > 1:
            yield Row(
                term.strip(), clean(COMMERCE - {"illicit", "spam"}) | {"sexual": 1.0}, "ldnoobw", "zh-Hans", weight=0.3
            )


def everyday_zh(root: Path) -> Iterator[Row]:
    """The Chinese side of translated sentences and interface texts: ordinary language, clean of everything."""
    yield from _parallel(root, "zh", ("tatoeba", "matrix_react_sdk", "wekan", "gogs", "tldr"))


def everyday_en(root: Path) -> Iterator[Row]:
    """The English side of the same files."""
    yield from _parallel(root, "en", ("tatoeba", "matrix_react_sdk", "wekan"))


def _parallel(root: Path, side: str, names: tuple[str, ...]) -> Iterator[Row]:
    import gzip

    for name in names:
        with gzip.open(root / f"parallel-zh-en/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                entry = json.loads(line)
                lang = "en" if side == "en" else f"zh-{entry.get('script') or 'Hans'}"
                yield Row(entry[side], clean(set(LABELS)), "everyday", lang, f"everyday:{name}:{number}")
