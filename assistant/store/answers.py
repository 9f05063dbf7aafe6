"""Answers taken apart for keeping: the message's own words live in columns that are purged, everything else in columns that stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COLUMNS = ("id", "action", "flagged", "scores", "findings", "masked_text")


def without_words(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The native answer less every character of the message: no evidence texts, no masked text."""
    kept = {name: value for name, value in answer.items() if name != "masked_text"}
    kept["findings"] = [_less(finding, "text") for finding in answer["findings"]]
    return kept


def beside_columns(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer without words has no column of its own."""
    return {name: value for name, value in answer.items() if name not in _COLUMNS}


def with_words(answer: Mapping[str, Any], texts: Mapping[str, str], masked_text: str | None) -> dict[str, Any]:
    """The native answer again. ``texts`` holds the message's texts by field; evidence of a field that is not there is ``None``."""
    findings = [{**finding, "text": _evidence(finding, texts)} for finding in answer["findings"]]
    return {**answer, "findings": findings, "masked_text": masked_text}


def _evidence(finding: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    text = texts.get(finding.get("field", "text"))
    return None if text is None else text[finding["start"] : finding["end"]]


def _less(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}
