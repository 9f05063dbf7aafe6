"""The benches of members and pushes, small, on the tests' database: they run, and their figures are of what they say."""

from eval.bench import members, million, recommend


def test_events_into_profiles(service):
    found = members.measure(service.assistant, 40, 500)
    assert all(speed > 0 for speed in found["events per second"].values())
    assert found["seconds until visible"]["longest"] < 10
    assert found["bytes per member in the database"]["profiles"] > 0


def test_many_members_at_once(service):
    found = million.measure(service.assistant, 600, templates=4, items=40, asked=10)
    assert found["database MB"] > found["database MB before"]
    assert set(found["MB by table"]) == {"members", "consents", "profiles", "profile_snapshots", "event_keys", "events"}
    with service.assistant.database.transaction("million") as transaction:
        counted = {
            name: transaction.exec_driver_sql(f"SELECT count(DISTINCT member_id) FROM {name}").scalar()
            for name in ("profiles", "profile_snapshots", "events", "consents")
        }
    assert counted == dict.fromkeys(counted, 600)


def test_lists_out_of_few_items_are_measured_as_those_out_of_a_million(service):
    found = recommend.measure(service.assistant, 3_000, 3_000, 20)
    assert found["recall@100, near an item"] > 0.95
    times = found["ms per list, in memory"]
    assert 0 < times["p50"] <= times["p99"]
