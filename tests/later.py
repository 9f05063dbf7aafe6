"""Modules that take seconds to import are imported when a test first needs them: every test process collects all tests."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """The module of this name, imported at the first look at what is in it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)
