"""A bound on the findings of one rule in one text: a flood of them says no more than the first few hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from assistant.types import Finding

MAX_FINDINGS = 200
"""Findings that one rule keeps in one text."""


def bounded(findings: Sequence[Finding]) -> list[Finding]:
    """``findings``, in the order of the text, with at most ``MAX_FINDINGS`` of each rule; the last of these reaches to the end of the
    rule's rest and has its highest score, so that all that was found stays covered.
    """
    if len(findings) <= MAX_FINDINGS:
        return list(findings)
    by_rule: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.source, finding.label].append(finding)
    kept = [finding for those in by_rule.values() for finding in _bounded(those)]
    return sorted(kept, key=lambda finding: (finding.start, finding.end, finding.source))


def _bounded(findings: list[Finding]) -> list[Finding]:
    if len(findings) <= MAX_FINDINGS:
        return findings
    rest = findings[MAX_FINDINGS - 1 :]
    end, score = max(finding.end for finding in rest), max(finding.score for finding in rest)
    return [*findings[: MAX_FINDINGS - 1], replace(rest[0], end=end, score=score)]
