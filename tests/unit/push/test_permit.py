"""Quiet hours, caps and consent hold in every zone, on every night."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.push.permit import WEEK, Because, Rules, Sent, Standing, permit, refused
from assistant.push.quiet import QuietHours, at_hour, local_day, next_allowed

ZONES = st.sampled_from(
    [
        "Asia/Taipei",
        "Asia/Hong_Kong",
        "Asia/Kathmandu",
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Pacific/Apia",
        "UTC",
    ]
).map(ZoneInfo)
MOMENTS = st.integers(1_483_228_800, 1_830_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
"""From 2017 to 2027."""
CLOCKS = st.times().map(lambda t: t.replace(microsecond=0, tzinfo=None))
QUIET = st.builds(QuietHours, CLOCKS, CLOCKS)
NIGHT = QuietHours(time(22), time(8))


@given(MOMENTS, ZONES, QUIET)
@settings(max_examples=150, deadline=None)
def test_the_next_allowed_moment_is_not_quiet_and_not_before(moment, zone, quiet):
    found = next_allowed(moment, zone, quiet)
    assert found >= moment
    assert not quiet.hold(found, zone)
    assert found - moment <= timedelta(hours=26)
    if not quiet.hold(moment, zone):
        assert found == moment


@given(st.sampled_from([(2026, 3, 29), (2026, 10, 25), (2025, 3, 30)]), st.integers(0, 24 * 60))
@settings(max_examples=100, deadline=None)
def test_nights_on_which_the_clock_jumps(day, minutes):
    zone = ZoneInfo("Europe/Berlin")
    moment = datetime(*day, tzinfo=UTC) - timedelta(hours=6) + timedelta(minutes=minutes)
    for quiet in (QuietHours(time(22), time(2, 30)), QuietHours(time(2, 15), time(3)), NIGHT):
        found = next_allowed(moment, zone, quiet)
        assert found >= moment
        assert not quiet.hold(found, zone)


@given(MOMENTS, ZONES, st.integers(0, 23))
@settings(max_examples=80, deadline=None)
def test_the_best_hour_comes_within_two_days(moment, zone, hour):
    found = at_hour(moment, zone, hour)
    assert moment <= found <= moment + timedelta(hours=50)


@given(MOMENTS, ZONES)
@settings(max_examples=80, deadline=None)
def test_a_local_day_holds_its_moment(moment, zone):
    begin, end = local_day(moment, zone)
    assert begin <= moment < end
    assert end - begin <= timedelta(hours=26)


@given(
    MOMENTS,
    ZONES,
    st.lists(st.integers(0, 3), min_size=1, max_size=12),
    st.integers(1, 3),
    st.integers(1, 5),
    st.integers(1, 2),
    st.one_of(st.none(), st.integers(0, 23)),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_planned_one_after_the_other_no_cap_is_broken(now, zone, connections, day, week, channel, hour):
    rules = Rules(per_day=day, per_week=week, per_day_channel=channel, quiet=NIGHT)
    sent: list[Sent] = []
    for number in connections:
        standing = Standing(member_id="m", zone=zone, consents=True, best_hour=hour, sent=sent)
        found = permit(standing, rules, f"c{number}", frozenset(), now, now + timedelta(days=10))
        assert (found.due_at is None) != (found.because is None)
        if found.due_at is not None:
            assert now <= found.due_at < now + timedelta(days=10)
            assert not NIGHT.hold(found.due_at, zone)
            sent.append(Sent(found.due_at, f"c{number}"))
    for one in sent:
        begin, end = local_day(one.at, zone)
        today = [other for other in sent if begin <= other.at < end]
        assert len(today) <= day
        assert sum(other.connection_id == one.connection_id for other in today) <= channel
        assert sum(one.at <= other.at < one.at + WEEK for other in sent) <= week


def test_every_refusal_has_its_reason():
    taipei = ZoneInfo("Asia/Taipei")
    fine = Standing(member_id="m", zone=taipei, consents=True)
    assert refused(fine, "c", frozenset()) is None
    assert refused(Standing(member_id="m", zone=taipei, consents=False), "c", frozenset()) is Because.NO_CONSENT
    sanctioned = Standing(member_id="m", zone=taipei, consents=True, sanctioned=True)
    assert refused(sanctioned, "c", frozenset()) is Because.SANCTIONED
    away = Standing(member_id="m", zone=taipei, consents=True, refused=frozenset({"c"}))
    assert refused(away, "c", frozenset()) is Because.CHANNEL_REFUSED
    stopped = Standing(member_id="m", zone=taipei, consents=True, stops=frozenset({"topic:pregnancy"}))
    assert refused(stopped, "c", frozenset({"topic:pregnancy"})) is Because.TOPIC_STOPPED
    night = datetime(2026, 11, 28, 15, tzinfo=UTC)
    held = permit(fine, Rules(), "c", frozenset(), night, night + timedelta(hours=2))
    assert held.because is Because.OUTSIDE_WINDOW
