from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.content.checking import problem_with
from assistant.content.drafting import blanks, draft_text, from_template
from assistant.content.ideas import ideas_of
from assistant.content.learning import changes, distance, liked, taken
from assistant.content.rank import Taste, rank, written_again
from assistant.content.repeats import TOO_MUCH
from assistant.content.results import expected, lift
from assistant.content.topics import rising_topics
from assistant.types.content import DraftState, Goal, Kind, Used
from assistant.words import LANGUAGES
from tests.unit.content.making import NOW, PERIOD, Embedder, draft, post, said

FLASK = [said(1, f"flask fits in bag {n}") for n in range(5)]
BIB = [said(2, f"smaller bib sizes please {n}") for n in range(4)]
SOUP = [said(3, f"pumpkin soup recipe wanted {n}") for n in range(3)]


@pytest.fixture(scope="module")
def ideas():
    messages = [*FLASK, *BIB, *SOUP]
    return ideas_of(rising_topics(messages, Embedder().encode([one.text for one in messages]), PERIOD), [], [])


def test_suggestions_are_of_different_kinds_and_things(ideas):
    ranked = rank(ideas, [], Embedder(), NOW, Taste(), 3)
    assert len({one.idea.kind for one in ranked}) == 3
    assert len({one.idea.source for one in ranked}) == 3


def test_the_goal_decides_the_kind(ideas):
    helping = rank(ideas, [], Embedder(), NOW, Taste(Goal.HELP), 1)[0].idea.kind
    engaging = rank(ideas, [], Embedder(), NOW, Taste(Goal.ENGAGE), 1)[0].idea.kind
    assert helping is Kind.HOW_TO
    assert engaging in {Kind.POLL, Kind.QUIZ, Kind.USER_CONTENT}


def test_what_was_posted_yesterday_is_not_said_again(ideas):
    first = rank(ideas, [], Embedder(), NOW, Taste(), 1)[0].idea
    text = " ".join([*first.terms, *(one.text for one in first.evidence)])
    yesterday = rank(ideas, [post(1, text)], Embedder(), NOW, Taste(), 5)
    assert first.source not in {one.idea.source for one in yesterday}
    long_ago = rank(ideas, [post(90, text)], Embedder(), NOW, Taste(), 5)
    assert first.source in {one.idea.source for one in long_ago}


def test_kinds_that_worked_and_were_liked_come_first(ideas):
    worked = [post(40 + n, f"old {n}", Kind.LIVE, reactions=90) for n in range(8)]
    failed = [post(60 + n, f"older {n}", Kind.POLL, reactions=1) for n in range(8)]
    taste = Taste(kinds=frozenset({Kind.LIVE, Kind.POLL}), liked={Kind.LIVE: 1.4, Kind.POLL: 0.5})
    assert rank(ideas, [*worked, *failed], Embedder(), NOW, taste, 1)[0].idea.kind is Kind.LIVE


def test_a_draft_that_was_posted_is_not_suggested_again_though_no_member_is_quoted(ideas):
    first = rank(ideas, [], Embedder(), NOW, Taste(language="en"), 1)[0].idea
    posted = draft_text(first, "en")
    after = rank(ideas, [post(1, posted)], Embedder(), NOW, Taste(language="en"), 99)
    assert first.id not in {one.idea.id for one in after}
    assert all(one.repetition > 0.3 for one in after if one.idea.source == first.source)
    assert all(one.repetition < 0.3 for one in after if one.idea.source != first.source)
    long_ago = rank(ideas, [post(60, posted)], Embedder(), NOW, Taste(language="en"), 99)
    assert first.id in {one.idea.id for one in long_ago}


def test_what_a_model_wrote_is_held_against_posts_too(ideas):
    first = rank(ideas, [], Embedder(), NOW, Taste(language="en"), 1)[0]
    posts = [post(1, "bring your kettle on friday and we boil it together")]
    again = written_again(first, posts[0].text, posts, Embedder(), NOW, "en")
    assert (again.repetition > TOO_MUCH, again.repeats) == (True, posts[0].id)
    assert written_again(first, "about something else", posts, Embedder(), NOW, "en").repetition < 0.3


def test_a_subject_that_was_used_is_left_out_in_its_kind_and_far_lower_in_others(ideas):
    first = rank(ideas, [], Embedder(), NOW, Taste(), 1)[0]
    used = Used(first.idea.kind, first.idea.subject)
    again = {one.idea.id: one for one in rank(ideas, [], Embedder(), NOW, Taste(subjects=[used]), 99)}
    assert first.idea.id not in again, "whatever its id is by now, it is the same subject"
    before = {one.idea.id: one for one in rank(ideas, [], Embedder(), NOW, Taste(), 99)}
    same = [name for name in again if again[name].idea.source == first.idea.source]
    assert same
    assert all(again[name].score < before[name].score / 4 for name in same)
    by_id = rank(ideas, [], Embedder(), NOW, Taste(used=frozenset({first.idea.id})), 1)[0]
    assert by_id.idea.source != first.idea.source


def test_what_a_rejection_names_comes_later(ideas):
    first = rank(ideas, [], Embedder(), NOW, Taste(), 1)[0]
    words = " ".join(first.idea.subject.split(" · "))
    after = rank(ideas, [], Embedder(), NOW, Taste(reasons=[f"no more of {words}, please"]), 99)
    assert next(one.score for one in after if one.idea.id == first.idea.id) < first.score
    assert after[0].idea.source != first.idea.source
    other = rank(ideas, [], Embedder(), NOW, Taste(reasons=["too long"]), 1)[0]
    assert (other.idea.id, other.score) == (first.idea.id, first.score)


def test_what_was_rewritten_counts_as_less_of_an_approval():
    kept = draft(Kind.POLL, "a title\nand a body", "a title", "and a body")
    rewritten = draft(Kind.QUIZ, "a title\nand a body", "xyz", "uvw uvw uvw")
    found = taken([kept, rewritten, draft(Kind.STORY, "t\nb", "t", "b", DraftState.REJECTED)])
    assert found[Kind.POLL] == (1.0, 0)
    assert found[Kind.QUIZ][0] == pytest.approx(0.5, abs=0.1)
    assert found[Kind.STORY] == (0.0, 1)
    assert liked(found)[Kind.QUIZ] < liked(found)[Kind.POLL]


def test_used_ideas_are_left_out(ideas):
    first = rank(ideas, [], Embedder(), NOW, Taste(), 1)[0].idea
    assert first.id not in {
        one.idea.id for one in rank(ideas, [], Embedder(), NOW, Taste(used=frozenset({first.id})), 9)
    }


def test_few_posts_are_drawn_towards_all():
    posts = [post(n, f"p{n}", Kind.QUIZ, reactions=10) for n in range(10)] + [
        post(20, "lucky", Kind.LIVE, reactions=100)
    ]
    lucky = expected(posts, Kind.LIVE)
    assert lucky.posts == 1
    assert 10 < lucky.mean < 60
    assert expected([], Kind.LIVE) is None
    assert lift(posts, Kind.LIVE) > 1 >= lift(posts, Kind.QUIZ)


@given(st.dictionaries(st.sampled_from(list(Kind)), st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_likings_stay_in_bounds(taken):
    assert all(0.4 <= value <= 1.6 for value in liked(taken).values())


def test_rejections_lower_a_kind():
    found = liked({Kind.QUIZ: (0, 6), Kind.POLL: (6, 0)})
    assert found[Kind.QUIZ] < 1 < found[Kind.POLL]


def test_edits_are_kept_as_lines():
    assert changes("a\nb\nc", "a\nB\nc") == ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"]
    assert distance("abc", "abc") == 0
    assert distance("abc", "xyz") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_are_whole_in_every_language(ideas, language):
    for idea in ideas:
        written = from_template(idea, language)
        assert written.title
        assert "{" not in written.title + written.body
        assert not written.machine
        assert (idea.terms[0] if idea.terms else idea.subject).lower() in f"{written.title}\n{written.body}".lower()
        assert " · " not in written.title + written.body
        assert len(blanks(written.body)) == written.body.count("〔")


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        ("滿 1,000 元免運，歡迎湊單一起買喔", True),
        ("滿 500 元免運，歡迎湊單一起買喔", False),
        ("1. 先洗手\n2. 再開蓋\n有問題請留言", True),
        ("請到 shop.example.com 看看有沒有喜歡的", False),
        ("请到店里看看有没有喜欢的颜色和尺寸", False),
        ("As an AI I cannot do that for you", False),
    ],
)
def test_a_model_states_only_what_it_was_told(body, fine):
    problem = problem_with({"title": "標題", "body": body}, ["滿 1,000 元免運"], "zh-Hant")
    assert (problem is None) is fine
