"""What a mail with a report or a dashboard holds: the figures as text and as tables, a link, and the workbooks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qs

from flask import render_template
from sqlalchemy.orm import Session

from core.api import Actor, Date, _, fold
from plugins.crm_reports.ask import Ask, Reader, read_ask
from plugins.crm_reports.dashboards.access import dashboard_for, tiles_of
from plugins.crm_reports.dashboards.tiles import GONE, Shown, ask_of, show
from plugins.crm_reports.drawn import Picture
from plugins.crm_reports.excel import write_workbook
from plugins.crm_reports.models import CARD, Dashboard, Schedule
from plugins.crm_reports.services import RIGHT, Answer, Figure, answer, reports_of
from plugins.crm_reports.table import Table

MOST_BOOKS = 6
"""As many workbooks go along with a dashboard; each report that its tiles ask is one."""
MOST_LINES = 40


@dataclass(frozen=True)
class Grid:
    """A table of a mail; `rows` begin with what the row is called."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Part:
    """A piece of the mail."""

    title: str
    note: str = ""
    grid: Grid | None = None
    line: str = ""


@dataclass(frozen=True)
class Book:
    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail before it is sent."""

    subject: str
    text: str
    html: str
    books: Sequence[Book] = field(default_factory=tuple)


class NotTheirs(Exception):
    """The person may not see what would be sent; `code` is what: reports, report or dashboard."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def letter_of(session: Session, reader: Reader, actor: Actor, schedule: Schedule) -> Letter:
    """The mail for this person: their own figures, in their language.

    Raises:
        NotTheirs: they may not see the report or the dashboard any more.
    """
    if not actor.may(*RIGHT):
        raise NotTheirs("reports")
    if schedule.dashboard_id is not None:
        return _of_dashboard(session, reader, actor, schedule)
    report = next((each for each in reports_of(reader.house, actor) if each.name == schedule.report), None)
    if report is None:
        raise NotTheirs("report")
    ask = read_ask(report, reader, parse_qs(schedule.query))
    found = answer(session, reader, ask)
    parts = [*_figures(found.figures), *_table(str(ask.cut.label), found.table)]
    books = [_book(reader, found)] if schedule.workbook else []
    url = ask.url(f"{reader.root}/reports/{report.name}")
    return _written(reader, schedule, _days(reader, ask), url, parts, books)


def _of_dashboard(session: Session, reader: Reader, actor: Actor, schedule: Schedule) -> Letter:
    dashboard = dashboard_for(session, actor, schedule.dashboard_id or 0)
    if dashboard is None:
        raise NotTheirs("dashboard")
    tiles = [each for each in tiles_of(session, dashboard) if each.kind != CARD]
    parts: list[Part] = []
    for tile in tiles:
        shown = show(session, reader, actor, tile, dashboard.period)
        if shown.kind != GONE:
            parts += _part(shown)
    books = _books(session, reader, actor, dashboard) if schedule.workbook else []
    url = f"{reader.root}/dashboards/{dashboard.id}"
    today = Date().text(reader.today, reader.formats)
    return _written(reader, schedule, today, url, parts, books)


def _part(shown: Shown) -> list[Part]:
    """A tile in words."""
    if shown.is_empty:
        return [Part(shown.title, shown.note, line=_("No data in this period"))]
    if shown.figure is not None:
        return [Part(shown.title, shown.note, line=_figure_line(shown.figure))]
    if shown.picture is not None:
        return [Part(shown.title, shown.note, _of_picture(shown.picture))]
    if shown.table is not None:
        return [Part(shown.title, shown.note, each.grid) for each in _table(shown.title, shown.table)]
    if shown.listed is not None:
        rows = [[each.title, each.note] for each in shown.listed.lines]
        more = "+" if shown.listed.is_more else ""
        return [
            Part(shown.title, f"{shown.listed.count}{more}", Grid([_("Name"), ""], rows) if rows else None)
        ]
    rows = [
        [f"{each.goal.measure.label} · {each.whose.label}", each.texts["so_far"], each.texts["value"]]
        for each in shown.targets
    ]
    return [Part(shown.title, shown.note, Grid(["", _("So far"), _("Target")], rows))]


def _figures(figures: Sequence[Figure]) -> list[Part]:
    if not figures:
        return [Part("", line=_("No data in this period"))]
    rows = [[str(each.label), each.text, each.change.signed if each.change else ""] for each in figures]
    return [Part(_("Figures"), grid=Grid(["", _("This period"), _("Change")], rows))]


def _figure_line(figure: Figure) -> str:
    return f"{figure.text} ({figure.change.signed})" if figure.change else figure.text


def _table(title: str, table: Table | None) -> list[Part]:
    if table is None:
        return []
    lines = [*table.lines[:MOST_LINES], *([table.total] if table.total else [])]
    head = [str(table.first), *(str(each.label) for each in table.headings)]
    return [
        Part(title, grid=Grid(head, [[line.label, *(cell.text for cell in line.cells)] for line in lines]))
    ]


def _of_picture(picture: Picture) -> Grid:
    rows = [
        [category, *(str(series.values[place]) for series in picture.series)]
        for place, category in enumerate(picture.categories)
    ]
    return Grid(["", *(each.name for each in picture.series)], rows[:MOST_LINES])


def _books(session: Session, reader: Reader, actor: Actor, dashboard: Dashboard) -> list[Book]:
    """A workbook for each report that the tiles ask, as they ask it."""
    asked: dict[tuple[str, str], Ask] = {}
    for tile in tiles_of(session, dashboard):
        ask = ask_of(reader, actor, tile, dashboard.period)
        if ask is not None:
            asked.setdefault((ask.report.name, ask.url("")), ask)
    books = [_book(reader, answer(session, reader, ask)) for ask in list(asked.values())[:MOST_BOOKS]]
    names: dict[str, int] = {}
    unique = []
    for book in books:
        names[book.name] = names.get(book.name, 0) + 1
        name = book.name if names[book.name] == 1 else book.name.replace(".xlsx", f"-{names[book.name]}.xlsx")
        unique.append(Book(name, book.content))
    return unique


def _book(reader: Reader, found: Answer) -> Book:
    target = BytesIO()
    write_workbook(target, reader, found)
    name = re.sub(r"[^a-z0-9]+", "-", fold(str(found.ask.report.label))).strip("-") or found.ask.report.name
    return Book(f"{name}-{found.ask.period.first}-{found.ask.period.last}.xlsx", target.getvalue())


def _written(
    reader: Reader, schedule: Schedule, note: str, url: str, parts: Sequence[Part], books: Sequence[Book]
) -> Letter:
    link = url if reader.root else ""
    html = render_template(
        "crm_reports/mail.html", title=schedule.name, note=note, parts=parts, link=link, name=schedule.name
    )
    lines = [schedule.name, note, ""]
    for part in parts:
        lines += [f"{part.title}  {part.note}".strip()] if part.title else []
        lines += [part.line] if part.line else []
        if part.grid is not None:
            lines += _columns(part.grid)
        lines.append("")
    lines += [link] if link else []
    lines.append(
        _("You get this because somebody chose you as a reader; you can leave it under Reports, By mail.")
    )
    return Letter(f"{schedule.name} · {note}", "\n".join(lines), html, books)


def _columns(grid: Grid) -> list[str]:
    """A table as text: columns side by side, figures at their right."""
    rows = [list(grid.head), *[list(row) for row in grid.rows]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(grid.head))]
    return [
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _days(reader: Reader, ask: Ask) -> str:
    days = [Date().text(day, reader.formats) for day in (ask.period.first, ask.period.last)]
    return f"{days[0]} – {days[1]}"
