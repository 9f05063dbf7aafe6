"""Makes ``tokenizer.json``: folding, cutting at the borders of scripts, and the likeliest words."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from models.embedder import charsmap


def folding() -> bytes:
    """The precompiled map of the normaliser."""
    return charsmap.compiled(charsmap.every_character())


def make(vocabulary: Sequence[tuple[str, float]], folding_map: bytes) -> Tokenizer:
    """A tokenizer whose ids are the places in ``vocabulary``; the first of these is what is unknown."""
    tokenizer = Tokenizer(Unigram(list(vocabulary), unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(folding_map)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.UnicodeScripts()]
    )
    return tokenizer
