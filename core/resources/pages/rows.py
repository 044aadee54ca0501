"""The rows of a list as markup: built in one go, for a page of them must cost a few milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import current_app
from markupsafe import Markup, escape

from core.access.reach import reached_rows
from core.fields import (
    AttachedFile,
    Date,
    LongText,
    MoneyAmount,
    RecordBeside,
    RecordRef,
    Reference,
    Tags,
    UserRef,
)
from core.fields.kind import EMPTY_CELL
from core.fields.money import currency_marks
from core.i18n import _
from core.resources.declare import Column, Field, Resource
from core.resources.pages.columns import ListColumn
from core.resources.pages.here import Here
from core.resources.pages.marks import fetch_marks, marks_beside
from core.resources.query import ListQuery, Page

MARK = "\x1a"


def needed_fields(resource: Resource, columns: Sequence[ListColumn]) -> list[Field]:
    """Fields that the rows need: those of the columns, the subtitle, and each amount's currency."""
    both = [each for column in columns for each in (column.field, column.beside) if each is not None]
    names = dict.fromkeys(each.name for each in both)
    if resource.subtitle:
        names[resource.subtitle] = None
    for column in columns:
        if column.field is not None and isinstance(column.field.kind, MoneyAmount):
            names[column.field.kind.currency] = None
    return [resource.field(name) for name in names if resource.has_field(name)]


def shared_currency(page: Page, resource: Resource, column: ListColumn) -> str:
    """The currency that all amounts of this page's column are in; '' where they differ."""
    assert column.field is not None
    name = column.field.kind.currency  # type: ignore[attr-defined]
    if not resource.has_field(name):
        return ""
    declared, amount = resource.field(name), column.field
    found = {page.value(row, declared) for row in page.rows if page.value(row, amount) is not None}
    return str(found.pop() or "") if len(found) == 1 else ""


def draw_rows(
    here: Here, page: Page, columns: Sequence[ListColumn], query: ListQuery, currencies: Mapping[str, str]
) -> Markup:
    """`<tr>` elements of the page. `currencies` maps a money column to the currency its head already tells."""
    resource, formats = here.resource, here.formats
    words = _Words()
    back = quote(query_string(query))
    tail, way = (f"from={back}&amp;", f"?from={back}") if back else ("", "")
    editable = reached_rows(here.session, here.actor, resource, page.rows, "edit")
    fetched = fetch_extras(here, columns, [row.id for row in page.rows])
    fetch_marks(here, [each.field.kind for each in columns if each.field], [row.id for row in page.rows])
    known: dict[tuple[str, Any], Markup] = {}
    icons = current_app.jinja_env.globals["icons_url"]
    title, subtitle = (
        resource.field(resource.title),
        resource.field(resource.subtitle) if resource.subtitle else None,
    )
    fields = {
        each.name: f' data-field="{each.field.name}"'
        if each.field is not None and is_cell(each.field)
        else ""
        for each in columns
    } | {title.name: ""}
    parts: list[str] = []
    for position, row in enumerate(page.rows, start=page.first):
        name = str(escape(title.kind.text(page.value(row, title), formats) or f"{resource.label} {row.id}"))
        href = f"{here.address}/{row.id}?{tail}at={position}"
        edit = f"{here.address}/{row.id}/edit{way}" if row.id in editable else ""
        parts.append(f'<tr id="row-{row.id}" data-href="{href}"' + (f' data-edit="{edit}">' if edit else ">"))
        parts.append(
            f'<td class="is-check"><input class="check" type="checkbox" name="id" value="{row.id}" form="bulk" '
            f'data-check aria-label="{words.choose.replace(MARK, name)}"></td>'
        )
        drawn = {
            each.name: drawn_extra(here, each.extra, fetched[each.name].get(row.id))
            for each in columns
            if each.extra
        }
        cells = {
            each.name: each.field.kind.html(page.value(row, each.field), formats)
            for each in columns
            if each.field is not None and isinstance(each.field.kind, Date)
        }
        last = len(columns) - 1
        for number, column in enumerate(columns):
            acts = _acts(words, name, href, edit, icons) if number == last else ""
            css = f"{column.css} is-acts is-age" if acts else column.css
            if column.css == "is-name":
                below = escape(subtitle.kind.text(page.value(row, subtitle), formats)) if subtitle else ""
                content = (
                    f'<a class="row-name" href="{href}" title="{name}">{name}</a>'
                    f'<span class="row-sub">{below}{_card_line({**cells, **drawn}, bool(below))}</span>'
                )
            elif column.extra is not None:
                content = drawn[column.name]
            else:
                content = cells.get(column.name) or _cell(page, row, column, here, known, currencies)
                if column.beside is not None:
                    also = _cell(page, row, replace(column, field=column.beside), here, known, currencies)
                    content = _side_by_side(content, also)
            opens = fields[column.name] if edit else ""
            parts.append(f'<td class="{css}"{opens}>{acts}{content}</td>')
        parts.append("</tr>")
    return Markup("".join(parts))


def is_cell(declared: Field) -> bool:
    """Whether a value of this field can be changed in its cell."""
    return declared.writable and not isinstance(declared.kind, (AttachedFile, LongText, Tags))


def query_string(query: ListQuery) -> str:
    """The list's address as a record's page carries it, so that it knows its neighbours and the way back."""
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in query.arguments())


class _Words:
    """The sentences of the rows, looked up once a page."""

    def __init__(self) -> None:
        self.choose = str(escape(_("Select %(name)s", name=MARK)))
        self.see = str(escape(_("See %(name)s", name=MARK)))
        self.edit = str(escape(_("Edit %(name)s", name=MARK)))


def _acts(words: _Words, name: str, href: str, edit: str, icons: Any) -> str:
    see = _icon_link(words.see.replace(MARK, name), href, "eye", icons)
    change = _icon_link(words.edit.replace(MARK, name), edit, "pencil", icons) if edit else ""
    return f'<span class="row-acts">{see}{change}</span>'


def _icon_link(label: str, href: str, icon: str, icons: Any) -> str:
    return (
        f'<a class="icon-button" href="{href}" aria-label="{label}" title="{label}">'
        f'<svg class="icon icon-17" aria-hidden="true"><use href="{icons}#{icon}"/></svg></a>'
    )


def _cell(
    page: Page,
    row: Any,
    column: ListColumn,
    here: Here,
    known: dict[tuple[str, Any], Markup],
    currencies: Mapping[str, str],
) -> Markup:
    declared = column.field
    assert declared is not None
    value = page.value(row, declared)
    if isinstance(declared.kind, Reference):  # the same few values over and over
        drawn = known.get((declared.name, value))
        if drawn is None:
            drawn = declared.kind.html(value, here.formats)
            if isinstance(declared.kind, UserRef):
                drawn = _first_name(drawn, declared.kind.text(value, here.formats))
            known[declared.name, value] = drawn
        return drawn
    if isinstance(declared.kind, (RecordBeside, RecordRef)):
        return _record_link(here, declared, value)
    if isinstance(declared.kind, MoneyAmount) and value is not None:
        return _money(page, row, declared, value, here, currencies)
    mark = marks_beside(here, row.id, declared.name, declared.kind, value, False, in_list=True)
    return mark + Markup(f"<span>{escape(declared.kind.html(value, here.formats))}</span>")


def _side_by_side(one: Markup, other: Markup) -> Markup:
    """Two values in one cell; where one is missing the other stands alone."""
    return Markup(" · ").join(each for each in (one, other) if each != EMPTY_CELL) or EMPTY_CELL


def _record_link(here: Here, declared: Field, value: Any) -> Markup:
    """The record that a value points to; one that is not the reader's to see has no name and no way to it."""
    kind: Any = declared.kind
    drawn: Markup = kind.html(value, here.formats)
    place = kind.points_to(value)
    if place is None or here.formats.references.record_name(*place) is None:
        return drawn
    root = here.address.rsplit("/", 1)[0]
    if isinstance(kind, RecordBeside):
        drawn = _with_icon(here, place[0]) + drawn
    return Markup('<a href="{}/{}/{}">{}</a>').format(root, *place, drawn)


def _with_icon(here: Here, resource: str) -> Markup:
    """The sign of a kind of record, before the name of one."""
    declared = here.house.resources[resource]
    icons = current_app.jinja_env.globals["icons_url"]
    return Markup('<svg class="icon icon-17" role="img" aria-label="{}"><use href="{}#{}"/></svg> ').format(
        declared.label, icons, declared.icon
    )


def _first_name(drawn: Markup, name: str) -> Markup:
    """A person by first name, as a list has room for; the whole name on pointing at it."""
    short = Markup('<span title="{}">{}</span>').format(name, name.split(" ", 1)[0])
    return drawn.replace(Markup("<span>{}</span>").format(name), short) if name else drawn


def _money(
    page: Page, row: Any, declared: Field, value: Any, here: Here, currencies: Mapping[str, str]
) -> Markup:
    amount = declared.kind.html(value, here.formats)
    name = declared.kind.currency  # type: ignore[attr-defined]
    code = page.value(row, here.resource.field(name)) if here.resource.has_field(name) else None
    if not code:
        return amount
    css = ' class="card-currency"' if currencies.get(declared.name) else ""
    before, after = (
        Markup(f"<span{css}>{escape(mark)}</span>") if mark else ""
        for mark in currency_marks(code, here.formats.language)
    )
    return Markup(f"{before}{amount}{after}")


def fetch_extras(
    here: Here, columns: Sequence[ListColumn], ids: Sequence[int]
) -> dict[str, Mapping[int, Any]]:
    """What plugins' columns show, one query each; a column that fails stays empty."""
    found: dict[str, Mapping[int, Any]] = {}
    for column in columns:
        if column.extra is not None:
            try:
                found[column.name] = column.extra.prefetch(here.session, ids) if ids else {}
            except Exception as error:  # the guard around a plugin
                _blame(here, column.extra.prefetch, column.name, error)
                found[column.name] = {}
    return found


def drawn_extra(here: Here, extra: Column, value: Any) -> Markup:
    try:
        content = extra.html(value) if value is not None else EMPTY_CELL
    except Exception as error:  # the guard around a plugin
        _blame(here, extra.html, extra.name, error)
        return EMPTY_CELL
    return escape(content)


def _blame(here: Here, function: Any, column: str, error: Exception) -> None:
    here.house.hooks.failed(
        here.house.plugin_behind(function, here.resource.plugin), f"column {column}", error
    )


def _card_line(drawn: dict[str, Markup], follows: bool) -> Markup:
    """What a card of the narrow page tells beside the subtitle: the last column that a plugin draws."""
    told = next((content for content in reversed(drawn.values()) if content != EMPTY_CELL), None)
    if told is None:
        return Markup("")
    return Markup(f'<span class="card-sub">{" · " if follows else ""}{told}</span>')
