"""Advertising law: what a marketing text must not say, the article that says so, and a lawful rewording. Not legal advice."""

from assistant.moderation.advertising.find import SOURCE, find_claims, is_advertising
from assistant.moderation.advertising.reword import Advice, advise, reword

__all__ = ["SOURCE", "Advice", "advise", "find_claims", "is_advertising", "reword"]
