"""A tiny random model, made here and really loaded."""

import json
from pathlib import Path

import pytest

from assistant.backends.label_map import LabelMap
from assistant.backends.sequence_classifier import SequenceClassifier
from assistant.errors import ModelError
from assistant.text import Normalised

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "are", "kind", "awful", "今", "天", "好", "坏", "."]
NAMES = ("neutral", "toxic", "insult")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("tiny"), "single_label_classification")


def make(where: Path, problem: str) -> Path:
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(7)
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = BertNormalizer(), BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing("[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=24,
    ).save_pretrained(where)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=24,
        num_labels=len(NAMES),
        id2label=dict(enumerate(NAMES)),
        problem_type=problem,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(where)
    return where


@pytest.fixture
def label_map(tmp_path: Path) -> Path:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps({"neutral": None, "toxic": "harassment", "insult": "harassment"}))
    return path


@pytest.fixture
def classifier(folder: Path, label_map: Path) -> SequenceClassifier:
    return SequenceClassifier.load(str(folder), None, label_map, True)


def expected(folder: Path, text: str) -> list[float]:
    """The model's own probabilities, by the library alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt")
    with torch.no_grad():
        logits = AutoModelForSequenceClassification.from_pretrained(folder)(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).logits[0]
    multi = json.loads((folder / "config.json").read_text())["problem_type"] == "multi_label_classification"
    return (logits.sigmoid() if multi else logits.softmax(-1)).tolist()


def test_labels_that_share_a_target_add_up(folder: Path, classifier: SequenceClassifier) -> None:
    _, toxic, insult = expected(folder, "you are awful")
    (scores,) = classifier.classify([Normalised("you are awful")])
    assert scores == {"harassment": pytest.approx(toxic + insult, abs=1e-5)}


def test_multi_label_models_take_the_highest(tmp_path: Path, label_map: Path) -> None:
    where = make(tmp_path / "multi", "multi_label_classification")
    _, toxic, insult = expected(where, "you are awful")
    (scores,) = SequenceClassifier.load(str(where), None, label_map, True).classify([Normalised("you are awful")])
    assert scores["harassment"] == pytest.approx(max(toxic, insult), abs=1e-5)


def test_a_batch_answers_as_single_calls_do(classifier: SequenceClassifier) -> None:
    texts = [Normalised(text) for text in ("you are kind", "今天好", "you are awful . " * 30, "坏")]
    batch = classifier.classify(texts)
    singles = [classifier.classify([text])[0] for text in texts]
    assert [one["harassment"] for one in batch] == pytest.approx([one["harassment"] for one in singles], abs=1e-4)


def test_the_end_of_a_long_text_counts(classifier: SequenceClassifier) -> None:
    """The only place where the two differ lies far beyond one window."""
    same = "kind " * 60
    first, second = classifier.classify([Normalised(same + "kind"), Normalised(same + "awful " * 20)])
    assert first["harassment"] != pytest.approx(second["harassment"], abs=1e-4)


def test_evidence_lies_inside_the_text(classifier: SequenceClassifier) -> None:
    text = Normalised("you are 坏 awful , kind")
    spans = classifier.evidence(text, "harassment")
    assert spans
    assert all(0 <= start < end <= len(text.original) for start, end in spans)
    assert classifier.evidence(Normalised(""), "harassment") == []


def test_the_reference_names_what_is_uncalibrated(classifier: SequenceClassifier, folder: Path) -> None:
    assert classifier.ref.id == str(folder)
    assert classifier.ref.uncalibrated == ("harassment",)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"neutral": null, "toxic": "harassment"}', "insult"),
        ('{"neutral": null, "toxic": "rude", "insult": "harassment"}', "rude"),
        ("not json", "cannot be read"),
        ('["toxic"]', "JSON object"),
        ('{"neutral": null, "toxic": null, "insult": null}', "none of the model's labels"),
    ],
)
def test_a_wrong_label_map_is_explained(folder: Path, tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "map.json"
    path.write_text(content)
    with pytest.raises(ModelError, match=named):
        SequenceClassifier.load(str(folder), None, path, True)


def test_a_model_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        SequenceClassifier.load(str(tmp_path / "nothing"), None, None, True)


def test_weights_in_pickle_are_refused(folder: Path, tmp_path: Path, label_map: Path) -> None:
    import shutil

    import torch
    from safetensors.torch import load_file

    pickled = tmp_path / "pickled"
    shutil.copytree(folder, pickled)
    torch.save(load_file(pickled / "model.safetensors"), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot be loaded"):
        SequenceClassifier.load(str(pickled), None, label_map, True)


def test_names_that_are_ours_need_no_map() -> None:
    assert LabelMap.read(["Hate", "ok", "spam"], None).ours == ("hate", "spam")
