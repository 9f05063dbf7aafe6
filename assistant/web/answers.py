"""Answers that the hot routes write."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response


def json_answer(document: Any, status: int = 200) -> Response:
    """``document`` as JSON; a float that is not a number would be refused, not written as ``null``."""
    return Response(orjson.dumps(document), status, media_type="application/json")
