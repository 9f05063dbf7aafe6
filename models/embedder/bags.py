"""Texts as bags of token ids, all in one flat array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

I64 = npt.NDArray[np.int64]
MOST_TOKENS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Bags:
    """Bag i holds ``ids[starts[i]:starts[i + 1]]``."""

    ids: I64
    starts: I64

    @classmethod
    def of(cls, tokenizer: Tokenizer, texts: Sequence[str], most: int = MOST_TOKENS) -> Bags:
        encoded = [one.ids[:most] for one in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in encoded], dtype=np.int64)])
        return cls(np.fromiter((i for one in encoded for i in one), np.int64, int(starts[-1])), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, chosen: I64) -> Bags:
        """The bags ``chosen``, in that order."""
        ids, starts = ragged(self.ids, self.starts, chosen)
        return Bags(ids, starts)


def ragged(values: I64, starts: I64, chosen: I64) -> tuple[I64, I64]:
    """The rows ``chosen`` of ragged ``values`` (row i from ``starts[i]``), flat again, and where each starts."""
    lengths = starts[chosen + 1] - starts[chosen]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    at = np.repeat(starts[chosen] - begins[:-1], lengths) + np.arange(begins[-1])
    return values[at], begins
