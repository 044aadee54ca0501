"""Whose turn it is: a round in which everybody sits as often as their share says, gone through seat by seat.

A round is laid out so that at every place each person has had their share to within one (Balinski and Young's quota
method). Who cannot take is passed over, and nobody makes up for it later: of people who are there all along, each has
had as many as the others, to within one, over whatever stretch one looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from math import gcd
from typing import Any


@lru_cache(maxsize=256)
def round_of(weights: tuple[int, ...]) -> tuple[int, ...]:
    """The places of people with these shares in one round: (3, 2) → (0, 1, 0, 0, 1)."""
    if not weights:
        return ()
    divisor = reduce(gcd, weights)
    shares = [weight // divisor for weight in weights]
    length = sum(shares)
    had = [0] * len(shares)
    places = []
    for place in range(1, length + 1):
        due = [who for who, share in enumerate(shares) if had[who] * length < share * place]
        next_one = min(due, key=lambda who: ((had[who] + 1) / shares[who], who))
        had[next_one] += 1
        places.append(next_one)
    return tuple(places)


@dataclass(frozen=True)
class Turn:
    """Who got it (None: nobody could), from which seat, and whom it passed over: (seat, why)."""

    user_id: int | None
    seat: int | None
    passed: tuple[tuple[int, Any], ...] = ()


@dataclass
class Turns:
    """A round under way. `taker(seat)` answers who takes for it and, where nobody does, why: (user id, reason)."""

    weights: Sequence[int]
    taker: Callable[[int], tuple[int | None, Any]]
    place: int = 0
    places: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.places = round_of(tuple(self.weights))
        self.place = self.place % len(self.places) if self.places else 0

    def next(self) -> Turn:
        """The next turn; where nobody can take, the place stays."""
        passed: dict[int, Any] = {}
        for step in range(len(self.places)):
            place = (self.place + step) % len(self.places)
            seat = self.places[place]
            if seat in passed:
                continue
            user_id, why = self.taker(seat)
            if user_id is not None:
                self.place = (place + 1) % len(self.places)
                return Turn(user_id, seat, tuple(passed.items()))
            passed[seat] = why
            if len(passed) == len(self.weights):
                break
        return Turn(None, None, tuple(passed.items()))


def place_after(weights: Sequence[int], seat: int) -> int:
    """Where a round goes on after this seat has had its first turn in it."""
    return round_of(tuple(weights)).index(seat) + 1
