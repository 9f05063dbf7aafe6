"""The answers as the OpenAPI document describes them. The hot routes write them without building these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.types import Action

Score = Annotated[float, Field(ge=0, le=1)]


class LawShape(BaseModel):
    """A rule of law or of a platform: ``article`` of ``law``, as last read over on ``checked``. Not legal advice."""

    id: str
    jurisdiction: str
    law: str
    article: str
    checked: str
    platform: str | None = None


class AdviceShape(BaseModel):
    """What a finding in a marketing text rests on; ``prohibited`` is false where facts decide that the text does not show."""

    prohibited: bool
    laws: list[LawShape]
    advice: dict[str, str]
    instead: dict[str, str] = Field(description="By language; empty: leave the words out.")


class AdvertisingNoteShape(BaseModel):
    """``rewording`` is a proposal for a person to read; ``rewordings`` are those of every text in which something was found, by the field
    that findings name."""

    jurisdictions: list[str]
    category: str
    rewording: str
    rewordings: dict[str, str]
    note: dict[str, str]


class FindingShape(BaseModel):
    """One reason to act. ``start`` and ``end`` count Unicode code points of ``field``, end exclusive."""

    label: str
    score: Score
    start: int
    end: int
    start_utf16: int
    end_utf16: int
    text: str
    source: str = Field(
        description="`rule:<id>`, `model:<id>`, `judge:<id>`, or `reply:<stance>:<id>` of the message answered.",
        examples=["rule:spam.contact", "model:risk-ngram"],
    )
    field: str = "text"
    advertising: AdviceShape | None = Field(None, description="Only with the purpose `marketing`.")


class PolicyRefShape(BaseModel):
    id: str
    version: int


class ModelRefShape(BaseModel):
    id: str
    version: str
    uncalibrated: list[str] = Field(description="Labels without calibration data.")


EXAMPLE_DECISION: dict[str, Any] = {
    "id": "dec_01k9zq3v6h8x5r2m4t7w0y1abc",
    "action": "hide",
    "flagged": True,
    "scores": {"spam": 0.98, "fraud": 0.41, "harassment": 0.01},
    "findings": [
        {
            "label": "spam",
            "score": 0.98,
            "start": 0,
            "end": 5,
            "start_utf16": 0,
            "end_utf16": 5,
            "text": "加❤薇❤信",
            "source": "rule:spam.contact",
            "field": "text",
        }
    ],
    "masked_text": "***** abc123 日结300",
    "reason": {
        "en": "This message is hidden from other members: advertising and luring.",
        "zh-Hans": "这条消息已对其他成员隐藏：广告引流。",
        "zh-Hant": "這則訊息已對其他成員隱藏：廣告與拉客。",
        "zh-Hant-HK": "這則訊息已對其他成員隱藏：廣告及招攬。",
    },
    "detected_language": "zh-Hans",
    "language_supported": True,
    "unscreened": [],
    "policy": {"id": "demo", "version": 1},
    "model": {"id": "risk-ngram", "version": "1", "uncalibrated": []},
    "degraded": False,
    "elapsed_ms": 0.4,
}


class DecisionShape(BaseModel):
    """What a policy made of one message."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_DECISION]})

    id: str
    action: Action
    flagged: bool
    scores: dict[str, Score]
    findings: list[FindingShape]
    masked_text: str
    reason: dict[str, str] = Field(description="What the member is told, by language.")
    detected_language: str
    language_supported: bool
    unscreened: list[str] = Field(
        description="Kinds of content in the message that are not text and were not screened."
    )
    policy: PolicyRefShape
    model: ModelRefShape
    degraded: bool
    elapsed_ms: float = Field(description="Milliseconds of screening alone.")
    advertising: AdvertisingNoteShape | None = Field(None, description="Only with the purpose `marketing`.")


class BatchShape(BaseModel):
    """Decisions in the order of the messages."""

    results: list[DecisionShape]


class ProblemShape(BaseModel):
    """RFC 9457 problem details. ``type`` names the error on the reference page; ``detail`` is in the language of Accept-Language."""

    type: str = Field(examples=["/docs#too_large"])
    title: str
    status: int
    detail: str
    field: str | None = Field(description="The part of the request that is wrong.", examples=["messages[3].text"])
    limit: int | float | str | None = Field(description="The limit that was broken, where there is one.")
    request_id: str


class HealthShape(BaseModel):
    status: Literal["ok", "ready", "unready"]
    checks: dict[str, str] = {}


class OpenAIErrorShape(BaseModel):
    error: dict[str, Any] = Field(
        examples=[{"message": "...", "type": "invalid_request_error", "param": "input", "code": "invalid"}]
    )


class OpenAIResultShape(BaseModel):
    flagged: bool
    categories: dict[str, bool]
    category_scores: dict[str, Score]
    category_applied_input_types: dict[str, list[str]]
    assistant: DecisionShape = Field(
        description="Our own answer: the labels that OpenAI has no category for, and the evidence."
    )


class OpenAIShape(BaseModel):
    id: str
    model: str
    results: list[OpenAIResultShape]


class PerspectiveErrorShape(BaseModel):
    error: dict[str, Any] = Field(
        examples=[{"code": 400, "message": "Comment must be non-empty.", "status": "INVALID_ARGUMENT"}]
    )


class AnalyzeShape(BaseModel):
    attributeScores: dict[str, dict[str, Any]] = {}  # noqa: N815
    languages: list[str]
    detectedLanguages: list[str]  # noqa: N815
    clientToken: str | None = None  # noqa: N815


class SuggestShape(BaseModel):
    requestedLanguages: list[str] = []  # noqa: N815
    detectedLanguages: list[str]  # noqa: N815
    clientToken: str | None = None  # noqa: N815


class StoredDecisionShape(DecisionShape):
    """A decision as it was stored; texts are gone after the retention time."""

    created_at: datetime
    judged: dict[str, Any] | None = Field(
        None,
        description="The second look of a language model, where the policy asks for one: `state`, `raised`, `findings`, `model`, ...",
    )


class PageShape(BaseModel):
    """Newest first; ``next_cursor`` is ``None`` on the last page."""

    decisions: list[dict[str, Any]]
    next_cursor: str | None
