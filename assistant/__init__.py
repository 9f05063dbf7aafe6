"""Moderation and content assistant for online communities."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("community-assistant")
except PackageNotFoundError:  # a bare checkout on PYTHONPATH
    __version__ = "0+unknown"
