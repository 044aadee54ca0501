"""Whose turn it is: fair to within one at every moment, over any run, whoever is away."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from core.assignment.turns import Turns, place_after, round_of

WEIGHTS = st.lists(st.integers(1, 20), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(weights=WEIGHTS, count=st.integers(1, 300))
def test_everybody_has_their_share_to_within_one_at_every_moment(weights: list[int], count: int) -> None:
    turns = Turns(weights, lambda seat: (seat, None))
    had: Counter[int | None] = Counter()
    for number in range(1, count + 1):
        had[turns.next().user_id] += 1
        for who, weight in enumerate(weights):
            assert abs(had[who] - Fraction(number * weight, sum(weights))) < 1


@settings(max_examples=80, deadline=None)
@given(
    people=st.integers(1, 8),
    away=st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=60),
    start=st.integers(0, 50),
)
def test_in_turn_nobody_who_is_there_gets_two_more_than_another(
    people: int, away: list[set[int]], start: int
) -> None:
    """Over every stretch, however people come and go: those who are there all along differ by one at most."""
    there = [set(range(people)) - each for each in away]
    turn = -1

    def taker(seat: int) -> tuple[int | None, str]:
        return (seat, "") if seat in there[turn] else (None, "away")

    turns = Turns([1] * people, taker, start)
    given_to: list[int | None] = []
    for turn in range(len(there)):
        given_to.append(turns.next().user_id)
        assert (given_to[-1] is None) == (not there[turn])
        assert given_to[-1] is None or given_to[-1] in there[turn]
    for begin in range(len(there)):
        had: Counter[int | None] = Counter()
        all_along = set(range(people))
        for end in range(begin, len(there)):
            had[given_to[end]] += 1
            all_along &= there[end]
            counts = [had[who] for who in all_along]
            assert not counts or max(counts) - min(counts) <= 1


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.integers(1, 9), min_size=2, max_size=6),
    gone=st.integers(0, 5),
    count=st.integers(1, 150),
)
def test_weights_hold_among_those_who_are_there(weights: list[int], gone: int, count: int) -> None:
    turns = Turns(weights, lambda seat: (None, "away") if seat == gone else (seat, None))
    had = Counter(turns.next().user_id for _each in range(count))
    there = [who for who in range(len(weights)) if who != gone]
    for one in there:
        for other in there:
            gap = Fraction(had[one], weights[one]) - Fraction(had[other], weights[other])
            assert abs(gap) <= Fraction(1, weights[one]) + Fraction(1, weights[other])


def test_a_round_is_spread_and_goes_on_behind_whoever_was_last() -> None:
    assert round_of((3, 2)) == (0, 1, 0, 0, 1)
    assert round_of((4, 2, 2)) == round_of((2, 1, 1))
    assert place_after((1, 1, 1), 1) == 2
    passed = Turns([1, 1], lambda seat: (None, "away"), 1)
    assert passed.next().user_id is None and passed.place == 1 and len(passed.next().passed) == 2
