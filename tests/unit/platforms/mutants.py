"""Bodies that are almost right: a valid document with a value anywhere in it replaced, taken out or wrapped."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

ODD = st.sampled_from(
    [None, True, 0, -1, 2**63, 1.5, "", "x", "\x00", "漢" * 300, [], [None], [[]], {}, {"id": {}}, {"": 1}]
)


def _paths(node: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here, *(path for key, child in children for path in _paths(child, (*here, key)))]


@st.composite
def mutants(draw: st.DrawFn, document: Any) -> bytes:
    """``document`` with one to three of its values changed, as JSON."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(_paths(document)[1:] or [("x",)]))
        document = _changed(copy.deepcopy(document), path, draw(st.booleans()), draw(ODD))
    return json.dumps(document).encode()


def _changed(document: Any, path: tuple[Any, ...], removed: bool, value: Any) -> Any:
    *steps, leaf = path
    node = document
    for step in steps:
        node = node[step]
    if removed and isinstance(node, dict):
        node.pop(leaf, None)
    else:
        node[leaf] = value
    return document


def replaced(document: Any) -> list[bytes]:
    """Every value of ``document`` in turn replaced by wrong kinds of values."""
    wrong = (None, True, 7, -1.5, "x", "\x00\ud800", [], [1], {}, {"a": 1})
    return [
        json.dumps(_changed(copy.deepcopy(document), path, False, value)).encode()
        for path in _paths(document)[1:]
        for value in wrong
    ]
