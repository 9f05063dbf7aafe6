"""Texts: their views, with a map back to what was written, and their language."""
