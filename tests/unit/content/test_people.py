from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from assistant.usecases.content.people import Actor, same_person

READ = TypeAdapter(Actor)


@pytest.mark.parametrize(
    "other", ["ming", "ming ", " Ming", "ＭＩＮＧ", "mi\u200bng", "\u3000ming\u00a0", "ming\ufe0f", "\u202eming"]
)
def test_one_person_by_another_spelling(other):
    assert same_person("ming", other)
    assert same_person(other, "ming")


@pytest.mark.parametrize("other", ["ling", "min", "ming 2", "小明"])
def test_two_people(other):
    assert not same_person("ming", other)


def test_spaces_between_names_count_once():
    assert same_person("Ming Li", "ming\u3000 li")


def test_a_name_is_kept_trimmed():
    assert READ.validate_python(" \u3000Ming ") == "Ming"


@pytest.mark.parametrize("name", ["", "  ", "\u3000", "\u200b", "\u2060\ufe0f", "a\0b", "\ud800", "x" * 201])
def test_what_is_no_name(name):
    with pytest.raises(ValidationError):
        READ.validate_python(name)
