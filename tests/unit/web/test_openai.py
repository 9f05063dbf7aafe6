import pytest

from assistant.errors import InvalidInput
from assistant.types import Label
from assistant.web.body import parse
from assistant.web.vendors.openai import CATEGORIES, EXTENSION, ModerationsRequest, result

THIRTEEN = {
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
}


def test_the_thirteen_categories_are_made_of_labels_that_exist():
    assert set(CATEGORIES) == THIRTEEN
    assert {label for labels in CATEGORIES.values() for label in labels} <= set(Label)


def test_scores_and_categories():
    native = {"flagged": True, "scores": {"hate": 0.9, "threat": 0.3, "spam": 0.99}, "findings": []}
    answer = result(native, ["hate", "spam"], has_text=True)
    assert answer["flagged"] is True
    assert {name for name, held in answer["categories"].items() if held} == {"hate"}
    scores = answer["category_scores"]
    assert (scores["hate"], scores["harassment/threatening"], scores["hate/threatening"]) == (0.9, 0.3, 0.3)
    assert set(scores) == set(answer["category_applied_input_types"]) == THIRTEEN
    assert answer[EXTENSION] is native


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'{"input": "a"}', ["a"]),
        (b'{"input": ["a", "b"], "model": "text-moderation-latest"}', ["a", "b"]),
        (b'{"input": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}', ["a\nb"]),
        (b'{"input": [{"type": "image_url", "image_url": {"url": "data:,"}}]}', [""]),
    ],
)
def test_every_kind_of_input(body, texts):
    assert parse(ModerationsRequest, body).texts() == texts


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"input": []}',
        b'{"input": 3}',
        b'{"input": [1]}',
        b'{"input": [{"type": "audio"}]}',
        b'{"input": "\\u0000"}',
    ],
)
def test_input_that_cannot_be_read(body):
    with pytest.raises(InvalidInput) as refused:
        parse(ModerationsRequest, body)
    assert (refused.value.field or "").startswith("input")
