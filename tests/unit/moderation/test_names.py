"""Names looked up by what they share with their imitations are the names that a comparison with every one finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.moderation.domains import Name, Names, imitates, known_domains, look_at, parse_host

NAMES = (*known_domains().names, Name("mengbao", frozenset({"mengbao.com.tw"})), Name("1rn", frozenset({"1rn.cn"})))
INDEX = Names(NAMES)
BAIT = sorted(known_domains().bait)


@st.composite
def hosts(draw: st.DrawFn) -> str:
    """A name with an edit, glued to bait or alone, below a domain or not."""
    name = draw(st.sampled_from(NAMES))
    text = draw(st.sampled_from((name.text, *sorted(name.official))))
    at = draw(st.integers(0, len(text)))
    edit = draw(st.sampled_from(("", "1", "rn", "0", "x", "-", "a", ".")))
    text = text[:at] + edit + text[at + draw(st.integers(0, 2)) :]
    if draw(st.booleans()):
        text = text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]
    before, after = draw(st.sampled_from(("", *BAIT))), draw(st.sampled_from(("", *BAIT)))
    join = draw(st.sampled_from(("", "-", ".")))
    return f"{before}{join}{text}{join}{after}.{draw(st.sampled_from(('com', 'com.tw', 'top', 'cn')))}"


@given(hosts())
@settings(max_examples=400, deadline=None)
def test_the_lookup_finds_what_comparing_with_every_name_finds(written: str) -> None:
    labels = written.split(".")
    host = parse_host(labels) if all(labels) else None
    if host is None:
        return
    every = max((imitates(look_at(host), name) for name in NAMES if not host.within(name.official)), default=0.0)
    assert INDEX.imitated_by(host) == every


@pytest.mark.parametrize("host", ["paypa1.com", "pyapal.com", "paypaal.com", "paypal-login.com", "paypal.com.evil.top"])
def test_an_imitation_is_found(host: str) -> None:
    parsed = parse_host(host.split("."))
    assert parsed is not None
    assert INDEX.imitated_by(parsed) > 0.9
