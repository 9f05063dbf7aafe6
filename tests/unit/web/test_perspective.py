import pytest

from assistant.errors import InvalidInput
from assistant.web.body import parse
from assistant.web.problem import PerspectiveError
from assistant.web.vendors.perspective import AnalyzeRequest, SuggestRequest, attribute_scores, choose_languages

NATIVE = {
    "scores": {"harassment": 0.7, "threat": 0.2, "hate": 0.1, "profanity": 0.9},
    "findings": [
        {"label": "profanity", "score": 0.9, "start": 1, "end": 3, "start_utf16": 2, "end_utf16": 4, "field": "text"},
        {"label": "harassment", "score": 0.7, "start": 4, "end": 5, "start_utf16": 5, "end_utf16": 6, "field": "text"},
        {
            "label": "profanity",
            "score": 0.8,
            "start": 0,
            "end": 2,
            "start_utf16": 0,
            "end_utf16": 2,
            "field": "group_name",
        },
    ],
}


def analyze(**fields):
    return AnalyzeRequest.model_validate(
        {"comment": {"text": "😀ab cd"}, "requestedAttributes": {"TOXICITY": {}}, **fields}
    )


def test_an_attribute_takes_the_highest_of_its_labels_and_spans_count_utf16():
    scores = attribute_scores(analyze(spanAnnotations=True), NATIVE, "😀ab cd")["TOXICITY"]
    assert scores["summaryScore"] == {"value": 0.9, "type": "PROBABILITY"}
    assert [(span["begin"], span["end"], span["score"]["value"]) for span in scores["spanScores"]] == [
        (2, 4, 0.9),
        (5, 6, 0.7),
    ]


def test_without_annotations_the_one_span_is_the_whole_comment():
    spans = attribute_scores(analyze(), NATIVE, "😀ab cd")["TOXICITY"]["spanScores"]
    assert [(span["begin"], span["end"]) for span in spans] == [(0, 7)]


def test_a_threshold_hides_lower_scores():
    asked = analyze(requestedAttributes={"THREAT": {"scoreThreshold": 0.5}, "INSULT": {"scoreThreshold": 0.5}})
    assert list(attribute_scores(asked, NATIVE, "😀ab cd")) == ["INSULT"]


def test_experimental_twins_mean_the_same():
    asked = analyze(requestedAttributes={"INSULT_EXPERIMENTAL": {}})
    asked.check_attributes()
    assert attribute_scores(asked, NATIVE, "x")["INSULT_EXPERIMENTAL"]["summaryScore"]["value"] == 0.7


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"requestedAttributes": {"FLIRTATION": {}}}, "Unknown requested attribute: FLIRTATION"),
        ({"requestedAttributes": {}}, "Missing requested_attributes."),
        (
            {"requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}},
            "Requested score type RAW is not supported by attribute TOXICITY",
        ),
    ],
)
def test_attributes_that_we_lack_are_errors(fields, sentence):
    with pytest.raises(PerspectiveError) as refused:
        analyze(**fields).check_attributes()
    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"comment": {"text": " "}}, "COMMENT_EMPTY"),
        ({"comment": None}, "COMMENT_EMPTY"),
        ({"comment": {"text": "x" * 11}}, "COMMENT_TOO_LONG"),
        ({"comment": {"text": "x", "type": "HTML"}}, "ERROR_TYPE_UNSPECIFIED"),
        ({"context": {"entries": [], "articleAndParentComment": {}}}, "ERROR_TYPE_UNSPECIFIED"),
    ],
)
def test_comments_that_cannot_be_read(fields, kind):
    with pytest.raises(PerspectiveError) as refused:
        analyze(**fields).text(10)
    assert refused.value.details[0]["errorType"] == kind


def test_snake_case_is_read_as_in_every_proto3_service():
    body = b'{"comment":{"text":"x"},"requested_attributes":{"TOXICITY":{"score_threshold":0.5}},"do_not_store":true}'
    asked = parse(AnalyzeRequest, body)
    assert asked.do_not_store
    assert asked.requested_attributes["TOXICITY"].score_threshold == 0.5


@pytest.mark.parametrize(
    "body",
    [
        b'{"comment":{"text":"x"},"languages":null,"requestedAttributes":{"TOXICITY":null}}',
        b'{"comment":{"text":"x","type":null},"requested_attributes":{"TOXICITY":{"scoreType":null}},"doNotStore":null}',
        b'{"comment":{"text":"x"},"context":{"entries":null},"requestedAttributes":{"TOXICITY":{}},"span_annotations":null}',
    ],
)
def test_null_is_what_is_not_given(body):
    asked = parse(AnalyzeRequest, body)
    asked.check_attributes()
    assert (asked.text(10), asked.languages, asked.do_not_store, asked.span_annotations) == ("x", [], False, False)
    assert list(asked.requested_attributes) == ["TOXICITY"]


def test_null_is_neither_a_comment_nor_a_score_nor_a_field():
    with pytest.raises(PerspectiveError):
        parse(AnalyzeRequest, b'{"comment":{"text":null},"requestedAttributes":{"TOXICITY":{}}}').text(10)
    with pytest.raises(PerspectiveError):
        parse(AnalyzeRequest, b'{"comment":{"text":"x"},"requestedAttributes":null}').check_attributes()
    for scores in (b"null", b'{"TOXICITY":null}', b'{"TOXICITY":{"summaryScore":null,"spanScores":null}}'):
        with pytest.raises(PerspectiveError):
            parse(SuggestRequest, b'{"comment":{"text":"x"},"attributeScores":' + scores + b"}").suggested()
    with pytest.raises(InvalidInput):
        parse(AnalyzeRequest, b'{"comment":{"text":"x"},"colour":null}')


def test_unknown_fields_and_nan_are_refused():
    with pytest.raises(InvalidInput) as refused:
        parse(AnalyzeRequest, b'{"comment":{"text":"x","colour":1}}')
    assert refused.value.field == "comment.colour"
    with pytest.raises(InvalidInput):
        parse(AnalyzeRequest, b'{"requestedAttributes":{"TOXICITY":{"scoreThreshold":NaN}}}')


@pytest.mark.parametrize(
    ("text", "requested", "detected", "answer"),
    [
        ("hello there", [], "en", ["en"]),
        ("你好", [], "zh-Hant", ["zh"]),
        ("yo hamburger", [], "tr", ["en"]),
        ("😀 123", [], "und", ["en"]),
        ("yo hamburger", ["en"], "tr", ["en"]),
        ("你好", ["zh-TW", "en"], "zh-Hant", ["zh"]),
    ],
)
def test_languages(text, requested, detected, answer):
    assert choose_languages(text, requested, detected, ["TOXICITY"]) == answer


@pytest.mark.parametrize(
    ("text", "requested", "detected"),
    [("これはペンです", [], "ja"), ("ein langer Satz auf Deutsch, wirklich", [], "de"), ("hello", ["fr"], "en")],
)
def test_other_languages_are_refused_as_perspective_refuses_them(text, requested, detected):
    with pytest.raises(PerspectiveError) as refused:
        choose_languages(text, requested, detected, ["INSULT"])
    [detail] = refused.value.details
    assert detail["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert detail["languageNotSupportedByAttributeError"] == {"detectedLanguages": [detected], "attribute": "INSULT"}


@pytest.mark.parametrize(
    "scores", [{}, {"TOXICITY": {}}, {"TOXICITY": {"summaryScore": {"value": 2}}}, {"FLIRTATION": {}}]
)
def test_suggestions_that_say_nothing_are_refused(scores):
    with pytest.raises(PerspectiveError):
        SuggestRequest.model_validate({"attributeScores": scores}).suggested()
