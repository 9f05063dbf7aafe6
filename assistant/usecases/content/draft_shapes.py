"""What is sent to keep, edit and review drafts, with its limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assistant.content.surveys import MOST_OPTIONS, MOST_QUESTIONS
from assistant.types import Category, Jurisdiction
from assistant.types.content import Kind
from assistant.usecases.content.languages import Language
from assistant.usecases.content.people import Actor
from assistant.usecases.request import Kind as Identifier
from assistant.usecases.request import Name, Shape, Text

MAX_TITLE, MAX_BODY = 200, 5_000
Option = Annotated[Text, Field(min_length=1, max_length=200)]
_Line = Annotated[Text, Field(max_length=1_000)]
_Lines = Annotated[tuple[_Line, ...], Field(max_length=30)]


class CostShape(Shape):
    """A part of a plan's budget."""

    what: Text = Field("", max_length=200)
    amount: float = Field(0.0, ge=0, le=1e12)


class PlanShape(Shape):
    """An activity's plan; all of it may be edited."""

    goal: Text = Field("", max_length=500)
    form: Text = Field("", max_length=500)
    place: Text = Field("", max_length=500)
    begins: Text = Field("", max_length=40)
    ends: Text = Field("", max_length=40)
    rules: _Lines = ()
    rewards: _Lines = ()
    budget: float = Field(0.0, ge=0, le=1e12)
    staff: _Lines = ()
    sign_up: Text = Field("", max_length=500)
    check_in: Text = Field("", max_length=500)
    follow_up: _Lines = ()
    currency: Text = Field("", max_length=10)
    duration_min: int | None = Field(None, ge=1, le=100_000)
    split: Annotated[tuple[CostShape, ...], Field(max_length=30)] = ()


class QuestionShape(Shape):
    """``several``: more than one option may be chosen."""

    id: Identifier
    ask: Text = Field(min_length=1, max_length=300)
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=MOST_OPTIONS)]
    several: bool = False


class SurveyShape(Shape):
    """A questionnaire. A member answers by an event of the type ``answer``: its item is the draft, its properties are ``question`` and
    ``option``, the number of the option from 0, or a list of them."""

    questions: Annotated[tuple[QuestionShape, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]


class OriginShape(Shape):
    """Where a suggested text came from, as the suggestion had it."""

    generator: Text = Field("", max_length=100)
    model: Text = Field("", max_length=200)
    prompt: Text = Field("", max_length=100)
    version: int = Field(0, ge=0, le=1_000_000)
    digest: Text = Field("", max_length=64)
    prompt_tokens: int = Field(0, ge=0, le=1_000_000_000)
    completion_tokens: int = Field(0, ge=0, le=1_000_000_000)
    cost: float = Field(0.0, ge=0, le=1e9)
    currency: Text = Field("", max_length=10)


class DraftRequest(Shape):
    """A draft of an operator's own, or one that was suggested, as it came (``suggestion_id``, ``subject``, ``machine``, ``origin``)."""

    kind: Kind
    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    body: Text = Field(min_length=1, max_length=MAX_BODY)
    actor: Actor
    language: Language | None = None
    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(max_length=len(Jurisdiction))] | None = None
    category: Category | None = None
    machine: bool = False
    suggestion_id: Name | None = None
    why: Text = Field("", max_length=1_000)
    subject: Text = Field("", max_length=300)
    origin: OriginShape | None = None
    plan: PlanShape | None = None
    survey: SurveyShape | None = None


class EditRequest(Shape):
    """``revision`` is the one that was read: an edit of an older one is refused."""

    actor: Actor
    revision: int = Field(ge=0, le=1_000_000)
    title: Text | None = Field(None, min_length=1, max_length=MAX_TITLE)
    body: Text | None = Field(None, min_length=1, max_length=MAX_BODY)
    plan: PlanShape | None = None
    survey: SurveyShape | None = None
    note: Text = Field("", max_length=500)


class ReviewRequest(Shape):
    """``over_block`` says that the findings were read and the draft shall go out all the same: the first person's is kept, a second
    person's approves it. A rejection needs a reason."""

    actor: Actor
    revision: int = Field(ge=0, le=1_000_000)
    approve: bool
    reason: Text = Field("", max_length=500)
    over_block: bool = False
