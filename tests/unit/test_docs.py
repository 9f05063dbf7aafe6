"""The documentation says what the code does."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from assistant.moderation.policy import read_policy
from assistant.platforms import PLATFORMS
from assistant.settings import Settings, load_settings
from assistant.types.penalties import Penalties

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
