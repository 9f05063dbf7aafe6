"""The hours of the people behind the bot, in words."""

from __future__ import annotations

from assistant.types.faq_settings import FaqSettings, Hours
from assistant.words import load_words


def hours_text(settings: FaqSettings, language: str) -> str:
    """``週一至週五 09:00–18:00``, several separated by a comma, with the time zone; empty where people are always there."""
    if not settings.hours:
        return ""
    comma = "、" if language.startswith("zh") else ", "
    return comma.join(_hours(one, language) for one in settings.hours) + f" ({settings.time_zone})"


def _hours(hours: Hours, language: str) -> str:
    words = load_words()
    names = [words.get(f"days.{day}", language) for day in range(1, 8)]
    days = sorted(set(hours.days))
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    comma = "、" if language.startswith("zh") else ", "
    said = comma.join(
        names[run[0] - 1] if len(run) == 1 else _run(names[run[0] - 1], names[run[-1] - 1], language) for run in runs
    )
    return f"{said} {hours.begins}–{hours.ends}"


def _run(first: str, last: str, language: str) -> str:
    """From one day to another: Mon–Fri, 週一至週五, 星期一至五."""
    return load_words().get("hours.run", language, first=first, last=last.removeprefix("星期"))
