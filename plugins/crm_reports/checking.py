"""Whether a report fits what is declared; one that does not is left out and shown on Health."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import Boolean, House, Reference, Resource
from plugins.crm_reports.declare import ByFilter, ByStages, BySteps, ByValue, Count, Report, Share
from plugins.crm_reports.filtering import own_name
from plugins.crm_reports.largest import is_text
from plugins.crm_reports.narrowing import name_of, narrowing_of
from plugins.crm_reports.span import filter_behind


def check_report(report: Report, house: House) -> None:
    """Look at a report and those beside it; one whose kind of record is not there now is not looked at.

    Raises:
        ValueError: it names a field, measure or cut that is not there, or one of the wrong kind.
    """
    resource = house.resources[report.resource]
    _check_names(report)
    _check_fields(report, resource)
    for chart in report.charts:
        if chart.look != "funnel" and not (
            chart.measures and isinstance(report.measure(chart.measures[0]), Count)
        ):
            raise ValueError(f"{report.name}: the chart {chart.label} draws a count, and names none")
    if unknown := sorted({chart.cut for chart in report.charts} - {cut.name for cut in report.cuts}):
        raise ValueError(f"{report.name} has no cut {', '.join(unknown)}")
    if not report.cuts or not _has_day(report, resource):
        raise ValueError(f"{report.name} needs a cut, and a day among the fields of {resource.name}")
    if report.one_of and report.one_of not in report.filters:
        raise ValueError(f"{report.name}: {report.one_of} is not among its filters")
    for other in report.beside:
        _check_beside(report, other, house)


def _check_names(report: Report) -> None:
    """Every measure that is named is declared, and no two have one name."""
    names = [measure.name for measure in report.all_measures]
    if len(names) > len(set(names)):
        raise ValueError(f"{report.name} has two measures of one name")
    wanted = {
        *report.figures,
        *report.columns,
        report.counted,
        *(name for chart in report.charts for name in chart.measures),
    }
    for measure in report.all_measures:
        wanted |= {measure.part, measure.whole} if isinstance(measure, Share) else set()
    for cut in report.cuts:
        if isinstance(cut, BySteps):
            wanted |= {cut.amount, cut.time} - {""}
        elif isinstance(cut, ByStages):
            wanted |= {name for stage in cut.stages for name in (stage.count, stage.amount, stage.time)} - {
                ""
            }
        else:
            wanted |= set(cut.columns)
    if missing := sorted(wanted - set(names)):
        raise ValueError(f"{report.name} has no measure {', '.join(missing)}")


def _check_fields(report: Report, resource: Resource) -> None:
    """What is grouped or narrowed by is a field of the right kind, kept with the record."""
    narrowing = [
        name
        for measure in report.measures
        if not isinstance(measure, Share)
        for name in map(name_of, narrowing_of(measure.where))
        if name not in {each.name for each in resource.extra_filters}
    ]
    values = [cut for cut in report.cuts if isinstance(cut, ByValue)]
    _kinds(report, resource, (cut.name for cut in values if not cut.of), texts=True)
    filters = {each.name for each in resource.extra_filters}
    if missing := [cut.name for cut in report.cuts if isinstance(cut, ByFilter) and cut.name not in filters]:
        raise ValueError(f"{report.name} needs the filter {missing[0]}, which {resource.name} have not")
    for cut in values:
        if cut.of:
            _check_rows(report, resource, cut)
    _kinds(report, resource, (cut.name for cut in report.cuts if isinstance(cut, BySteps)))
    _kinds(report, resource, report.narrowed_by, yes_or_no=True)
    if missing := [name for name in narrowing if not resource.has_field(name)]:
        raise ValueError(f"{report.name} needs the field {missing[0]}, which {resource.name} have not")


def _check_rows(report: Report, resource: Resource, cut: ByValue) -> None:
    """What divides rows is a text of theirs, and the list of the records has a filter that finds them by it."""
    child = resource.child(report.rows) if report.rows else None
    if child is None or not child.has_field(cut.of) or not is_text(child.field(cut.of)):
        raise ValueError(f"{report.name}: {cut.of} is no text of rows of {resource.name}")
    if cut.name not in {each.name for each in resource.extra_filters}:
        raise ValueError(f"{report.name} needs the filter {cut.name}, which {resource.name} have not")


def _kinds(
    report: Report, resource: Resource, names: Iterable[str], *, texts: bool = False, yes_or_no: bool = False
) -> None:
    for name in names:
        if not resource.has_field(name):
            raise ValueError(f"{report.name} needs the field {name}, which {resource.name} have not")
        field = resource.field(name)
        fits = (
            isinstance(field.kind, Reference)
            or (texts and is_text(field))
            or (yes_or_no and isinstance(field.kind, Boolean))
        )
        if not fits:
            also = " or is a text" if texts else " or is yes or no" if yes_or_no else ""
            raise ValueError(
                f"{report.name} needs the field {name} of {resource.name} to point to a list or a user{also}"
            )
        if field.side is not None:
            raise ValueError(
                f"{report.name}: {name} is kept beside {resource.name} and cannot be reported by"
            )


def _has_day(report: Report, resource: Resource) -> bool:
    return resource.has_field(report.day) or filter_behind(resource, report.day) is not None


def _check_beside(report: Report, other: Report, house: House) -> None:
    """Records beside are narrowed by all that narrows the report, and divided by what they have of its cuts."""
    if other.resource not in house.resources:
        return
    resource = house.resources[other.resource]
    narrowed = {own_name(other, name) for name in report.narrowed_by}
    if lacking := sorted(narrowed - set(other.narrowed_by)):
        raise ValueError(f"{report.name}: {other.name} beside it cannot be narrowed by {', '.join(lacking)}")
    _check_fields(other, resource)
    if not _has_day(other, resource):
        raise ValueError(f"{other.name} needs a day among the fields or filters of {resource.name}")
    for cut in report.cuts:
        if isinstance(cut, ByValue) and not resource.has_field(own_name(other, cut.name)):
            raise ValueError(f"{report.name}: {resource.name} cannot be divided by {cut.name}")
