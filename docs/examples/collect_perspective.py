"""Collects Perspective's scores for your own comments while the service still answers.

    PERSPECTIVE_KEY=... python collect_perspective.py comments.txt > log.jsonl

One comment per line in, one JSON line out: ``{"text": ..., "scores": {"TOXICITY": 0.9, ...}}``. Afterwards:

    assistant migrate perspective log.jsonl --threshold TOXICITY=0.8

Google's default quota is one request per second; the script keeps to it.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request

ATTRIBUTES = ("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT")
URL = "https://commentanalyzer.googleapis.com/v1alpha1/comments:analyze"


def scores_of(text: str, key: str) -> dict[str, float]:
    """Attribute to probability, as Perspective gives it."""
    body = {
        "comment": {"text": text},
        "requestedAttributes": {name: {} for name in ATTRIBUTES},
        "doNotStore": True,
    }
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{URL}?key={key}", json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        found = json.load(answer)["attributeScores"]
    return {name: score["summaryScore"]["value"] for name, score in found.items()}


def main(path: str) -> None:
    key = os.environ["PERSPECTIVE_KEY"]
    with open(path, encoding="utf-8") as comments:  # noqa: PTH123
        for line in comments:
            if text := line.strip():
                sys.stdout.write(json.dumps({"text": text, "scores": scores_of(text, key)}, ensure_ascii=False) + "\n")
                sys.stdout.flush()
                time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
