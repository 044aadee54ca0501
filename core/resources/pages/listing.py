"""The list of a resource: tabs, filters, rows, pager; whole, or only the parts that htmx swaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.fields import MoneyAmount
from core.fields.money import currency_symbol, money_text
from core.i18n import Text
from core.resources.pages.columns import ListColumn, choosable, columns_of, default_names
from core.resources.pages.emptied import emptied_address
from core.resources.pages.filters import more_filters, pills_of
from core.resources.pages.finding import can_find
from core.resources.pages.here import Here, arguments, enter, is_htmx
from core.resources.pages.rows import draw_rows, needed_fields, query_string, shared_currency
from core.resources.pages.tabs import tabs_of
from core.resources.query import (
    COUNT_LIMIT,
    PAGE_SIZES,
    ListQuery,
    Page,
    count,
    fetch_page,
    read_query,
)
from core.resources.sums import count_and_sum
from core.routing import id_of

SPECIAL = ("view", "add")


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(at, "index", index)
    blueprint.add_url_rule(f"{at}/summary", "summary", summary)


@dataclass(frozen=True)
class Head:
    """A column's head: its label, where a click on it leads, and how the list is sorted by it now."""

    label: Text
    css: str
    href: str = ""
    direction: str = ""
    note: str = ""


def index(resource: str) -> ResponseReturnValue:
    """The page, or for htmx its rows with the parts around them that changed."""
    here = enter(resource)
    query = read_query(here.resource, arguments())
    if ticked := request.args.getlist("column"):  # as the form of the columns sends them
        query = replace(query, columns=tuple(ticked))
    columns = columns_of(here.resource, query.columns)
    page = _page(here, query, columns)
    tabs = tabs_of(here, query, request.args.get("view", ""))
    pills = pills_of(here, query, request.args.get("add", ""))
    currencies = {
        column.name: shared_currency(page, here.resource, column)
        for column in columns
        if column.field is not None and isinstance(column.field.kind, MoneyAmount)
    }
    view = next((tab for tab in tabs if tab.is_current), None)
    own = [("view", view.key)] if view is not None and request.args.get("view") else []
    seen = {
        "here": here,
        "resource": here.resource,
        "query": query,
        "tabs": tabs,
        "view": view,
        "pills": pills,
        "more": more_filters(here.resource, pills),
        "page": page,
        "problems": page.problems,
        "heads": _heads(here, query, columns, currencies, own),
        "shared": next((f"{name}:{code}" for name, code in currencies.items() if code), ""),
        "rows": draw_rows(here, page, columns, query, currencies),
        "kept": [*own, *query.arguments()],
        "span": _span(here, page),
        "columns": choosable(here.resource),
        "chosen": query.columns or default_names(here.resource),
        "sizes": [(size, _href(here, replace(query, limit=size, cursor=""), own)) for size in PAGE_SIZES],
        "sorts": _sorts(here, query, columns, own),
        "next": _href(here, query, own, page.next),
        "previous": _href(here, query, own, page.previous),
        "summary_url": f"{here.address}/summary?{urlencode([*query.arguments(), ('from', page.first), ('shown', len(page.rows))])}",
        "back": query_string(query),
        "set_pills": [pill for pill in pills if pill.is_set],
        "above": _slot(here, "list.above"),
        "number_field": here.resource.field(here.resource.subtitle or "")
        if can_find(here.resource)
        else None,
    }
    if not page.rows and not query.cursor:
        seen["empty"] = True
        seen["emptied_url"] = emptied_address(here, query)
    if not is_htmx():
        return render_template("resources/list.html", **seen)
    answer = make_response(
        render_template(
            "resources/list_swap.html", typing=request.headers.get("HX-Trigger-Name") == "q", **seen
        )
    )
    if request.headers.get("HX-Boosted") != "true":
        answer.headers["HX-Push-Url"] = _href(here, query, own, query.cursor) or here.list_address
    answer.headers["Vary"] = "HX-Request"
    return answer


def summary(resource: str) -> ResponseReturnValue:
    """How many records the list has and what they are worth; asked for after the page, for it may take longer."""
    here = enter(resource)
    query = read_query(here.resource, arguments())
    whole = request.args.get("whole") == "1"
    number, total = _counted(here, query, whole)
    is_more = not whole and number > COUNT_LIMIT
    tabs = tabs_of(here, query, request.args.get("view", "")) if request.args.get("tabs") == "1" else []
    counts = [
        (tab, shown_count(here, count(here.session, here.resource, tab.query, here.reading, here.actor)))
        for tab in tabs
    ]
    return render_template(
        "resources/summary.html",
        here=here,
        resource=here.resource,
        number=number,
        is_more=is_more,
        shown=number_text(here, min(number, COUNT_LIMIT) if is_more else number),
        total=total,
        counts=counts,
        bare=request.args.get("bare") == "1",
        span=_span_text(here, request.args.get("from", 1, id_of), request.args.get("shown", 0, id_of)),
        whole_url=f"{here.address}/summary?{urlencode([*query.arguments(), ('whole', '1')])}",
    )


def number_text(here: Here, number: int) -> str:
    return format_decimal(number, locale=here.formats.language)


def _page(here: Here, query: ListQuery, columns: Sequence[ListColumn]) -> Page:
    extra = here.resource.deciding
    fields = needed_fields(here.resource, columns)
    try:
        return fetch_page(here.session, here.resource, query, fields, here.reading, here.actor, extra=extra)
    except ValueError:
        abort(404)  # a cursor that is none of ours


def _heads(
    here: Here,
    query: ListQuery,
    columns: Sequence[ListColumn],
    currencies: dict[str, str],
    own: list[tuple[str, str]],
) -> list[Head]:
    heads = []
    current = query.sort or here.resource.sort
    for column in columns:
        code = currencies.get(column.name)
        note = currency_symbol(code, here.formats.language) if code else ""
        direction = ""
        if column.sort and current.lstrip("-") == column.sort:
            direction = "descending" if current.startswith("-") else "ascending"
        wanted = f"-{column.sort}" if direction == "ascending" else column.sort
        href = _href(here, replace(query, sort=wanted, cursor=""), own) if column.sort else ""
        heads.append(Head(column.label, column.css.replace("is-word ", ""), href, direction, note))
    return heads


def _sorts(
    here: Here, query: ListQuery, columns: Sequence[ListColumn], own: list[tuple[str, str]]
) -> list[tuple[str, str, bool]]:
    """Orders offered by the menu: label, address, whether it is the current one."""
    current = query.sort or here.resource.sort
    found = []
    for column in columns:
        for sort, arrow in ((column.sort, "↑"), (f"-{column.sort}", "↓")) if column.sort else ():
            href = _href(here, replace(query, sort=sort, cursor=""), own)
            found.append((f"{column.label} {arrow}", href, sort == current))
    return found


def _href(here: Here, query: ListQuery, own: list[tuple[str, str]], cursor: str | None = "") -> str:
    """The list's address for a query; '' where there is no such page."""
    if cursor is None:
        return ""
    pairs = [*own, *query.arguments(), *([("cursor", cursor)] if cursor else [])]
    return f"{here.list_address}?{urlencode(pairs)}" if pairs else here.list_address


def _span(here: Here, page: Page) -> str:
    return _span_text(here, page.first, len(page.rows))


def _span_text(here: Here, first: int, shown: int) -> str:
    return f"{number_text(here, first)}–{number_text(here, first + shown - 1)}" if shown else ""


def shown_count(here: Here, number: int) -> str:
    """A count as it is shown: beyond the limit it is not told exactly."""
    return f"{number_text(here, COUNT_LIMIT)}+" if number > COUNT_LIMIT else number_text(here, number)


def _counted(here: Here, query: ListQuery, whole: bool) -> tuple[int, str]:
    """How many there are and, where it is one currency and not too many, what the first money field comes to."""
    asked = (here.session, here.resource, query, here.reading, here.actor)
    money: Any = next(
        (each for each in here.resource.fields if isinstance(each.kind, MoneyAmount) and each.side is None),
        None,
    )
    limit = None if whole else COUNT_LIMIT
    if money is None or not here.resource.has_field(money.kind.currency):
        return count(*asked, limit=limit), ""
    model = here.resource.model
    currency = here.resource.field(money.kind.currency).attribute
    columns = getattr(model, money.attribute), getattr(model, currency)
    number, sums = count_and_sum(*asked, *columns, limit=limit)
    if len(sums) != 1 or not all(sums) or (not whole and number > COUNT_LIMIT):
        return number, ""
    ((code, amount),) = sums.items()
    return number, money_text(amount, str(code), here.formats.language)


def _slot(here: Here, slot: str) -> Markup:
    """What plugins put over the list."""
    if not here.house.hooks.has("render_slot"):
        return Markup("")
    context: dict[str, Any] = {"resource": here.resource}
    return Markup("").join(
        value for _plugin, value in here.house.hooks.each("render_slot", slot=slot, context=context)
    )
