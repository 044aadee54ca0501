"""Versions of plugins and of the host, and the ranges in which manifests ask for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne

_VERSION = re.compile(r"\d+(?:\.\d+){0,3}")
_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+){0,3})\s*")
_COMPARE: dict[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": ge, "<=": le, "==": eq, "!=": ne, ">": gt, "<": lt,
}  # fmt: skip


def parse_version(text: str) -> tuple[int, ...]:
    """`"1.4"` as (1, 4, 0, 0), so that versions compare.

    Raises:
        ValueError: it is not one to four numbers between dots.
    """
    if not _VERSION.fullmatch(text):
        raise ValueError(f"{text!r} is no version: one to four numbers between dots, as in 1.4.0")
    numbers = tuple(int(part) for part in text.split("."))
    return numbers + (0,) * (4 - len(numbers))


@dataclass(frozen=True)
class Range:
    """Which versions will do: clauses between commas as in `>=1.3,<2`; the empty text takes any."""

    text: str = ""

    def __post_init__(self) -> None:
        self._clauses()

    def takes(self, version: str) -> bool:
        found = parse_version(version)
        return all(compare(found, bound) for compare, bound in self._clauses())

    def __str__(self) -> str:
        return self.text

    def _clauses(self) -> list[tuple[Callable[[tuple[int, ...], tuple[int, ...]], bool], tuple[int, ...]]]:
        clauses = []
        for part in filter(None, (each.strip() for each in self.text.split(","))):
            match = _CLAUSE.fullmatch(part)
            if match is None:
                raise ValueError(f"{part!r} is no range of versions: write it as >=1.3,<2")
            clauses.append((_COMPARE[match[1]], parse_version(match[2])))
        return clauses
