"""A tiny transformer, made here and really loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.backends.sentence_embedder import SentenceEmbedder
from assistant.errors import ModelError

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "query",
    "passage",
    ":",
    "red",
    "blue",
    "今",
    "天",
    "好",
    "退",
    "款",
    ".",
]
TEXTS = ["red blue", "今天好", "退款 .", "", "blue " * 100]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(7)
    base, where = tmp_path_factory.mktemp("base"), tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=24, **special).save_pretrained(base)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=24,
        initializer_range=1.0,
    )
    BertModel(config).save_pretrained(base)
    SentenceTransformer(modules=[Transformer(str(base)), Pooling(16)], device="cpu").save(str(where))
    return where


def load(folder: Path, **options) -> SentenceEmbedder:
    return SentenceEmbedder.load(str(folder), local_files_only=True, **options)


def expected(folder: Path, texts: list[str], **options):
    """The model's own vectors, by the library alone."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu").encode(texts, **options)


def test_equals_the_library(folder):
    found = load(folder).encode(TEXTS)
    assert found.dtype == np.float32
    assert np.abs(found - expected(folder, TEXTS, normalize_embeddings=True)).max() < 1e-5
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max() < 1e-5


def test_vectors_can_keep_their_length(folder):
    found = load(folder, normalize=False).encode(TEXTS)
    assert np.abs(found - expected(folder, TEXTS)).max() < 1e-5


def test_prompts_go_before_questions_and_passages(folder):
    embedder = load(folder, prompts={"query": "query: ", "passage": "passage: "})
    asked, told = embedder.encode(["red"], query=True)[0], embedder.encode(["red"])[0]
    plain = load(folder).encode(["query: red", "passage: red", "red"])
    assert np.abs(asked - plain[0]).max() < 1e-5
    assert np.abs(told - plain[1]).max() < 1e-5
    assert np.abs(asked - plain[2]).max() > 1e-3


def test_truncation_keeps_the_first_dimensions(folder):
    embedder = load(folder, truncate=4)
    found = embedder.encode(TEXTS)
    assert embedder.dimensions == 4
    cut = expected(folder, TEXTS)[:, :4]
    assert np.abs(found - cut / np.linalg.norm(cut, axis=1, keepdims=True)).max() < 1e-5
    assert embedder.ref != load(folder).ref


def test_nothing_gives_nothing(folder):
    assert load(folder).encode([]).shape == (0, 16)


def test_half_a_surrogate_pair_is_read(folder):
    assert np.isfinite(load(folder).encode(["red \ud800"])).all()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"truncate": 17}, r"embedding\.truncate"),
        ({"truncate": 0}, r"embedding\.truncate"),
        ({"prompts": {"question": "q"}}, r"embedding\.prompts"),
    ],
)
def test_wrong_settings_are_explained(folder, options, named):
    with pytest.raises(ModelError, match=named):
        load(folder, **options)


def test_a_model_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(tmp_path / "nothing")


def test_weights_in_pickle_are_refused(folder, tmp_path):
    import torch
    from safetensors.torch import load_file

    pickled = Path(shutil.copytree(folder, tmp_path / "pickled"))
    (weights,) = pickled.rglob("model.safetensors")
    torch.save(load_file(weights), weights.with_name("pytorch_model.bin"))
    weights.unlink()
    with pytest.raises(ModelError, match="only safetensors"):
        load(pickled)


def test_code_of_the_model_is_not_run(folder, tmp_path):
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    (own / "trap.py").write_text("raise SystemExit('the code of the model was run')\n", "utf-8")
    modules = json.loads((own / "modules.json").read_text("utf-8"))
    modules.append({"idx": len(modules), "name": "trap", "path": "", "type": "trap.Trap"})
    (own / "modules.json").write_text(json.dumps(modules), "utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(own)
