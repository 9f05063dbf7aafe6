from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.content.drafting import blanks
from assistant.content.surveys import as_document, as_text, parts_of, questions_of, survey_of, tally
from assistant.types.survey import Question

ONE = Question("often", "How often?", ("daily", "weekly", "never"))
MANY = Question("why", "Why?", ("price", "taste"), several=True)
LANGUAGES = ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proposal_asks_about_the_subject_and_leaves_blanks(language):
    questions = survey_of("保溫瓶", language)
    assert len({one.id for one in questions}) == len(questions) == 3
    assert sum("保溫瓶" in one.ask for one in questions) >= 2
    assert all(2 <= len(one.options) <= 10 for one in questions)
    document = as_document(questions)
    assert questions_of(document) == questions
    assert blanks("".join(parts_of(document).values()))


def test_every_word_of_it_is_screened_and_posted():
    document = as_document([ONE, MANY])
    words = {ONE.ask, MANY.ask, *ONE.options, *MANY.options}
    assert set(parts_of(document).values()) == words
    text = as_text(document, "en")
    assert all(word in text for word in words)
    assert "1. How often?\nA daily\nB weekly\nC never\n2. Why? (more" in text


def test_answers_are_counted_by_question():
    answers = [("often", 0, 3), ("often", [2], 1), ("why", [0, 1], 2), ("why", 1, 1), ("other", 0, 9)]
    often, why = tally([ONE, MANY], answers)
    assert (often.counts, often.answered, often.refused) == ((3, 0, 1), 4, 0)
    assert (why.counts, why.answered, why.refused) == ((2, 3), 3, 0)


@pytest.mark.parametrize("wrong", [3, -1, "0", None, True, [], [0, 1], [0, 0], {"option": 0}, 0.5, [[0]]])
def test_what_is_no_option_is_refused_whole(wrong):
    [found] = tally([ONE], [("often", wrong, 2)])
    assert (sum(found.counts), found.answered, found.refused) == (0, 0, 2)


JSON = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3) | st.lists(st.integers(-1, 3), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["often", "why", "no"]), JSON, st.integers(1, 9)), max_size=20))
def test_every_answer_to_a_question_is_counted_or_refused(answers):
    for found in tally([ONE, MANY], answers):
        asked = sum(members for name, _, members in answers if name == found.question.id)
        assert found.answered + found.refused == asked
        assert max(found.counts) <= found.answered <= sum(found.counts)
