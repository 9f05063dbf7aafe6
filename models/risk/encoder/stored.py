"""A stored encoder as torch fits it further and reads many texts at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from transformers import BertConfig, BertModel

from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.backends.encoder_weights import F32, EncoderWeights, Layer
from assistant.text import Normalised


class StoredEncoder(torch.nn.Module):
    """Mean of the last layer's tokens, then one linear output per label, with the stored weights."""

    def __init__(self, weights: EncoderWeights) -> None:
        super().__init__()
        self.body = body_of(weights)
        self.head = torch.nn.Linear(*weights.head.weight.shape)
        self.head.load_state_dict(
            {"weight": torch.tensor(weights.head.weight.T), "bias": torch.tensor(weights.head.bias)}
        )
        self.drop = torch.nn.Dropout(0.1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask[:, :, None].to(states.dtype)
        return self.head(self.drop((states * weight).sum(1) / weight.sum(1)))


def tokenised(weights: EncoderWeights, texts: Sequence[str]) -> list[list[int]]:
    """The ids of each text as serving cuts it, its first ``MOST_TOKENS`` alone."""
    first, last = weights.ends
    folded = [readable(Normalised(text).leet.text) for text in texts]
    read = weights.tokenizer.encode_batch_fast(folded, add_special_tokens=False)
    return [[first, *one.ids[: MOST_TOKENS - 2], last] for one in read]


def body_of(weights: EncoderWeights) -> BertModel:
    """The stored body as ``transformers`` has it."""
    inner = weights.layers[0].up.bias.shape[0]
    config = BertConfig(
        vocab_size=len(weights.rows),
        hidden_size=weights.places.shape[1],
        num_hidden_layers=len(weights.layers),
        num_attention_heads=weights.heads,
        intermediate_size=inner,
        hidden_act="gelu_pytorch_tanh",
        max_position_embeddings=len(weights.places),
        type_vocab_size=1,
        attn_implementation="sdpa",
    )
    body = BertModel(config, add_pooling_layer=False)
    state: dict[str, F32] = {
        "embeddings.word_embeddings.weight": weights.rows * weights.scales[:, None],
        "embeddings.position_embeddings.weight": weights.places,
        "embeddings.token_type_embeddings.weight": np.zeros_like(weights.places[:1]),
        "embeddings.LayerNorm.weight": weights.norm[0],
        "embeddings.LayerNorm.bias": weights.norm[1],
    }
    for number, layer in enumerate(weights.layers):
        state |= {f"encoder.layer.{number}.{name}": value for name, value in _of_layer(layer).items()}
    body.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return body


def _of_layer(layer: Layer) -> dict[str, F32]:
    found: dict[str, F32] = {}
    parts = zip(
        ("query", "key", "value"),
        np.split(layer.qkv.weight.T, 3),
        np.split(layer.qkv.bias, 3),
        strict=True,
    )
    for name, weight, bias in parts:
        found |= {f"attention.self.{name}.weight": weight, f"attention.self.{name}.bias": bias}
    for name, dense in (
        ("attention.output.dense", layer.out),
        ("intermediate.dense", layer.up),
        ("output.dense", layer.down),
    ):
        found |= {f"{name}.weight": dense.weight.T, f"{name}.bias": dense.bias}
    for name, norm in (("attention.output.LayerNorm", layer.norm1), ("output.LayerNorm", layer.norm2)):
        found |= {f"{name}.weight": norm[0], f"{name}.bias": norm[1]}
    return found
