"""Reports of one kind that look at the same records from different sides: what they share is said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.api import Words, _l
from plugins.crm_reports.declare import ByMonth, ByValue, Chart, Cut, Measure, Report, Toggle

MONTH = ByMonth("month", _l("Month"))


@dataclass(frozen=True)
class Family:
    """What reports over one kind of record share; each method makes one of them."""

    resource: str
    day: str
    person: str
    measures: tuple[Measure, ...]
    counted: str
    figures: tuple[str, ...]
    columns: tuple[str, ...]
    filters: tuple[str, ...]
    toggle: Toggle | None = None

    def report(self, name: str, label: Words, summary: Words, **given: Any) -> Report:
        """A report with cuts and charts of its own."""
        own: dict[str, Any] = {
            "resource": self.resource,
            "day": self.day,
            "person": self.person,
            "measures": self.measures,
            "figures": self.figures,
            "columns": self.columns,
            "counted": self.counted,
            "filters": self.filters,
            "toggle": self.toggle,
        }
        return Report(name, label, summary, **(own | given))

    def bars(
        self,
        name: str,
        label: Words,
        summary: Words,
        by: ByValue,
        title: Words,
        measures: tuple[str, ...],
        **given: Any,
    ) -> Report:
        """One cut, a bar for each of its values; a share stands beside the bar in words."""
        chart = Chart("bars", title, by.name, measures=measures, wide=True)
        cuts: tuple[Cut, ...] = (by, *given.pop("cuts", ()))
        return self.report(name, label, summary, cuts=cuts, charts=(chart,), **given)

    def parts(
        self,
        name: str,
        label: Words,
        summary: Words,
        by: ByValue,
        title: Words,
        measures: tuple[str, ...],
        hues: tuple[str, ...],
        **given: Any,
    ) -> Report:
        """One cut, and for each of its values what became of the records, one part after the other."""
        chart = Chart("parts", title, by.name, measures=measures, hues=hues, wide=True)
        cuts: tuple[Cut, ...] = (by, *given.pop("cuts", ()))
        return self.report(name, label, summary, cuts=cuts, charts=(chart,), **given)

    def months(
        self,
        name: str,
        label: Words,
        summary: Words,
        measures: tuple[str, ...],
        hues: tuple[str, ...],
        **given: Any,
    ) -> Report:
        """Month after month."""
        chart = Chart("months", _l("By month"), "month", measures=measures, hues=hues, wide=True)
        return self.report(name, label, summary, cuts=(MONTH,), charts=(chart,), **given)
