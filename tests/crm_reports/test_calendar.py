"""Periods, what they are compared with, and the buckets that Python and both databases must agree on."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from core.testing.installation import Installation
from plugins.crm_reports.buckets import (
    Grain,
    bucket_of,
    bucket_sql,
    buckets_of,
    days_of,
    grain_for,
)
from plugins.crm_reports.periods import Period, before, named, read_period

GRAINS: tuple[Grain, ...] = ("day", "week", "month", "year")
TODAY = date(2028, 3, 31)


def test_the_database_counts_buckets_as_python_does(installation: Installation) -> None:
    days = [
        date(1960, 2, 29),
        date(1969, 12, 31),
        date(1970, 1, 1),
        date(2024, 12, 29),
        date(2024, 12, 30),
        date(2199, 12, 31),
    ]
    with installation.session() as session:
        for day in days:
            for grain in GRAINS:
                counted = session.execute(
                    sa.select(
                        bucket_sql(
                            grain,
                            sa.cast(sa.literal(day, sa.Date), sa.Date)
                            if session.get_bind().dialect.name == "postgresql"
                            else sa.literal(day, sa.Date),
                        )
                    )
                ).scalar_one()
                assert counted == bucket_of(grain, day), (grain, day)


@pytest.mark.parametrize("grain", GRAINS)
def test_buckets_share_a_period_out(grain: Grain) -> None:
    period = Period("custom", date(2023, 11, 17), date(2025, 2, 3))
    seen = [days_of(grain, bucket, period) for bucket in buckets_of(grain, period)]
    assert seen[0][0] == period.first and seen[-1][1] == period.last
    for (_first, last), (next_first, _last) in pairwise(seen):
        assert next_first == last + timedelta(days=1)
    if grain == "week":
        assert {first.weekday() for first, _last in seen[1:]} == {0}


@pytest.mark.parametrize(
    ("name", "first", "earlier"),
    [
        ("7d", date(2028, 3, 25), (date(2028, 3, 18), date(2028, 3, 24))),
        ("90d", date(2028, 1, 2), (date(2027, 10, 4), date(2028, 1, 1))),
        ("month", date(2028, 3, 1), (date(2028, 2, 1), date(2028, 2, 29))),
        ("quarter", date(2028, 1, 1), (date(2027, 10, 1), date(2027, 12, 31))),
        ("year", date(2028, 1, 1), (date(2027, 1, 1), date(2027, 3, 31))),
    ],
)
def test_a_period_and_the_one_before(name: str, first: date, earlier: tuple[date, date]) -> None:
    period = named(name, TODAY)
    assert (period.first, period.last) == (first, TODAY)
    found = before(period, "previous")
    assert found is not None and (found.first, found.last) == earlier


def test_a_year_before_never_reaches_into_the_period() -> None:
    assert before(Period("custom", date(2026, 1, 1), date(2027, 12, 31)), "last_year") is None
    assert before(named("7d", TODAY), "none") is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("", "", ""), ("90d", date(2028, 1, 2), TODAY)),
        (("nonsense", "", ""), ("90d", date(2028, 1, 2), TODAY)),
        (("7d", "2028-02-30", "x"), ("7d", date(2028, 3, 25), TODAY)),
        (("", "2028-02-01", "2028-01-01"), ("custom", date(2028, 1, 1), date(2028, 2, 1))),
        (("", "2028-03-01", ""), ("custom", date(2028, 3, 1), TODAY)),
        (("", "0001-01-01", "9999-12-31"), ("90d", date(2028, 1, 2), TODAY)),
    ],
)
def test_a_period_is_read(given: tuple[str, str, str], expected: tuple[str, date, date]) -> None:
    period = read_period(*given, TODAY)
    assert (period.name, period.first, period.last) == expected


def test_columns_are_neither_few_nor_many() -> None:
    assert grain_for(named("7d", TODAY)) == "day"
    assert grain_for(named("90d", TODAY)) == grain_for(named("365d", TODAY)) == "week"
    assert grain_for(Period("custom", date(2020, 1, 1), TODAY)) == "year"
    assert grain_for(Period("custom", date(2026, 1, 1), TODAY)) == "month"
    assert grain_for(named("30d", TODAY), finest="month") == "month"
