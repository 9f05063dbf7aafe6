"""Texts: their views, with a map back to what was written, and their language."""

from assistant.text.language import Detected, detect_language
from assistant.text.normalise import Normalised
from assistant.text.offsets import utf16_offsets
from assistant.text.view import View
from assistant.text.visible import visible

__all__ = ["Detected", "Normalised", "View", "detect_language", "utf16_offsets", "visible"]
