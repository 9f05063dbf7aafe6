"""May this member be sent this, and when? Every no has its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from assistant.push.quiet import QuietHours, at_hour, local_day, next_allowed

WEEK = timedelta(days=7)
_DAYS_TRIED = 15
NIGHT = QuietHours(time(22), time(8))


class Because(StrEnum):
    """Why a message is not sent."""

    NO_CONSENT = "no_consent"
    SANCTIONED = "sanctioned"
    TOPIC_STOPPED = "topic_stopped"
    CHANNEL_REFUSED = "channel_refused"
    FREQUENCY_CAPPED = "frequency_capped"
    CHANNEL_CAPPED = "channel_capped"
    OUTSIDE_WINDOW = "outside_window"
    HOLDOUT = "holdout"
    NOTHING_TO_SHOW = "nothing_to_show"
    QUOTA_USED = "quota_used"
    CANNOT_BE_SENT = "cannot_be_sent"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_STOPPED = "campaign_stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A community's: messages to one member per calendar day of theirs and in any seven days, and per day on one connection."""

    per_day: int = 2
    per_week: int = 5
    per_day_channel: int = 1
    quiet: QuietHours = NIGHT
    best_hour: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of before, or one that is planned."""

    at: datetime
    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a member here and now. ``best_hour`` is the hour of the day in which they are mostly active, in their own zone;
    ``sent`` what they got in the last week, and what is planned for them. ``per_week`` is their own wish, if they have one."""

    member_id: str
    zone: ZoneInfo
    consents: bool
    sanctioned: bool = False
    stops: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    per_week: int | None = None
    best_hour: int | None = None
    sent: Sequence[Sent] = field(default=())


@dataclass(frozen=True, slots=True)
class Permit:
    """``due_at`` when it may be sent, else ``because``."""

    due_at: datetime | None = None
    because: Because | None = None


def permit(
    standing: Standing, rules: Rules, connection_id: str, topics: frozenset[str], begin: datetime, end: datetime
) -> Permit:
    """The first moment from ``begin`` until before ``end`` that breaks no rule."""
    if refusal := refused(standing, connection_id, topics):
        return Permit(because=refusal)
    moment, last = begin, Because.OUTSIDE_WINDOW
    for _ in range(_DAYS_TRIED):
        if rules.best_hour and standing.best_hour is not None:
            preferred = next_allowed(at_hour(moment, standing.zone, standing.best_hour), standing.zone, rules.quiet)
            moment = preferred if preferred < end else moment
        moment = next_allowed(moment, standing.zone, rules.quiet)
        if moment >= end:
            break
        capped = over(standing, rules, connection_id, moment)
        if capped is None:
            return Permit(due_at=moment)
        last = capped
        moment = local_day(moment, standing.zone)[1]
    return Permit(because=last)


def refused(standing: Standing, connection_id: str, topics: frozenset[str]) -> Because | None:
    """What no waiting helps."""
    if not standing.consents:
        return Because.NO_CONSENT
    if standing.sanctioned:
        return Because.SANCTIONED
    if connection_id in standing.refused:
        return Because.CHANNEL_REFUSED
    return Because.TOPIC_STOPPED if topics & standing.stops else None


def over(standing: Standing, rules: Rules, connection_id: str, moment: datetime) -> Because | None:
    """The cap that one more message at ``moment`` would break; planned ones after it count as well."""
    begin, end = local_day(moment, standing.zone)
    today = [one for one in standing.sent if begin <= one.at < end]
    week = rules.per_week if standing.per_week is None else min(rules.per_week, standing.per_week)
    if len(today) >= rules.per_day or _most_in_a_week(standing.sent, moment) >= week:
        return Because.FREQUENCY_CAPPED
    if sum(one.connection_id == connection_id for one in today) >= rules.per_day_channel:
        return Because.CHANNEL_CAPPED
    return None


def _most_in_a_week(sent: Sequence[Sent], moment: datetime) -> int:
    """In any seven days that ``moment`` lies in."""
    near = sorted(one.at for one in sent if abs(one.at - moment) < WEEK)
    starts = [moment - WEEK, *(at for at in near if at <= moment)]
    return max((sum(start <= at < start + WEEK for at in near if at > moment - WEEK) for start in starts), default=0)
