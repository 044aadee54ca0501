"""The grid of targets: what is kept, what a form says instead, and what of that cannot be understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core.api import Currency, Field, Invalid, Number, _l
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.models import YEAR, Target
from plugins.crm_reports.targets.goals import Goal, Whose
from plugins.crm_reports.targets.keeping import LARGEST, Wish, spread, targets_of
from plugins.crm_reports.targets.progress import amount_text
from plugins.crm_reports.targets.spans import firsts_in, period_label, shifted

VALUE = Field("value", _l("Target"), Number(minimum=0, maximum=LARGEST, decimals=2))
CURRENCY = Field("currency", _l("Currency"), Currency())


@dataclass(frozen=True)
class Grid:
    """One measure over the periods of a year. `texts` is what stands in each input, `problems` what is wrong, by name."""

    goal: Goal
    span: str
    year: int
    firsts: Sequence[date]
    headings: Sequence[str]
    people: Sequence[Whose]
    kept: Mapping[tuple[str, date], Target]
    currency: str
    texts: Mapping[str, str]
    sums: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    wishes: Sequence[Wish] = ()

    @property
    def has_year(self) -> bool:
        """Whether a whole year can be spread over its periods."""
        return self.span != YEAR

    def input_of(self, whose: Whose, first: date) -> str:
        return f"v:{whose.key}:{first.isoformat()}"

    def year_of(self, whose: Whose) -> str:
        return f"y:{whose.key}"

    def with_wishes(self) -> Mapping[tuple[str, date], Target]:
        """What would be kept if the wishes came true."""
        found = dict(self.kept)
        for wish in self.wishes:
            if wish.value is None:
                found.pop((wish.whose.key, wish.first), None)
            else:
                found[wish.whose.key, wish.first] = Target(value=wish.value)
        return found


def grid_of(
    session: Session, reader: Reader, goal: Goal, span: str, year: int, people: Sequence[Whose]
) -> Grid:
    """The grid as it is kept; the period before the year's first one along with it, to be carried on."""
    firsts = firsts_in(span, year)
    kept = targets_of(session, goal, span, [shifted(span, firsts[0], -1), *firsts])
    texts, sums = {}, {}
    for whose in people:
        values = [kept[whose.key, first] for first in firsts if (whose.key, first) in kept]
        for target in values:
            text = VALUE.kind.raw(target.value, reader.formats)
            texts[f"v:{whose.key}:{target.first.isoformat()}"] = text
        if goal.adds_up and len({each.currency for each in values}) == 1:
            total = sum((each.value for each in values), Decimal(0))
            sums[whose.key] = amount_text(reader, goal, total, values[0].currency)
    currency = next((each.currency for each in kept.values() if each.currency), None)
    return Grid(
        goal,
        span,
        year,
        firsts,
        [period_label(span, first, reader.formats.language, short=True) for first in firsts],
        people,
        kept,
        currency or reader.formats.currency,
        texts,
        sums,
    )


def sent_grid(reader: Reader, grid: Grid, form: Mapping[str, str]) -> Grid:
    """The grid as a form has it. A year that is filled in replaces the periods of its row."""
    wishes: list[Wish] = []
    problems: dict[str, str] = {}
    texts: dict[str, str] = {}
    for whose in grid.people:
        for first in grid.firsts:
            name = grid.input_of(whose, first)
            if name in form:
                texts[name] = form[name].strip()
                value = _read(reader, VALUE, texts[name], name, problems)
                wishes.append(Wish(whose, first, value))
        name = grid.year_of(whose)
        if grid.has_year and form.get(name, "").strip():
            texts[name] = form[name].strip()
            year = _read(reader, VALUE, texts[name], name, problems)
            if year is not None:
                wishes = [wish for wish in wishes if wish.whose.key != whose.key]
                wishes += spread(grid.goal, whose, grid.firsts, year)
    currency = grid.currency
    if grid.goal.is_money and "currency" in form:
        currency = _read(reader, CURRENCY, form["currency"], "currency", problems) or grid.currency
    return replace(grid, texts=texts, problems=problems, wishes=wishes, currency=currency)


def _read(reader: Reader, declared: Field, text: str, name: str, problems: dict[str, str]) -> Any:
    try:
        return declared.kind.parse(text, declared, reader.reading)
    except Invalid as error:
        problems[name] = str(error.message)
        return None
