"""Plans of activities and live sessions: dated by the festival and by kind, a budget that is split, and the words that members read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from assistant.content.drafting import measure
from assistant.types.content import Cost, Idea, Kind, Plan
from assistant.words import load_words

PLANNED_KINDS: Final = frozenset({Kind.ACTIVITY, Kind.LIVE})
_ON_THE_DAY: Final = PLANNED_KINDS | {Kind.OFFER}
LIVE_MINUTES: Final = 60
_ACTIVITY: Final = timedelta(days=7)
_AHEAD: Final[Mapping[Kind, timedelta]] = {Kind.ACTIVITY: timedelta(days=3), Kind.LIVE: timedelta(days=2)}
"""How long after its post it begins, where no day is given: time to sign up."""
_OPENS, _CLOSES = time(10), time(21)
"""Of an activity on a festival's day."""
_SHARES: Final[Mapping[tuple[Kind, bool], Mapping[str, float]]] = {
    (Kind.ACTIVITY, True): {"rewards": 0.5, "materials": 0.3, "reserve": 0.2},
    (Kind.ACTIVITY, False): {"materials": 0.7, "reserve": 0.3},
    (Kind.LIVE, True): {"guest": 0.4, "rewards": 0.3, "equipment": 0.2, "reserve": 0.1},
    (Kind.LIVE, False): {"guest": 0.5, "equipment": 0.3, "reserve": 0.2},
}
"""Parts of a budget, by kind and whether there is a prize; what rounding leaves goes to the last."""


def times_of(idea: Idea, posted: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when. On the idea's day where it has one, from 10:00 to 21:00, later where it is announced later; else some days
    after the post at ``posted``: an activity for a week, a live session for ``LIVE_MINUTES``."""
    lasts = timedelta(minutes=LIVE_MINUTES) if idea.kind is Kind.LIVE else _ACTIVITY
    if idea.day is None:
        begins = posted.astimezone(zone) + _AHEAD[idea.kind]
        return begins, begins + lasts
    opens, closes = (datetime.combine(idea.day, clock, zone) for clock in (_OPENS, _CLOSES))
    last = datetime.combine(idea.day, time(23), zone)
    following = (posted + timedelta(hours=1)).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    begins = min(max(opens, following), last)
    if idea.kind is Kind.LIVE:
        return begins, begins + lasts
    return begins, closes if begins < closes else datetime.combine(idea.day, time(23, 59), zone)


def post_by(idea: Idea, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when a post about it makes sense: the end of its day, and 10:00 for an activity, a live session or an offer on it that is not
    over soon; None where it has no day."""
    if idea.day is None:
        return None
    early = idea.kind in _ON_THE_DAY and not over_soon(idea, now, zone)
    return datetime.combine(idea.day, _OPENS if early else time.max, zone)


def over_soon(idea: Idea, now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is for its own day, and the morning of that day is all but over: each hour that it waits is one less."""
    if idea.day is None or idea.kind not in _ON_THE_DAY:
        return False
    return now >= datetime.combine(idea.day, _OPENS, zone) - timedelta(hours=2)


def plan_of(
    idea: Idea, times: tuple[datetime, datetime], language: str, budget: float, currency: str, prize: bool | None
) -> Plan:
    """A plan to begin from. It rewards nobody for sharing or buying; what only people know is left blank. ``prize`` None is for the kind to
    say: an activity has one, a live session none."""
    words, live = load_words(), idea.kind is Kind.LIVE
    rewarded = not live if prize is None else prize

    def said(*names: str) -> tuple[str, ...]:
        return tuple(words.get(f"content.plan.{name}", language) for name in names)

    def by_kind(name: str) -> str:
        return said(f"{name}_live" if live else name)[0]

    return Plan(
        goal=measure(idea, language),
        form=by_kind("form"),
        place=words.get("content.blank", language),
        begins=times[0],
        ends=times[1],
        rules=said("rule_open", *(["rule_draw"] if rewarded else []), "rule_data"),
        rewards=said("reward") if rewarded else (),
        budget=budget,
        staff=said("staff_host", "staff_review", *(["staff_reward"] if rewarded else [])),
        sign_up=by_kind("sign_up"),
        check_in=by_kind("check_in"),
        follow_up=(
            said("follow_thanks" if rewarded else "follow_look_back_live" if live else "follow_look_back")[0],
            *said("follow_ask", "follow_measure"),
        ),
        currency=currency,
        duration_min=LIVE_MINUTES if live else None,
        split=tuple(_split(idea.kind, rewarded, budget, language)),
    )


def _split(kind: Kind, rewarded: bool, budget: float, language: str) -> Iterator[Cost]:
    left, shares = budget, list(_SHARES[kind, rewarded].items())
    for place, (name, share) in enumerate(shares):
        amount = round(left if place == len(shares) - 1 else budget * share, 2)
        left -= amount
        if amount > 0:
            yield Cost(load_words().get(f"content.plan.split_{name}", language), amount)


def plan_parts(plan: Mapping[str, Any] | None) -> dict[str, str]:
    """Every text of a plan's document, each under its path: all of it is screened, and may hold blanks."""
    return {path: text for path, text in _texts(plan or {}, "plan") if not _is_moment(text)}


def plan_text(plan: Mapping[str, Any] | None, language: str) -> str:
    """The rules and rewards, as they are posted with the words of the draft; empty where there are none."""
    blocks = []
    for name in ("rules", "rewards"):
        if lines := (plan or {}).get(name):
            heading = load_words().get(f"content.plan.heading_{name}", language)
            blocks.append("\n".join([heading, *(f"- {line}" for line in lines)]))
    return "\n\n".join(blocks)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, f"{path}.{name}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for at, part in enumerate(value):
            yield from _texts(part, f"{path}[{at}]")
    elif isinstance(value, str) and value.strip():
        yield path, value


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
