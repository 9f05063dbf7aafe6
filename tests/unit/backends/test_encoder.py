"""The encoder in numpy is the model that torch fitted, and reads whatever it is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from assistant.backends.encoder import Encoder
from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.backends.encoder_weights import Dense, EncoderWeights
from assistant.errors import ModelError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "you", "are", "kind", "cruel", "pig", "face", "##s"]
TEXTS = ["you are kind", "you are cruel", "kind", "", "you pigs", "unknown words here", "you " * 30]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """A folder as ``store`` writes it, and what torch says of ``TEXTS`` with weights rounded as ``store`` rounds them."""
    import torch
    from transformers import BertConfig, BertModel

    from models.risk.encoder import store

    torch.manual_seed(2)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        max_position_embeddings=80, hidden_act="gelu_pytorch_tanh", initializer_range=0.4,
    )  # fmt: skip
    body, head = BertModel(config, add_pooling_layer=False).eval(), torch.nn.Linear(24, 14)
    start, out = tmp_path_factory.mktemp("start"), tmp_path_factory.mktemp("encoder")
    tokenizer = Tokenizer(models.WordPiece({w: n for n, w in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(start / "tokenizer.json"))
    body.save_pretrained(start)
    expected = []
    with torch.no_grad():
        for name, values in body.named_parameters():
            if values.ndim == 2 and "position" not in name and "token_type" not in name:
                rows, scale = store.rounded(values.numpy(), store.COARSE if "word" in name else store.STEPS)
                values.copy_(torch.tensor(rows * scale.astype(np.float32)[:, None]))
        for text in TEXTS:
            ids = torch.tensor([[2, *tokenizer.encode(text).ids, 3]])
            expected.append(head(body(ids).last_hidden_state.mean(1))[0].numpy())
    state = {f"body.{n}": v.numpy() for n, v in body.state_dict().items()}
    state |= {f"head.{n}": v.detach().numpy() for n, v in head.named_parameters()}
    store.write(state, start, out)
    return out, np.stack(expected)


def test_it_says_what_torch_says(made: tuple[Path, np.ndarray]) -> None:
    folder, expected = made
    found = Encoder.load(folder).logits(TEXTS)
    assert np.abs(found - expected).max() < 0.01 * expected.std()
    assert expected.std(axis=0).min() > 0.05, "a model that says the same of everything proves nothing"


def test_texts_together_score_as_each_alone(made: tuple[Path, np.ndarray]) -> None:
    encoder = Encoder.load(made[0])
    alone = np.concatenate([encoder.logits([text]) for text in TEXTS])
    assert np.allclose(encoder.logits(TEXTS), alone, atol=1e-4)


def test_the_same_text_is_read_once(made: tuple[Path, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Encoder.load(made[0])
    first = encoder.logits([*TEXTS, TEXTS[0]])
    assert np.array_equal(first[0], first[-1])
    first[:] = 0.0
    read: list[str] = []
    own = encoder.read
    monkeypatch.setattr(encoder, "read", lambda texts: read.extend(texts) or own(texts))
    again = encoder.logits([TEXTS[1], "a new one", TEXTS[0], "a new one"])
    assert read == ["a new one"]
    fresh = Encoder.load(made[0]).logits([TEXTS[1], "a new one", TEXTS[0], "a new one"])
    assert np.allclose(again, fresh, atol=1e-4)


def test_only_the_latest_are_remembered(made: tuple[Path, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.backends.encoder.REMEMBERED", 2)
    encoder = Encoder.load(made[0])
    encoder.logits(["one", "two"])
    encoder.logits(["one"])
    encoder.logits(["three"])
    read: list[str] = []
    own = encoder.read
    monkeypatch.setattr(encoder, "read", lambda texts: read.extend(texts) or own(texts))
    encoder.logits(["one", "three"])
    assert not read
    encoder.logits(["two"])
    assert read == ["two"]


def test_what_stands_far_back_is_read_too(made: tuple[Path, np.ndarray]) -> None:
    encoder = Encoder.load(made[0])
    calm = "you are kind " * (MOST_TOKENS // 2)
    found, turned = encoder.logits([calm, calm + "you are cruel"])
    assert not np.allclose(found, turned, atol=1e-3)


def test_half_a_surrogate_pair_is_read(made: tuple[Path, np.ndarray]) -> None:
    assert np.isfinite(Encoder.load(made[0]).logits(["you \ud800 are"])).all()


def upper_of(weights: EncoderWeights, path: Path, layers: int = 1, **changed: np.ndarray) -> Path:
    """A file of other outputs over the same layers, as training writes it."""
    from models.risk.encoder import store

    first = len(weights.layers) - layers
    arrays: dict[str, np.ndarray] = {
        "head": np.ones((1, 24), np.float32),
        "head.bias": np.zeros(1, np.float32),
        "below": np.frombuffer(weights.digest(first), np.uint8),
    }
    for number in range(first, len(weights.layers)):
        layer = weights.layers[number]
        for name in ("qkv", "out", "up", "down"):
            dense = getattr(layer, name)
            rows, scale = store.rounded(np.ascontiguousarray(dense.weight.T))
            arrays |= {f"{number}.{name}": rows, f"{number}.{name}.scale": scale, f"{number}.{name}.bias": dense.bias}
        arrays |= {f"{number}.norm1": layer.norm1, f"{number}.norm2": layer.norm2}
    np.savez_compressed(path, **(arrays | changed))
    return path


@pytest.mark.parametrize("layers", [1, 2])
def test_another_task_shares_words_and_lower_layers(made: tuple[Path, np.ndarray], tmp_path: Path, layers: int) -> None:
    below = EncoderWeights.load(made[0])
    above = below.under(upper_of(below, tmp_path / "claims.npz", layers))
    assert above.rows is below.rows
    assert above.layers[: 2 - layers] == below.layers[: 2 - layers]
    means = Encoder(replace(below, head=Dense(np.eye(24, dtype=np.float32), np.zeros(24, np.float32)))).logits(TEXTS)
    assert Encoder(above).logits(TEXTS)[:, 0] == pytest.approx(means.sum(axis=1), abs=0.02)


def test_layers_that_were_fitted_over_another_encoder_are_refused(
    made: tuple[Path, np.ndarray], tmp_path: Path
) -> None:
    below = EncoderWeights.load(made[0])
    file = upper_of(below, tmp_path / "claims.npz")
    other = replace(below, rows=np.roll(below.rows, 1))
    with pytest.raises(ModelError, match="another encoder"):
        other.under(file)
    with pytest.raises(ModelError, match="another encoder"):
        replace(below, layers=below.layers[:1]).under(file)
    file.write_bytes(file.read_bytes()[:400])
    with pytest.raises(ModelError, match=r"claims\.npz"):
        below.under(file)
    np.savez(file, below=np.zeros(16, np.uint8))
    with pytest.raises(ModelError, match=r"claims\.npz"):
        below.under(file)


def test_a_damaged_folder_is_named(made: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text((made[0] / "tokenizer.json").read_text("utf-8"), "utf-8")
    (tmp_path / "words.npz").write_bytes(b"no archive")
    with pytest.raises(ModelError, match=str(tmp_path)):
        Encoder.load(tmp_path)


def test_emoji_are_read_by_name() -> None:
    assert readable("you 🐷!") == "you  pig face !"
    assert readable("plain — text") == "plain — text"
