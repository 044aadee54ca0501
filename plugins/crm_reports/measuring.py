"""The columns of a counting statement: what each measure adds up, of records or of the rows that hang on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.crm_reports.ask import Ask, Reader
from plugins.crm_reports.declare import Amount, Count, Days, Mean, Measure, Share, Sum
from plugins.crm_reports.narrowing import criteria_of, narrowing_of


def measures_of(ask: Ask) -> tuple[Measure, ...]:
    """What is counted of the records of this part."""
    return ask.report.measures


def measured(session: Session, reader: Reader, ask: Ask) -> list[Any]:
    """A column for each thing that is added up; shares come of counts."""
    columns: list[Any] = []
    for measure in measures_of(ask):
        if isinstance(measure, Share):
            continue
        where = criteria_of(session, reader, ask.resource, narrowing_of(measure.where))
        columns += _added_up(ask, measure, where)
    return columns


def currency_of(ask: Ask) -> Any:
    """Amounts of different currencies are kept apart by grouping; nothing is where no amount is asked for."""
    wanted = any(isinstance(measure, (Amount, Mean)) for measure in measures_of(ask))
    return getattr(ask.resource.model, "currency", None) if wanted else None


def _added_up(ask: Ask, measure: Measure, where: Sequence[Any]) -> list[Any]:
    name = measure.name
    if isinstance(measure, Count):
        return [_count(ask, where).label(f"n_{name}")]
    if isinstance(measure, Days):
        return _elapsed(ask, measure, where)
    assert isinstance(measure, (Amount, Mean, Sum))
    value = measure.of() if callable(measure.of) else getattr(ask.counted_model, measure.of)
    narrow = sa.case((sa.and_(*where), value)) if where else value
    if isinstance(measure, Sum):
        return [sa.func.sum(narrow).label(f"n_{name}")]
    summed = sa.func.sum(narrow).label(f"a_{name}")
    return [summed] if isinstance(measure, Amount) else [summed, sa.func.count(narrow).label(f"o_{name}")]


def _count(ask: Ask, where: Sequence[Any]) -> Any:
    """Of records, also where their rows are counted: one that has several is one."""
    if ask.report.rows:
        id = ask.resource.model.id
        return sa.func.count(sa.distinct(sa.case((sa.and_(*where), id)) if where else id))
    return sa.func.sum(sa.case((sa.and_(*where), 1), else_=0)) if where else sa.func.count()


def _elapsed(ask: Ask, measure: Days, where: Sequence[Any]) -> list[Any]:
    model = ask.resource.model
    begin = getattr(model, measure.begin)
    end = measure.end() if callable(measure.end) else getattr(model, measure.end)
    both = sa.and_(begin.isnot(None), end.isnot(None), *where)
    seconds = sa.cast(sa.extract("epoch", end), sa.BigInteger) - sa.cast(
        sa.extract("epoch", begin), sa.BigInteger
    )
    return [
        sa.func.sum(sa.case((both, seconds), else_=0)).label(f"s_{measure.name}"),
        sa.func.sum(sa.case((both, 1), else_=0)).label(f"o_{measure.name}"),
    ]
