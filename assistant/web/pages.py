"""Pages for people: templates, their language and their content-security policy."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assistant.web.loopback import serves_playground
from assistant.web.site import site_of
from assistant.words import LANGUAGES, choose_language, load_words

STATIC: Final = Path(__file__).with_name("static")
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FORM_CSP: Final = CSP.replace("form-action 'none'", "form-action 'self'")
_NAMES = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文（台灣）", "zh-Hant-HK": "繁體中文（香港）"}


def page(
    template: str, request: Request, *, language: str | None = None, csp: str = CSP, status: int = 200, **values: Any
) -> Response:
    """``template`` in the reader's language: ``?lang=`` first, then Accept-Language; or in ``language``."""
    lang = language or language_of(request)
    words = load_words()

    def t(key: str, **names: object) -> str:
        return words.get(key, lang, **names)

    def leads() -> dict[str, bool]:
        settings = site_of(request).assistant.settings
        served = serves_playground(request, settings.playground, settings.public_url)
        return {"playground": served, "demo": settings.demo}

    given = {"t": t, "lang": lang, "languages": _NAMES.items(), "leads": leads, "root": _root(request)}
    text = _templates().get_template(template).render(**given, **values)
    headers = {"content-security-policy": csp, "vary": "Accept-Language"}
    return Response(text, status, media_type="text/html", headers=headers)


def asked_language(request: Request, before: str = "?") -> str:
    """What keeps the language that the address asks for when a form's answer leads on: ``?lang=zh-Hant``, or nothing."""
    return f"{before}lang={language_of(request)}" if request.query_params.get("lang") else ""


def again(request: Request, query: str = "") -> Response:
    """After a form: the same page, asked for anew."""
    own = _raw_path(request).rpartition("/")[2]
    return RedirectResponse(f"./{own}{query}", status_code=303)


def _root(request: Request) -> str:
    """The way from the page to the service's root, which a proxy may have put under a path of its own."""
    return "../" * (_raw_path(request).count("/") - 1) or "./"


def _raw_path(request: Request) -> str:
    """As the browser wrote it: that is what it resolves addresses against."""
    raw: bytes | None = request.scope.get("raw_path")
    return raw.partition(b"?")[0].decode("ascii", "replace") if raw else quote(request.scope["path"])


def language_of(request: Request) -> str:
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else choose_language(asked or request.headers.get("accept-language"))


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
