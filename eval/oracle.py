"""The estimators of ``obp`` (Open Bandit Pipeline), where it is installed without its dependencies: ``pip install --no-deps obp==0.4.1``.

Its packages are entered without their ``__init__``, which would want torch, pandas and seaborn.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


def estimators() -> Any | None:
    """The module ``obp.ope.estimators``; None where it is not installed or does not run here."""
    spec = importlib.util.find_spec("obp") if "obp" not in sys.modules else None
    if spec is not None and spec.submodule_search_locations:
        for name, below in (("obp", ""), ("obp.ope", "/ope")):
            package = ModuleType(name)
            package.__path__ = [f"{place}{below}" for place in spec.submodule_search_locations]
            sys.modules[name] = package
    try:
        return importlib.import_module("obp.ope.estimators")
    except ImportError:
        return None
