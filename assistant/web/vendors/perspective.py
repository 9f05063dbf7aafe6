"""Google's Perspective API (Comment Analyzer v1alpha1): its requests, its language rules and its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from assistant.usecases.perspective import ATTRIBUTES, attribute_score
from assistant.usecases.request import Text
from assistant.web.problem import PerspectiveError

_SHORT = 20
"""Texts under so many characters are not refused for their language where they are written in Latin or Han letters."""


class _Camel(BaseModel):
    """Field names in camelCase or snake_case, and null for what is not given, as proto3's JSON mapping takes them."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        fields = {one for name, field in cls.model_fields.items() for one in (name, field.alias)}
        return {name: value for name, value in given.items() if value is not None or name not in fields}


class TextEntry(_Camel):
    text: Text = ""
    type: str | None = Field(None, examples=["PLAIN_TEXT"])


class ArticleAndParentComment(_Camel):
    article: TextEntry | None = None
    parent_comment: TextEntry | None = None


class Context(_Camel):
    entries: list[TextEntry] | None = Field(None, max_length=200)
    article_and_parent_comment: ArticleAndParentComment | None = None

    def texts(self) -> list[str]:
        """The context's texts, oldest first."""
        both = self.article_and_parent_comment
        entries = [both.article, both.parent_comment] if both else list(self.entries or [])
        return [entry.text for entry in entries if entry and entry.text.strip()]


class AttributeParameters(_Camel):
    score_type: str | None = None
    score_threshold: float | None = None


class Score(_Camel):
    value: float
    type: str | None = None


class SpanScore(_Camel):
    begin: int | None = None
    end: int | None = None
    score: Score | None = None


class AttributeScores(_Camel):
    summary_score: Score | None = None
    span_scores: list[SpanScore] | None = Field(None, max_length=1_000)


class _Comment(_Camel):
    comment: TextEntry | None = None
    context: Context | None = None
    languages: list[str] = Field(default=[], max_length=20)
    client_token: Text | None = Field(None, max_length=1_000)
    session_id: Text | None = Field(None, max_length=200)
    community_id: Text | None = Field(None, max_length=200)

    def text(self, limit: int) -> str:
        """The comment; PerspectiveError where it is missing, not plain, or over ``limit`` characters."""
        entry = self.comment
        if entry is None or not entry.text.strip():
            raise PerspectiveError("Comment must be non-empty.", "COMMENT_EMPTY", field="comment.text")
        if entry.type not in (None, "PLAIN_TEXT", "TEXT_TYPE_UNSPECIFIED"):
            raise _wrong("Currently, only 'PLAIN_TEXT' comments are supported.", "comment.type")
        if len(entry.text) > limit:
            sentence = f"Comment text was too long. Value ({len(entry.text)}) exceeded limit ({limit})."
            raise PerspectiveError(sentence, "COMMENT_TOO_LONG", field="comment.text")
        if self.context and self.context.entries is not None and self.context.article_and_parent_comment is not None:
            raise _wrong("Context can have either entries or article_and_parent_comment, but not both.", "context")
        return entry.text


def _empty_for_null(value: Any) -> Any:
    return {} if value is None else value


class AnalyzeRequest(_Comment):
    requested_attributes: dict[str, Annotated[AttributeParameters, BeforeValidator(_empty_for_null)]] = Field(
        default={}, max_length=50
    )
    do_not_store: bool = False
    span_annotations: bool = False

    def check_attributes(self) -> None:
        """PerspectiveError for none, for one that we do not have, and for another score than a probability."""
        if not self.requested_attributes:
            raise _wrong("Missing requested_attributes.", "requestedAttributes")
        for name, parameters in self.requested_attributes.items():
            if known(name) not in ATTRIBUTES:
                sentence = f"Unknown requested attribute: {name[:100]}"
                raise _wrong(sentence, f"requestedAttributes.{name[:100]}")
            if parameters.score_type not in (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"):
                sentence = f"Requested score type {parameters.score_type[:50]} is not supported by attribute {name}"
                raise _wrong(sentence, f"requestedAttributes.{name}.scoreType")


class SuggestRequest(_Comment):
    attribute_scores: dict[str, Annotated[AttributeScores, BeforeValidator(_empty_for_null)]] = Field(
        default={}, max_length=50
    )

    def suggested(self) -> dict[str, float]:
        """Attribute to suggested probability; PerspectiveError for none, an unknown attribute, or a value outside [0, 1]."""
        if not self.attribute_scores:
            raise _wrong("Missing attribute_scores.", "attributeScores")
        found: dict[str, float] = {}
        for name, scores in self.attribute_scores.items():
            if known(name) not in ATTRIBUTES:
                raise _wrong(f"Unknown attribute: {name[:100]}", f"attributeScores.{name[:100]}")
            if scores.summary_score is None or not 0 <= scores.summary_score.value <= 1:
                sentence = f"Attribute {name} needs a summary score between 0 and 1."
                raise _wrong(sentence, f"attributeScores.{name}.summaryScore")
            found[name] = scores.summary_score.value
        return found


def known(attribute: str) -> str:
    """The attribute behind an experimental twin (``THREAT_EXPERIMENTAL``); any other name as it is."""
    return attribute.removesuffix("_EXPERIMENTAL")


def choose_languages(text: str, requested: Sequence[str], detected: str, attributes: Sequence[str]) -> list[str]:
    """``detectedLanguages`` of the answer.

    PerspectiveError (LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE) where neither Chinese nor English was asked for, or nothing was asked for and
    the text is in another language, unless it is too short to tell and written in Latin or Han letters.
    """
    short = detected.split("-", maxsplit=1)[0]
    if requested:
        wrong = [language for language in requested if language.split("-")[0].lower() not in ("zh", "en")]
        if wrong:
            raise _unsupported(attributes, wrong, [short])
        return [short if short in ("zh", "en") else requested[0]]
    if short in ("zh", "en"):
        return [short]
    letters = [character for character in text if character.isalpha()]
    if not letters or (len(text) < _SHORT and all(_latin_or_han(character) for character in letters)):
        return ["zh" if any(_han(character) for character in letters) else "en"]
    raise _unsupported(attributes, [short], [short])


def attribute_scores(request: AnalyzeRequest, native: Mapping[str, Any], text: str) -> dict[str, Any]:
    """``attributeScores`` of the answer; an attribute whose score lies below its threshold is left out."""
    answer = {}
    for name, parameters in request.requested_attributes.items():
        labels = ATTRIBUTES[known(name)]
        value = attribute_score(known(name), native["scores"])
        if value < (parameters.score_threshold or 0.0):
            continue
        spans = _spans(native, labels, parameters.score_threshold or 0.0) if request.span_annotations else []
        whole = {"begin": 0, "end": utf16_length(text), "score": _probability(value)}
        answer[name] = {"spanScores": spans or [whole], "summaryScore": _probability(value)}
    return answer


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _spans(native: Mapping[str, Any], labels: tuple[str, ...], least: float) -> list[dict[str, Any]]:
    best: dict[tuple[int, int], float] = {}
    for finding in native["findings"]:
        if finding["label"] in labels and finding["score"] >= least and finding.get("field", "text") == "text":
            span = (finding["start_utf16"], finding["end_utf16"])
            best[span] = max(best.get(span, 0.0), finding["score"])
    return [{"begin": begin, "end": end, "score": _probability(score)} for (begin, end), score in sorted(best.items())]


def _probability(value: float) -> dict[str, Any]:
    return {"value": value, "type": "PROBABILITY"}


def _wrong(sentence: str, field: str) -> PerspectiveError:
    return PerspectiveError(sentence, "ERROR_TYPE_UNSPECIFIED", field=field)


def _unsupported(attributes: Sequence[str], languages: Sequence[str], detected: Sequence[str]) -> PerspectiveError:
    return PerspectiveError(
        f"Attribute {attributes[0]} does not support request languages: {', '.join(language[:20] for language in languages)}",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        field="languages",
        languageNotSupportedByAttributeError={"detectedLanguages": list(detected), "attribute": attributes[0]},
    )


def _han(character: str) -> bool:
    return (
        "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U000323af"
    )


def _latin_or_han(character: str) -> bool:
    return (
        character <= "\u024f"
        or "\u1e00" <= character <= "\u1eff"
        or "\uff21" <= character <= "\uff5a"
        or _han(character)
    )
