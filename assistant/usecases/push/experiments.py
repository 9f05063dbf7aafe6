"""Experiments: variants with a holdout, and who is in which. Each assignment is noted, and holds."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from assistant.push.buckets import HOLDOUT, Variant, assigned
from assistant.store import audit, experiments
from assistant.store.experiments import Experiment
from assistant.store.paging import Page
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.request import Name, Shape

MAX_VARIANTS = 8
RUNNING = "running"


class ArmShape(Shape):
    """``weight`` is its share among the variants."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
    weight: float = Field(1.0, gt=0, le=1_000)


class ExperimentShape(Shape):
    """``holdout`` is the share of members, in [0, 1), who get nothing of it."""

    name: Name
    holdout: float = Field(0.05, ge=0, lt=1)
    variants: Annotated[tuple[ArmShape, ...], Field(min_length=1, max_length=MAX_VARIANTS)]

    @model_validator(mode="after")
    def sound(self) -> Self:
        names = [one.name for one in self.variants]
        if len(set(names)) < len(names) or HOLDOUT in names:
            raise ValueError("variants need names of their own, and none may be holdout")
        return self


def create(assistant: Assistant, community: str, asked: ExperimentShape, *, actor: str) -> Experiment:
    """Raises: NotFound, where there is no such community."""
    now = assistant.clock()
    made = Experiment(
        id=new_id("exp"),
        name=asked.name,
        state=RUNNING,
        document=asked.model_dump(mode="json"),
        created_by=actor,
        created_at=now,
        updated_at=now,
    )
    with assistant.database.transaction(community) as transaction:
        experiments.add(transaction, community, made)
        audit.write(transaction, community, now, actor=actor, action="experiment.create", subject=made.id)
    return made


def list_experiments(assistant: Assistant, community: str, cursor: str | None, limit: int) -> Page[Experiment]:
    with assistant.database.transaction(community) as transaction:
        return experiments.page(transaction, community, cursor, limit)


def get_experiment(assistant: Assistant, community: str, experiment_id: str) -> dict[str, Any]:
    """With the members of each variant, counted. Raises: NotFound."""
    with assistant.database.transaction(community) as transaction:
        found = experiments.get(transaction, community, experiment_id)
        return {**render(found), "members": experiments.counts(transaction, community, experiment_id)}


def assign(assistant: Assistant, community: str, experiment_id: str, member_id: str) -> str:
    """The member's variant, noted the first time; of one that has ended, the noted one or the holdout. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        found = experiments.get(transaction, community, experiment_id)
        if found.state != RUNNING:
            return experiments.assigned_to(transaction, community, experiment_id, member_id) or HOLDOUT
        asked = ExperimentShape.model_validate(found.document)
        arms = [Variant(one.name, one.weight) for one in asked.variants]
        variant, place = assigned(experiment_id, member_id, asked.holdout, arms)
        return experiments.assign(transaction, community, experiment_id, member_id, variant, place, now)


def end(assistant: Assistant, community: str, experiment_id: str, *, actor: str) -> Experiment:
    """Nobody new is taken in. Raises: NotFound."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        experiments.get(transaction, community, experiment_id)
        experiments.end(transaction, community, experiment_id, now)
        audit.write(transaction, community, now, actor=actor, action="experiment.end", subject=experiment_id)
        return experiments.get(transaction, community, experiment_id)


def render(experiment: Experiment) -> dict[str, Any]:
    return {
        "id": experiment.id,
        "name": experiment.name,
        "state": experiment.state,
        "experiment": dict(experiment.document),
        "created_at": experiment.created_at.isoformat(),
        "updated_at": experiment.updated_at.isoformat(),
    }
