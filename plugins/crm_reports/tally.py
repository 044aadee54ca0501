"""What was counted: groups of records by values and time, that add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from plugins.crm_reports.buckets import Grain
from plugins.crm_reports.declare import Amount, Count, Mean, Measure, Report, Share, Sum
from plugins.crm_reports.largest import Value

BEFORE = -1
"""The bucket of everything in the period that is compared with; where it is divided too, bucket n of it is `BEFORE - n`."""

DAY, HOUR = 86_400, 3_600
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Axis:
    """By what records are grouped: fields, buckets of time, both or neither."""

    fields: tuple[str, ...] = ()
    grain: Grain | None = None

    def covers(self, other: Axis) -> bool:
        """Whether the other's groups are sums of this one's."""
        return set(other.fields) <= set(self.fields) and other.grain in (None, self.grain)

    def joined(self, other: Axis) -> Axis | None:
        """The narrowest axis that covers both; None where they divide time differently."""
        if self.grain and other.grain and self.grain != other.grain:
            return None
        return Axis(tuple(dict.fromkeys((*self.fields, *other.fields))), self.grain or other.grain)


@dataclass
class Tally:
    """What was counted of one group of records; adds up with others."""

    counts: dict[str, Any] = field(default_factory=lambda: defaultdict(int))
    amounts: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    means: dict[str, dict[str, tuple[Decimal, int]]] = field(default_factory=dict)
    """Measure name → currency → sum of amounts, and of how many records."""
    seconds: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Measure name → sum of seconds, and of how many records."""

    def __iadd__(self, other: Tally) -> Tally:
        for name, count in other.counts.items():
            self.counts[name] += count
        for name, sums in other.amounts.items():
            for currency, amount in sums.items():
                self.add_amount(name, currency, amount)
        for name, means in other.means.items():
            for currency, (amount, number) in means.items():
                self.add_mean(name, currency, amount, number)
        for name, (sum_, of) in other.seconds.items():
            self.add_seconds(name, sum_, of)
        return self

    def add_amount(self, name: str, currency: str, amount: Decimal) -> None:
        sums = self.amounts.setdefault(name, {})
        sums[currency] = sums[currency] + amount if currency in sums else amount

    def add_mean(self, name: str, currency: str, amount: Decimal, number: int) -> None:
        means = self.means.setdefault(name, {})
        so_far, before = means.get(currency, (Decimal(0), 0))
        means[currency] = (so_far + amount, before + number)

    def add_seconds(self, name: str, seconds: int, number: int) -> None:
        so_far, before = self.seconds.get(name, (0, 0))
        self.seconds[name] = (so_far + seconds, before + number)

    def value(self, report: Report, measure: Measure) -> Any:
        """A measure's value: int, {currency: Decimal}, or float (a share of 1, days, hours); None where there is none."""
        if isinstance(measure, (Count, Sum)):
            number = self.counts[measure.name]
            return number if isinstance(number, int) else float(number)
        if isinstance(measure, Mean):
            means = self.means.get(measure.name, {})
            return {
                currency: (amount / number).quantize(CENT) for currency, (amount, number) in means.items()
            }
        if isinstance(measure, Amount):
            return self.amounts.get(measure.name, {})
        if isinstance(measure, Share):
            whole = self.value(report, report.measure(measure.whole))
            return self.value(report, report.measure(measure.part)) / whole if whole else None
        sum_, of = self.seconds.get(measure.name, (0, 0))
        return sum_ / of / (HOUR if measure.unit == "hours" else DAY) if of else None


@dataclass
class Tallies:
    """The groups of one axis: (values of its fields, bucket) → what was counted."""

    fields: tuple[str, ...] = ()
    groups: dict[tuple[tuple[Value, ...], int], Tally] = field(default_factory=lambda: defaultdict(Tally))

    def total(self, before: bool = False) -> Tally:
        return self._sum(lambda values, bucket: 0, before).get(0, Tally())

    def by_value(self, field: str, before: bool = False) -> Mapping[Value, Tally]:
        place = self.fields.index(field)
        return self._sum(lambda values, bucket: values[place], before)

    def by_bucket(self, before: bool = False) -> Mapping[int, Tally]:
        return self._sum(lambda values, bucket: BEFORE - bucket if before else bucket, before)

    def by_value_and_bucket(self, field: str) -> Mapping[tuple[Value, int], Tally]:
        place = self.fields.index(field)
        return self._sum(lambda values, bucket: (values[place], bucket), False)

    def on(self, axis: Axis) -> Tallies:
        """The same by the fields of this axis alone."""
        places = [self.fields.index(name) for name in axis.fields]
        narrow = Tallies(axis.fields)
        for (values, bucket), tally in self.groups.items():
            kept = bucket if axis.grain else BEFORE if bucket < 0 else 0
            narrow.groups[tuple(values[place] for place in places), kept] += tally
        return narrow

    def add(self, other: Tallies) -> None:
        """Put what was counted of other records of the same axis beside."""
        for key, tally in other.groups.items():
            self.groups[key] += tally

    def _sum(self, key: Callable[[tuple[Value, ...], int], Any], before: bool) -> dict[Any, Tally]:
        sums: dict[Any, Tally] = defaultdict(Tally)
        for (values, bucket), tally in self.groups.items():
            if (bucket < 0) is before:
                sums[key(values, bucket)] += tally
        return sums
