"""Merging what several managers chose at once: no edit of anybody is lost unless it is said to be in conflict."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.merging import GROUPS, PEOPLE, changed_fields, fields_of, merge
from bot.core.models import AspectRatio, Defaults, ImageModel, ImageSize, Limits, Preferences

CREDITS = st.none() | st.integers(1, 3)
DEFAULTS = st.builds(
    Defaults,
    brand_id=st.sampled_from([None, "b1", "b2"]),
    model=st.sampled_from([None, *ImageModel]),
    shape=st.sampled_from([None, "any", AspectRatio.WIDE]),
    size=st.sampled_from([None, *ImageSize]),
)


def some(*ids: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(ids))


LIMITS = st.builds(
    Limits,
    channels=some("C1", "C2", "C3"),
    people=some("U1", "U2"),
    groups=some("S1", "S2"),
    credits_per_month=CREDITS,
    credits_per_person=CREDITS,
    confirm_above=CREDITS,
)
CHANNELS = st.dictionaries(
    st.sampled_from(["C1", "C2", "D1"]), DEFAULTS.filter(lambda chosen: chosen != Defaults()), max_size=3
)
PREFERENCES = st.builds(Preferences, revision=st.integers(0, 9), defaults=DEFAULTS, channels=CHANNELS, limits=LIMITS)


def values(preferences: Preferences) -> dict[str, Any]:
    """Return every field, with people and groups as the one list that they are."""
    fields = fields_of(preferences)
    return fields | {PEOPLE: fields[PEOPLE] | fields.pop(GROUPS)}


def limits(channels: Iterable[str] = (), people: Iterable[str] = (), groups: Iterable[str] = ()) -> Preferences:
    return Preferences(limits=Limits(frozenset(channels), frozenset(people), frozenset(groups)))


@given(PREFERENCES, PREFERENCES, PREFERENCES)
def test_no_edit_of_anybody_is_lost_unless_it_is_in_conflict(
    base: Preferences, wanted: Preferences, current: Preferences
) -> None:
    came = merge(base, wanted, current)
    old, mine, theirs, merged = (values(one) for one in (base, wanted, current, came.merged))
    for name in old.keys() | mine.keys() | theirs.keys():
        chosen: list[Any] = [fields.get(name) for fields in (old, mine, theirs, merged)]
        before, one, other, after = chosen
        if name in came.conflicts:
            assert one not in (before, other)
            assert other != before
            assert after == one
        elif isinstance(after, frozenset) and before not in (one, other):
            assert after >= (one - before) | (other - before)
            assert not after & ((before - one) | (before - other))
            assert after or one == other
        else:
            assert after == (one if one != before else other)


@given(PREFERENCES, PREFERENCES, PREFERENCES)
def test_who_is_first_makes_no_difference_to_what_is_in_conflict_or_comes_of_it(
    base: Preferences, one: Preferences, other: Preferences
) -> None:
    there, back = merge(base, one, other), merge(base, other, one)
    assert there.conflicts == back.conflicts
    assert there.conflicts or not changed_fields(there.merged, back.merged)


@given(PREFERENCES, PREFERENCES)
def test_one_who_is_alone_gets_what_they_want_and_one_who_changes_nothing_changes_nothing(
    base: Preferences, other: Preferences
) -> None:
    alone, idle = merge(base, other, base), merge(base, base, other)
    assert not changed_fields(alone.merged, other)
    assert idle.merged == other
    assert not alone.conflicts | idle.conflicts


@given(PREFERENCES)
def test_revision_and_who_made_it_stay_those_of_what_holds_now(current: Preferences) -> None:
    merged = merge(Preferences(revision=77), Preferences(revision=77), current).merged
    assert (merged.revision, merged.changed_by) == (current.revision, current.changed_by)


class TestNobodyIsNoShorterList:
    def test_two_who_each_take_one_away_do_not_open_it_to_everybody(self) -> None:
        came = merge(limits(channels=["C1", "C2"]), limits(channels=["C1"]), limits(channels=["C2"]))
        assert came.conflicts == {"limits.channels"}

    def test_people_and_groups_are_one_list(self) -> None:
        both = limits(people=["U1"], groups=["S1"])
        assert merge(both, limits(people=["U1"]), limits(groups=["S1"])).conflicts == {PEOPLE}
        came = merge(both, limits(people=["U1", "U2"], groups=["S1"]), limits(people=["U1"], groups=["S1", "S2"]))
        assert not came.conflicts
        assert came.merged.limits == limits(people=["U1", "U2"], groups=["S1", "S2"]).limits

    def test_everybody_on_one_side_and_a_longer_list_on_the_other(self) -> None:
        listed = limits(people=["U1"])
        assert merge(listed, limits(), limits(people=["U1", "U2"])).conflicts == {PEOPLE}
        assert merge(listed, limits(people=["U1", "U2"]), limits()).conflicts == {PEOPLE}


def test_channel_that_one_removes_and_the_other_changes_elsewhere_keeps_what_the_other_chose() -> None:
    base = Preferences(channels={"C1": Defaults(brand_id="b1")})
    theirs = Preferences(channels={"C1": Defaults(brand_id="b1", model=ImageModel.FAST)})
    assert merge(base, Preferences(), theirs).merged.channels == {"C1": Defaults(model=ImageModel.FAST)}
