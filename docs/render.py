"""Writes the pages that are made from the code: ``python docs/render.py``. A test fails while they are not up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from assistant.settings import Section, Settings
from assistant.types import Label
from assistant.words import LANGUAGES, load_words

DOCS = Path(__file__).parent


def labels_page() -> str:
    """``labels.md``: every label with its definition in each language."""
    words = load_words()
    lines = [
        "# Labels",
        "",
        "What a text may be found to contain. Made from `assistant/words.toml` by `docs/render.py`.",
        "",
    ]
    for name in (*(label.value for label in Label), "custom"):
        lines += [f"## `{name}`" if name != "custom" else "## `custom:<name>`", ""]
        for language in LANGUAGES:
            title, definition = (
                words.get(f"labels.{name}.name", language),
                words.get(f"labels.{name}.definition", language),
            )
            lines.append(f"- **{language}** {title}: {definition}")
        lines.append("")
    return "\n".join(lines)


def settings_page() -> str:
    """``settings.md``: every setting with its environment variable, default and description."""
    lines = [
        "# Settings",
        "",
        "Read from the TOML file that `ASSISTANT_CONFIG` names (`assistant.toml` where the service starts, if present), then from the",
        "environment, which wins. Made from `assistant/settings.py` by `docs/render.py`.",
        "",
        "| setting | environment variable | default | what it does |",
        "|---|---|---|---|",
    ]
    for path, field in _fields(Settings, ()):
        default = "" if field.default is None else f"`{field.default}`"
        variable = "ASSISTANT_" + "_".join(path).upper()
        lines.append(f"| `{'.'.join(path)}` | `{variable}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _fields(kind, (*prefix, name))
        else:
            yield (*prefix, name), field


PAGES = {"labels.md": labels_page, "settings.md": settings_page}

if __name__ == "__main__":
    for file_name, page in PAGES.items():
        (DOCS / file_name).write_text(page(), "utf-8")
