"""A suggestion and what it rests on, line by line, in the language of its draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, Protocol

from assistant.content.reasons import reason_key
from assistant.moderation.advertising.rulebook import load_laws
from assistant.types import Jurisdiction
from assistant.words import load_words

Document = Mapping[str, Any]
MOST_TOPICS: Final = 6
MOST_DAYS: Final = 12
_MOST_LAWS: Final = 3
_ALIKE: Final = 0.3
"""From this share on it is said that a suggestion is like an earlier post."""


class Say(Protocol):
    """A sentence of the report, by its name."""

    def __call__(self, sentence: str, /, **values: object) -> str: ...


def said_in(language: str) -> Say:
    return partial(_say, language)


def language_of(document: Document) -> str:
    """That of the drafts; English where nothing says it."""
    spoken = [one["draft"]["language"] for one in document["suggestions"]]
    return str(document["insight"].get("language") or next(iter(spoken), "en"))


def read(insight: Document, say: Say) -> str:
    """How many messages and members it rests on, and of when."""
    return say(
        "read",
        messages=insight["messages"],
        audience=insight["audience"],
        since=insight["since"][:10],
        until=insight["until"][:10],
    )


def topics(insight: Document, say: Say) -> Iterator[str]:
    for one in insight["topics"][:MOST_TOPICS]:
        figures = {name: one[name] for name in ("name", "recent", "before", "members")}
        yield say("topic", **figures, trend=f"{one['trend']:g}")


def needs(insight: Document, say: Say) -> Iterator[str]:
    for one in insight["needs"][:MOST_TOPICS]:
        kind = say("gap" if one["from"] == "faq" else one["kind"])
        yield say("need", kind=kind, name=short(one["name"], 80), count=one["count"], members=one["members"])


def days(insight: Document, say: Say) -> Iterator[str]:
    for one in insight["occasions"][:MOST_DAYS]:
        day = say(reason_key("day", {"days": one["days"]}), on=one["on"], name=one["name"], days=one["days"])
        yield say("solemn", day=day) if one["solemn"] else day


def facts(one: Document, say: Say) -> Iterator[str]:
    """When, to whom, what it may bring, and what moderation and the law say."""
    yield say("best_time", at=moment(one["best_time"]["at"])) if one["best_time"] else say("no_time")
    audience = one["audience"]
    yield say("segment" if audience["segment"] else "audience", size=audience["size"], segment=audience["segment"])
    yield say("measure", measure=one["measure"])
    if effect := one["expected"]:
        figures = {name: f"{effect[name]:g}" for name in ("mean", "low", "high", "posts")}
        yield say("expected" if effect["posts"] else "expected_by_others", **figures)
    if one["invite"]:
        yield say("invite", names=", ".join(one["invite"]))
    if one["repetition"]["share"] >= _ALIKE:
        yield say(
            "repeats",
            share=f"{one['repetition']['share']:.0%}",
            post=one["repetition"]["post_id"] or one["repetition"]["draft_id"],
        )
    if one["draft"]["to_fill"]:
        yield say("to_fill", blanks=" ".join(dict.fromkeys(one["draft"]["to_fill"])))


def screening(one: Document, language: str, say: Say) -> Iterator[str]:
    found = one["screening"]
    yield _laws(one, say)
    if found["clean"]:
        yield say("clean")
        return
    yield say(
        "blocked" if found["blocked"] else "screened", action=load_words().get(f"actions.{found['action']}", language)
    )
    for finding in found["findings"]:
        yield from _finding(finding, language, say)
    for field, text in found.get("rewordings", {}).items():
        yield say("rewording" if field == "text" else "rewording_part", field=field, text=" / ".join(text.splitlines()))
    if any("advertising" in finding for finding in found["findings"]):
        yield found["note"][language]


def plan(one: Document, language: str, currency: str, say: Say) -> Iterator[str]:
    its = one["plan"]
    if not its:
        return
    yield say("plan", begins=moment(its["begins"]), ends=moment(its["ends"]))
    blank = load_words().get("content.blank", language)
    currency = its["currency"] or currency
    budget = f"{its['budget']:,g} {currency}".strip() if its["budget"] else blank
    for name, value in (its | {"budget": budget}).items():
        if name in {"begins", "ends", "currency", "split"} or value is None:
            continue
        if name == "budget":
            yield say(name, text=value)
            yield from (say("split", text=one["what"], amount=f"{one['amount']:,g}") for one in its["split"])
            continue
        for line in value if isinstance(value, list) else [value]:
            yield say(name, text=line or blank)


def survey(one: Document, say: Say) -> Iterator[str]:
    for question in (one["survey"] or {}).get("questions", ()):
        yield say("ask", ask=question["ask"], options=" / ".join(question["options"]))


def heading(one: Document, say: Say) -> str:
    """The title after its kind, unless the title says the kind itself."""
    kind, title = one["kind_name"], one["draft"]["title"]
    return title if _says(title, kind) else say("title", kind=kind, title=title)


def moment(at: str) -> str:
    """To the minute, in the community's own time."""
    return at[:16].replace("T", " ")


def short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _says(title: str, kind: str) -> bool:
    """Whether what stands before the title's colon names its kind: "A quick poll: ...", 投個票：..."""
    head, colon, _ = title.casefold().replace("：", ":").partition(":")
    first = kind.casefold().split()[0]
    return bool(colon) and (first in head.split() if first.isascii() else set(first) <= set(head))


def _laws(one: Document, say: Say) -> str:
    """Whose laws it was held against, and the day on which the first of them was last read over."""
    places = one["jurisdictions"] or list(Jurisdiction)
    checked = min(law.checked for law in load_laws().values() if law.jurisdiction in places)
    named = ", ".join(say(f"jurisdictions.{place}") for place in places)
    return say("laws", places=named, category=say(f"categories.{one['category']}"), checked=checked)


def _finding(finding: Document, language: str, say: Say) -> Iterator[str]:
    name = f"labels.{finding['label']}.name"
    label = load_words().get(name, language) if name in load_words() else finding["label"]
    where = "finding" if finding.get("field", "text") == "text" else "part"
    yield say(where, text=finding["text"], field=finding.get("field"), label=label)
    for law in finding.get("advertising", {}).get("laws", [])[:_MOST_LAWS]:
        place = say(f"jurisdictions.{law['jurisdiction']}")
        yield say("law", jurisdiction=place, law=law["law"], article=law["article"], checked=law["checked"])


def _say(language: str, sentence: str, /, **values: object) -> str:
    return load_words().get(f"suggest_report.{sentence}", language, **values)
