"""The shipped embedder: the same vectors as sentence-transformers reads from the same files, whatever the script."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.backends.shipped import shipped
from assistant.backends.static_embedder import NAME, TOKENS_AT_ONCE, StaticEmbedder
from assistant.errors import ModelError

FOLDER = shipped(NAME)
ODD = [
    "",
    " ",
    "\u200b",
    "\ud800",
    "\ufffd\ufffd",
    "❤️🔥👨‍👩‍👧",
    "ｅｍａｉｌ：ＡＢＣ１２３",
    "cafe\u0301 CAFÉ",
    "ㄅㄆㄇ 한국어 русский العربية",
    "a" * 3_000,
    "退款多久到账？" * 1_000,
    "C++ 3.5 %(count)s <b>x</b> https://example.org/a?b=c",
    "\0\1\2",
    "𠮷野家𡃁仔",
    "\r\n\t",
]
SENTENCES = [
    text
    for path in (
        Path("eval/sample/moderation.jsonl"),
        Path("eval/sample/clean_twins.jsonl"),
        Path("eval/twins/traditional.jsonl"),
    )
    for line in path.read_text("utf-8").splitlines()
    for field, text in json.loads(line).items()
    if field == "text"
][:600]


@cache
def embedder() -> StaticEmbedder:
    return StaticEmbedder.load()


@cache
def theirs():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(FOLDER), device="cpu", local_files_only=True)


def encoded(texts, **options):
    return theirs().encode(texts, convert_to_numpy=True, show_progress_bar=False, **options)


def test_there_are_texts_of_both_scripts_and_english():
    assert len(SENTENCES) >= 300


def test_equals_sentence_transformers():
    texts = SENTENCES + [text for text in ODD if text != "\ud800"]
    assert np.abs(embedder().encode(texts) - encoded(texts)).max() < 1e-5


@pytest.mark.parametrize("dimensions", [64, 128, 256])
def test_truncation_equals_sentence_transformers(dimensions):
    ours = StaticEmbedder.load(truncate=dimensions).encode(SENTENCES)
    assert ours.shape == (len(SENTENCES), dimensions)
    assert np.abs(ours - encoded(SENTENCES, truncate_dim=dimensions, normalize_embeddings=True)).max() < 1e-5


def test_rows_have_length_one_or_nothing():
    lengths = np.linalg.norm(embedder().encode(SENTENCES + ODD), axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))
    assert lengths[: len(SENTENCES)].min() > 0
    assert not embedder().encode(["", "\u200b", " "]).any()
    assert embedder().encode([]).shape == (0, embedder().dimensions)


def test_a_batch_gives_what_single_calls_give():
    texts = SENTENCES[:50] + ODD
    batch = embedder().encode(texts)
    singles = np.concatenate([embedder().encode([text]) for text in texts])
    assert np.abs(batch - singles).max() < 1e-5


def test_a_text_longer_than_one_turn_is_read_whole():
    start = "退款 " * TOKENS_AT_ONCE
    plain, other = embedder().encode([start, start + "苹果手机" * TOKENS_AT_ONCE])
    assert plain @ other < 0.95


@cache
def changed() -> list[str]:
    """Every Traditional character that OpenCC's table turns into another."""
    convert = opencc.OpenCC("t2s").convert  # a converter takes a while to make
    return [c for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000)) if convert(c := chr(code)) != c]


@cache
def simplifying():
    return [opencc.OpenCC(table) for table in ("t2s", "tw2s", "hk2s")]


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_both_scripts_give_one_vector(data):
    text = "".join(data.draw(st.lists(st.sampled_from(changed()), min_size=1, max_size=12)))
    one, *others = embedder().encode([text, *(table.convert(text) for table in simplifying())])
    assert max(np.abs(one - other).max() for other in others) < 1e-6


@pytest.mark.parametrize("table", ["s2t", "s2tw", "s2hk"])
def test_sentences_turned_traditional_keep_their_vector(table):
    converter = opencc.OpenCC(table)
    turned = [converter.convert(text) for text in SENTENCES]
    assert sum(a != b for a, b in zip(SENTENCES, turned, strict=True)) > 100
    assert np.abs(embedder().encode(SENTENCES) - embedder().encode(turned)).max() < 1e-5


def test_every_character_of_the_table_folds_alone():
    convert = opencc.OpenCC("t2s").convert
    one, other = embedder().encode(changed()), embedder().encode([convert(c) for c in changed()])
    assert np.abs(one - other).max() < 1e-6


def test_case_and_width_do_not_count():
    one, other = embedder().encode(["Refund POLICY 123 café", "ｒｅｆｕｎｄ policy １２３ CAFÉ"])
    assert np.abs(one - other).max() < 1e-6


def test_many_threads_give_what_one_gives():
    whole = embedder().encode(SENTENCES)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: embedder().encode(SENTENCES), range(24)):
            assert np.array_equal(found, whole)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("怎么退款", "如何申请退货退款？", "今天天气怎么样"),
        ("怎么退款", "How do I get a refund?", "How do I change my password?"),
        ("how can i reset my password", "忘记密码怎么办", "运费多少钱"),
        ("發票什麼時候開", "When will I get the invoice?", "Where is the nearest station?"),
    ],
)
def test_questions_find_their_answer_across_words_and_languages(question, right, wrong):
    asked, good, bad = embedder().encode([question, right, wrong])
    assert asked @ good > asked @ bad + 0.1


def test_no_torch_and_a_quick_start():
    code = (
        "import sys, time; from assistant.backends.static_embedder import StaticEmbedder; s = time.process_time(); "
        "StaticEmbedder.load().encode(['a']); print(time.process_time() - s, 'torch' in sys.modules)"
    )
    seconds, torch = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert torch == "False"
    assert float(seconds) < 1.0  # 0.3 on a machine that has nothing else to do


def test_the_reference_changes_with_the_dimensions():
    assert embedder().ref.id == "embedder-static"
    assert embedder().ref != StaticEmbedder.load(truncate=64).ref
    assert embedder().ref == StaticEmbedder.load().ref


@pytest.mark.parametrize("truncate", [0, -1, 100_000])
def test_too_many_dimensions_are_refused(truncate):
    with pytest.raises(ModelError, match=r"embedding\.truncate"):
        StaticEmbedder.load(truncate=truncate)


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "copy"))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "modules.json"])
def test_damaged_files_are_explained(copy, name):
    (broken,) = copy.rglob(name)
    broken.write_bytes(broken.read_bytes()[:100])
    with pytest.raises(ModelError, match="embedder in"):
        StaticEmbedder.load(copy)
    broken.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        StaticEmbedder.load(copy)


def test_other_kinds_of_model_are_refused(copy):
    modules = json.loads((copy / "modules.json").read_text("utf-8"))
    modules[0]["type"] = "sentence_transformers.models.Transformer"
    (copy / "modules.json").write_text(json.dumps(modules), "utf-8")
    with pytest.raises(ModelError, match="no static embedder"):
        StaticEmbedder.load(copy)


def test_plain_float_models_are_read_too(tmp_path):
    """As sentence-transformers saves a static model of its own."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "red": 1, "blue": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    rows = np.arange(12, dtype=np.float32).reshape(3, 4) + 1
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=rows)], device="cpu").save(str(tmp_path))
    found = StaticEmbedder.load(tmp_path)
    expected = rows[1] + rows[2]
    assert np.allclose(found.encode(["red blue"]), expected / np.linalg.norm(expected))
    assert found.ref.id == str(tmp_path)
