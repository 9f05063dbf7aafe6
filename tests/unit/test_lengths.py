"""Modules and functions stay as short as CONTRIBUTING.md has it."""

import ast
from pathlib import Path

import pytest

import assistant

ROOT = Path(assistant.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_and_no_function_is_too_long(path):
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 400
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert {one.name: one.end_lineno - one.lineno + 1 for one in functions if one.end_lineno - one.lineno >= 60} == {}
