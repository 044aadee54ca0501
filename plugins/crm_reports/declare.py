"""What a plugin declares about a report; frozen, so that one declaration gives the page, the workbook and the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.api import Passages, Words

Good = Literal["up", "down", ""]
"""Which way is better: an arrow the other way is drawn as worse; empty where neither is."""


@dataclass(frozen=True)
class Count:
    """How many records. `where` narrows them in the words of their list (`status=~converted`).

    In the table `compared` puts the number before and the change beside it.
    """

    name: str
    label: Words
    where: str = ""
    good: Good = ""
    compared: bool = False


@dataclass(frozen=True)
class Amount:
    """The sum of the attribute `of`, an amount of money in the record's currency; currencies are never added up."""

    name: str
    label: Words
    of: str = "value"
    where: str = ""
    good: Good = ""
    compared: bool = False


@dataclass(frozen=True)
class Sum:
    """The sum of the attribute `of`, a whole number (minutes), or of an expression in SQL."""

    name: str
    label: Words
    of: str | Callable[[], Any]
    where: str = ""
    good: Good = ""
    compared: bool = False


@dataclass(frozen=True)
class Mean:
    """The mean of the attribute `of`, an amount of money, over the records that have one; for each currency by itself."""

    name: str
    label: Words
    of: str = "value"
    where: str = ""
    good: Good = ""
    compared: bool = False


@dataclass(frozen=True)
class Share:
    """What part one count is of another, both named."""

    name: str
    label: Words
    part: str
    whole: str
    good: Good = ""
    compared: bool = False


@dataclass(frozen=True)
class Days:
    """The mean number of days, or hours, between two moments of the records that have both: attributes, or expressions
    in SQL."""

    name: str
    label: Words
    begin: str
    end: str | Callable[[], Any]
    where: str = ""
    good: Good = ""
    compared: bool = False
    unit: Literal["days", "hours"] = "days"


Measure = Count | Amount | Sum | Mean | Share | Days


@dataclass(frozen=True)
class ByValue:
    """A row for each value of a field, the largest first.

    The field points to a list or to users, or holds a text, a choice or a country: then the largest have rows of their
    own, and what is left is one row of others.
    """

    name: str
    label: Words
    columns: tuple[str, ...] = ()
    of: str = ""
    """Of a report over rows: their field by which it divides; `name` is then the filter of the list that takes its values."""


@dataclass(frozen=True)
class BySteps:
    """A row for each value of a status, in the order of the work.

    A record at a step has passed those before it. `way` are the meanings that belong to the way, in order; values of
    other meanings stand below it, and their records have not passed the first step.
    """

    name: str
    label: Words
    way: tuple[str, ...]
    amount: str = ""
    """An `Amount` shown for the records that are at the step now."""
    time: str = ""
    """A `Days` said at the last step: how long the whole way takes."""
    spent: Passages | None = None
    """Where the stretches of time in each step are kept: then each step says how long records stay there, on average."""


@dataclass(frozen=True)
class ByFilter:
    """A row for each choice of a filter of the list that is no field (how lively a client is); they exclude each other."""

    name: str
    label: Words
    columns: tuple[str, ...] = ()
    hues: tuple[str, ...] = ()
    """Of the choices, in their order."""


@dataclass(frozen=True)
class ByMonth:
    """A row for each month of the period, or each `finest`; for wider ones where that would be too many."""

    name: str
    label: Words
    columns: tuple[str, ...] = ()
    finest: Literal["week", "month"] = "month"


@dataclass(frozen=True)
class Stage:
    """A step of a way over several kinds of record: how many got there, for how much, and how long it took them.

    All three are names of measures, of the report or of one beside it.
    """

    count: str
    amount: str = ""
    time: str = ""


@dataclass(frozen=True)
class ByStages:
    """A row for each stage of a way that begins with one kind of record and ends with another: lead, deal, won."""

    name: str
    label: Words
    stages: tuple[Stage, ...]


Cut = ByValue | BySteps | ByFilter | ByMonth | ByStages


@dataclass(frozen=True)
class Toggle:
    """A field that is yes or no, as three buttons at the end of the tools: all records, those without, those with."""

    field: str
    all: Words
    no: Words
    yes: Words


@dataclass(frozen=True)
class Chart:
    """A picture of one cut.

    `look`: `funnel` (a `BySteps` or `ByStages`), `bars` (the first measure, a share in words beside it), `parts` (measures one after
    the other in one bar), `over_time` (the first measure of each value, stacked, in weeks), `months` (columns side by
    side). `hues` are of the measures; `accent` is the product's own.
    """

    look: Literal["funnel", "bars", "parts", "over_time", "months"]
    label: Words
    cut: str
    measures: tuple[str, ...] = ()
    hues: tuple[str, ...] = ("accent",)
    wide: bool = False


@dataclass(frozen=True)
class Report:
    """A page of figures over one resource.

    Args:
        name: as in the URL (`/reports/lead-funnel`); fixed once published.
        label, summary: its name, and a sentence for the card.
        resource: whose records are counted; a reader who may not see any does not see the report.
        day: the field, a day, by which records belong to a period; or a filter of the list that has a `day`.
        person: the field that says whose a record is.
        filters: fields that point to lists and stand over the report as filters; `person` among them where it is to be
            one. All other filters of the list can be added by whoever reads it.
        measures: everything that is counted; figures, cuts and charts name them.
        figures: the measures on top.
        columns: the measures of a table whose cut names none itself.
        cuts: by what the table can be divided, the first being the usual one.
        charts: the pictures between figures and table.
        counted: the measure that says whether there is anything at all.
        toggle: a filter by yes or no that is always in sight.
        one_of: a filter that always has one value, at first the list's default: the pipeline whose stages are the steps.
        beside: what is counted of other kinds of record, for the same period, filters and rows: reports that are never
            shown by themselves, whose measures figures, columns and stages name as well. Their filters hold all of
            this report's. Who may not see their records sees the report without them.
    """

    name: str
    label: Words
    summary: Words
    resource: str
    day: str
    measures: tuple[Measure, ...]
    figures: tuple[str, ...]
    columns: tuple[str, ...]
    cuts: tuple[Cut, ...]
    charts: tuple[Chart, ...]
    counted: str
    person: str = ""
    filters: tuple[str, ...] = ()
    icon: str = "chart-bar"
    hue: str = "violet"
    toggle: Toggle | None = None
    one_of: str = ""
    beside: tuple[Report, ...] = ()
    called: tuple[tuple[str, str], ...] = ()
    """Of a report beside another: (the other's field, what it is called here), where the names differ."""
    usual: str = "90d"
    """The period when none is asked for, as the address calls it."""
    rows: str = ""
    """The child whose rows are counted instead of records (the products of deals); a record with several is one all the same."""

    @property
    def all_measures(self) -> tuple[Measure, ...]:
        """Its own measures and those of the reports beside it."""
        return (*self.measures, *(each for other in self.beside for each in other.measures))

    @property
    def narrowed_by(self) -> tuple[str, ...]:
        """The fields by which a reader can narrow it."""
        return (*self.filters, *((self.toggle.field,) if self.toggle else ()))

    def measure(self, name: str) -> Measure:
        """The measure of this name, its own or of a report beside it.

        Raises:
            KeyError: there is none.
        """
        for each in self.all_measures:
            if each.name == name:
                return each
        raise KeyError(name)

    def has_cut(self, name: str) -> bool:
        return any(each.name == name for each in self.cuts)

    def cut(self, name: str) -> Cut:
        """The cut of this name.

        Raises:
            KeyError: there is none.
        """
        for each in self.cuts:
            if each.name == name:
                return each
        raise KeyError(name)
