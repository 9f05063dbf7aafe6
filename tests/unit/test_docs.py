"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from assistant.moderation.policy import read_policy
from assistant.platforms import PLATFORMS
from assistant.settings import Settings, load_settings
from assistant.types.penalties import Penalties
from assistant.usecases.content.settings_shape import ContentSettingsShape
from assistant.usecases.push.settings import PushSettingsShape
from assistant.web.faq_settings import FaqSettingsShape

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("render", ROOT / "docs" / "render.py")
assert _spec is not None
assert _spec.loader is not None
render = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(render)


@pytest.mark.parametrize("page", render.PAGES)
def test_made_pages_are_up_to_date(page: str) -> None:
    assert (ROOT / "docs" / page).read_text("utf-8") == render.PAGES[page](), "run: python docs/render.py"


def test_the_documented_penalties_read_as_the_defaults() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "penalties.md").read_text("utf-8"), re.DOTALL)
    policy = read_policy({"id": "x", "thresholds": {"spam": {"hide": 0.9}}, **tomllib.loads(example)})
    assert policy.penalties == Penalties()


def test_every_platform_has_a_page_that_shows_how_to_connect_it() -> None:
    for name, (page, *_) in render._ABOUT.items():
        assert f"connections add {name} " in (ROOT / "docs" / "platforms" / f"{page}.md").read_text("utf-8"), name
    assert set(render._ABOUT) == set(PLATFORMS)


def test_every_setting_is_described() -> None:
    undescribed = [".".join(path) for path, field in render._fields(Settings, ()) if not field.description]
    assert undescribed == []


def test_the_documented_environment_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_DATA_DIR", "/somewhere")
    monkeypatch.setenv("ASSISTANT_RISK_MODEL", "some/model")
    monkeypatch.setenv("ASSISTANT_DATABASE_DIRECT_URL", "postgresql://owner@host/db")
    monkeypatch.setenv("ASSISTANT_LIMITS_TEXT_CHARS", "500")
    settings = load_settings()
    assert (str(settings.data_dir), settings.risk.model, settings.limits.text_chars) == (
        "/somewhere",
        "some/model",
        500,
    )
    assert settings.database.direct_url is not None
    assert "owner" not in repr(settings)


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    links = [(page, target) for page in pages for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))]
    broken = [
        f"{page.name}: {target}"
        for page, target in links
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", ["platforms/discord.md", "platforms/README.md", "getting-started.md"])
def test_who_connects_discord_is_told_to_run_its_gateway(page: str) -> None:
    assert "assistant worker --gateway discord" in (ROOT / "docs" / page).read_text("utf-8")


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_setting_and_secret_of_a_platform_is_named(name: str) -> None:
    platforms = ROOT / "docs" / "platforms"
    told = "".join((platforms / page).read_text("utf-8") for page in (f"{render._ABOUT[name][0]}.md", "README.md"))
    asked = (*PLATFORMS[name].settings.model_fields, *(secret.name for secret in PLATFORMS[name].secrets))
    assert [one for one in asked if f"{one}`" not in told and f" {one}" not in told and f"`{one}" not in told] == []


@pytest.mark.parametrize(
    ("page", "shape"), [("push", PushSettingsShape), ("content", ContentSettingsShape), ("faq", FaqSettingsShape)]
)
def test_every_setting_of_a_community_is_named(page: str, shape: type[BaseModel]) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    assert [name for name in shape.model_fields if f"`{name}`" not in text and f'"{name}"' not in text] == []


def test_the_documented_defaults_of_pushing_are_the_defaults() -> None:
    text, defaults = (ROOT / "docs" / "push.md").read_text("utf-8"), PushSettingsShape()
    for row in (
        f"| `per_day`, `per_week` | {defaults.per_day}, {defaults.per_week} |",
        f"| `per_day_channel` | {defaults.per_day_channel} |",
        f"| `quiet_from`, `quiet_to` | `{defaults.quiet_from}`, `{defaults.quiet_to}` |",
        f"| `best_hour` | `{str(defaults.best_hour).lower()}` |",
        f"| `time_zone` | `{defaults.time_zone}` |",
        f"`digest.hour` ({defaults.digest.hour})",
        f"`back_in_stock.looked_within_days` ({defaults.back_in_stock.looked_within_days})",
        f"`at_risk.threshold` ({defaults.at_risk.threshold}), `at_risk.again_after_days` ({defaults.at_risk.again_after_days})",
    ):
        assert row in text, row


def test_the_documented_defaults_of_content_are_the_defaults() -> None:
    text, defaults = (ROOT / "docs" / "content.md").read_text("utf-8"), ContentSettingsShape()
    for row in (
        f"| `timezone`, `language` | `{defaults.timezone}`, `{defaults.language}` |",
        f"| `gap_hours`, `per_day` | {defaults.gap_hours:g}, {defaults.per_day} |",
        f"`currency` | `[0, 0]`, `{defaults.currency}` |",
        f"| `budget_per_day` | {defaults.budget_per_day:g} |",
        f"| `tokens_per_draft`, `generation_timeout_s` | {defaults.tokens_per_draft}, {defaults.generation_timeout_s:g} |",
    ):
        assert row in text, row
    assert defaults.cost_per_million == (0, 0)
    assert defaults.quiet == ("22:00", "08:00")
    assert (defaults.regions, defaults.jurisdictions, defaults.category) == (("tw",), (), "general")
