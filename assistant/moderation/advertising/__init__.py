"""Advertising law: what a marketing text must not say, the article that says so, and a lawful rewording. Not legal advice."""

from assistant.moderation.advertising.find import SOURCE, find_claims, find_drawn, is_advertising, rule_named
from assistant.moderation.advertising.learned import MODEL, ClaimReader
from assistant.moderation.advertising.reword import Advice, advise, reword

__all__ = [
    "MODEL",
    "SOURCE",
    "Advice",
    "ClaimReader",
    "advise",
    "find_claims",
    "find_drawn",
    "is_advertising",
    "reword",
    "rule_named",
]
