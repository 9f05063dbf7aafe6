"""Where a form's answer leads, as a browser resolves it."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from starlette.requests import Request

from assistant.web.pages import again


@pytest.mark.parametrize("below", ["", "/assistant"])
@pytest.mark.parametrize("query", ["", "?lang=en", "?saved=1&lang=zh-Hant"])
@pytest.mark.parametrize(
    "path", ["/appeals/abc", "/posts/a.b-c_d", "/preferences/a%2Fb", "/unsubscribe/a:b", "/x/%E4%B8%AD"]
)
def test_it_leads_to_the_page_itself_wherever_that_stands(path: str, query: str, below: str) -> None:
    scope = {"type": "http", "path": path, "raw_path": path.encode(), "query_string": b"lang=en", "headers": []}
    answer = again(Request(scope), query)
    assert answer.status_code == 303
    asked = f"https://forum.example{below}{path}?lang=en"
    assert urljoin(asked, answer.headers["location"]) == f"https://forum.example{below}{path}{query}"
