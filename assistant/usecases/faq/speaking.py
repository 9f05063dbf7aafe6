"""The hours of the people behind the bot, in words."""

from __future__ import annotations

from assistant.types.faq_settings import FaqSettings, Hours

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh-Hans": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "zh-Hant": ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
}
_DAYS["zh-Hant-HK"] = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


def hours_text(settings: FaqSettings, language: str) -> str:
    """``週一–週五 09:00–18:00``, several separated by a comma, with the time zone; empty where people are always there."""
    if not settings.hours:
        return ""
    comma = "、" if language.startswith("zh") else ", "
    return comma.join(_hours(one, language) for one in settings.hours) + f" ({settings.time_zone})"


def _hours(hours: Hours, language: str) -> str:
    names = _DAYS.get(language, _DAYS["en"])
    days = sorted(set(hours.days))
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    comma = "、" if language.startswith("zh") else ", "
    said = comma.join(
        names[run[0] - 1] if len(run) == 1 else f"{names[run[0] - 1]}–{names[run[-1] - 1]}" for run in runs
    )
    return f"{said} {hours.begins}–{hours.ends}"
