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


@pytest.mark.parametrize("other", ["ming\u3000 li", "MingLi", " m i n g li", "ming\u00a0li"])
def test_spaces_between_names_tell_nobody_apart(other):
    assert same_person("Ming Li", other)
    assert same_person(other, "Ming Li")


@pytest.mark.parametrize("other", ["小 美", " 小 美 ", "小\u3000美"])
def test_a_space_makes_no_second_person_of_a_chinese_name(other):
    assert same_person("小美", other)


def test_a_name_is_kept_trimmed():
    assert READ.validate_python(" \u3000Ming ") == "Ming"
    assert READ.validate_python(" Ann  Lee ") == "Ann  Lee"


@pytest.mark.parametrize("name", ["", "  ", "\u3000", "\u200b", "\u2060\ufe0f", "a\0b", "\ud800", "x" * 201])
def test_what_is_no_name(name):
    with pytest.raises(ValidationError):
        READ.validate_python(name)
