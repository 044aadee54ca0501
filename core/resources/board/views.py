"""The pages of a board: the whole of it, one lane of it, the figures at its heads, and a card that was dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_percent
from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from core.fields.kind import ReferenceItem
from core.host.dispatch import PluginError
from core.i18n import Text
from core.resources.board.cards import back_of, pile_of
from core.resources.board.lanes import (
    NOWHERE,
    SHOWN,
    Figures,
    Lane,
    figures_of,
    group_shown,
    groups_of,
    lanes_of,
    whole_of,
)
from core.resources.context import Refused
from core.resources.declare import Path
from core.resources.pages.frame import frame_of
from core.resources.pages.here import Here, arguments, enter, is_htmx
from core.resources.pages.listing import number_text, shown_count
from core.resources.pages.path import ask_of, move_address, moved_text
from core.resources.pages.tabs import query_of, tabs_of
from core.resources.pages.undoing import change_with_undo
from core.resources.query import ListQuery, count, read_query
from core.resources.write import NotValid


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/board", "board", board)
    blueprint.add_url_rule(f"{at}/board/lane/<int:lane_id>", "lane", lane)
    blueprint.add_url_rule(f"{at}/board/heads", "heads", heads)
    blueprint.add_url_rule(f"{at}/<int:id>/drop", "drop", drop, methods=["POST"])


def board(resource: str) -> ResponseReturnValue:
    """The page, or for htmx the lanes with the parts around them that changed."""
    here = _enter(resource)
    query = read_query(here.resource, arguments())
    lanes = lanes_of(here, query, _opened())
    frame = frame_of(here, query)
    kept = frame["kept"]
    seen: dict[str, Any] = {
        **frame,
        "piles": [pile_of(here, query, each) for each in lanes],
        "opened": [each.id for each in lanes if each.is_open],
        "heads_url": _address(here, "heads", [*query.arguments(), *_open_pairs()]),
        "lane_url": lambda each: _address(here, f"lane/{each.id}", query.arguments()),
        "open_url": lambda each: _unfolded(here, kept, each.id),
        "may_create": here.may("create"),
        "path": here.resource.path,
        "groups": _groups(here, query, frame["own"]),
    }
    if not is_htmx() or request.headers.get("HX-Boosted") == "true":
        return render_template("resources/board.html", **seen)
    answer = make_response(
        render_template(
            "resources/board_swap.html", typing=request.headers.get("HX-Trigger-Name") == "q", **seen
        )
    )
    answer.headers["HX-Push-Url"] = f"{here.list_address}?{urlencode(kept)}" if kept else here.list_address
    answer.headers["Vary"] = "HX-Request"
    return answer


def lane(resource: str, lane_id: int) -> ResponseReturnValue:
    """A lane by itself: opened, folded (`?fold=1`), or only the next cards of it (`?cursor=`)."""
    here = _enter(resource)
    query = read_query(here.resource, arguments())
    assert here.resource.path is not None
    item = here.formats.references.get(here.resource.path.list, lane_id)
    if item is None and lane_id != NOWHERE:
        abort(404)
    shown = Lane(item, not request.args.get("fold"))
    try:
        pile = pile_of(here, query, shown, query.cursor)
    except ValueError:
        abort(404)  # a cursor that is none of ours
    if query.cursor:
        return render_template("resources/board_cards.html", here=here, pile=pile)
    figures = figures_of(here, query, [lane_id])
    return render_template(
        "resources/board_lane.html",
        here=here,
        pile=pile,
        figures={id: _told(here, each) for id, each in figures.items()},
        lane_url=lambda each: _address(here, f"lane/{each.id}", query.arguments()),
        open_url=lambda each: _unfolded(here, query.arguments(), each.id),
        may_create=here.may("create"),
        path=here.resource.path,
    )


def heads(resource: str) -> ResponseReturnValue:
    """The figures of all lanes (or of those named), asked for after the page, for they may take longer."""
    here = _enter(resource)
    query = read_query(here.resource, arguments())
    named = [int(id) for id in request.args.getlist("lane") if id.isdecimal() and len(id) < 19]
    lanes = lanes_of(here, query, _opened())
    wanted = [each for each in lanes if not named or each.id in named]
    figures = figures_of(here, query, [each.id for each in wanted])
    tabs = [] if named else tabs_of(here, query, request.args.get("view", ""))
    whole = whole_of(here, (figures[each.id] for each in wanted if each.is_open))
    return render_template(
        "resources/board_heads.html",
        resource=here.resource,
        lanes=wanted,
        figures={id: _told(here, each) for id, each in figures.items()},
        whole=None if named else whole,
        number=number_text(here, whole.number),
        counts=[
            (
                tab,
                shown_count(here, count(here.session, here.resource, tab.query, here.reading, here.actor)),
            )
            for tab in tabs
        ],
    )


def drop(resource: str, id: int) -> ResponseReturnValue:
    """POST by script: a card was dropped on a lane. What its status asks for is asked, and the card goes back meanwhile."""
    here = _enter(resource, "edit")
    stored = here.record(id, "edit")
    path = here.resource.path
    assert path is not None
    wanted = request.form.get(path.field, "")
    item = (
        here.formats.references.get(path.list, int(wanted))
        if wanted.isdecimal() and len(wanted) < 19
        else None
    )
    if item is None:
        abort(404)
    ask = ask_of(here, item)
    if ask.fields or ask.endpoint:
        back = back_of(query_of(here, request.form.get("query", "")))
        return "", 202, _trigger("open-dialog", url=move_address(here, id, item, back))
    try:
        undo = change_with_undo(here, stored, {path.field: {"id": item.id}}, here.writing())
    except NotValid as error:
        here.session.rollback()
        return _refused(" ".join(str(problem.message) for problem in error.draft.problems))
    except (Refused, PluginError) as error:
        here.session.rollback()
        return _refused(getattr(error, "message", str(error)))
    return "", 204, _trigger("toast", text=str(moved_text(here, stored, item)), undo_url=undo)


def _enter(resource: str, action: str = "view") -> Here:
    here = enter(resource, action, "board")
    if here.resource.board is None or here.resource.path is None:
        abort(404)
    return here


def _opened() -> Sequence[int]:
    """Lanes that somebody opened though the filter does not mean them."""
    return [int(id) for id in request.args.getlist("open") if id.isdecimal() and len(id) < 19]


def _open_pairs() -> list[tuple[str, str]]:
    return [("open", str(id)) for id in _opened()]


def _unfolded(here: Here, kept: Sequence[tuple[str, str]], lane_id: int) -> str:
    """The board with this lane open, or folded again."""
    others = [pair for pair in _open_pairs() if pair != ("open", str(lane_id))]
    own = [] if len(others) < len(_open_pairs()) else [("open", str(lane_id))]
    pairs = [*kept, *others, *own]
    return f"{here.list_address}?{urlencode(pairs)}" if pairs else here.list_address


def _address(here: Here, part: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{here.list_address}/{part}?{urlencode(pairs)}"


def _told(here: Here, figures: Figures) -> dict[str, str]:
    """A lane's figures in words."""
    left = figures.number - SHOWN
    return {
        "number": number_text(here, figures.number),
        "left": number_text(here, left) if left > 0 else "",
        "sum": figures.sum,
        "sums": figures.sums,
        "percent": format_percent(figures.percent / 100, locale=here.formats.language)
        if figures.percent
        else "",
        "weighted": figures.weighted,
    }


def _groups(
    here: Here, query: ListQuery, own: Sequence[tuple[str, str]]
) -> Sequence[tuple[ReferenceItem, str, bool]]:
    """The groups one of which is shown, each with the board's address of it; nothing where there is one."""
    path, groups = here.resource.path, groups_of(here)
    if path is None or len(groups) < 2:
        return ()
    shown = group_shown(here, query)
    rest = [pair for pair in query.arguments() if not _names_group(path, *pair)]
    return [
        (
            item,
            f"{here.list_address}?{urlencode([*own, *rest, (path.within, str(item.id))])}",
            item.id == shown,
        )
        for item in groups
    ]


def _trigger(name: str, **detail: Any) -> dict[str, str]:
    return {"HX-Trigger": json.dumps({name: detail})}


def _refused(reason: Text) -> ResponseReturnValue:
    return "", 409, _trigger("toast", text=str(reason), kind="error")


def _names_group(path: Path, key: str, value: str) -> bool:
    """Whether a filter says which group is shown: of the group itself, or of a status that only one of them has."""
    name = key.partition(".")[0]
    return name == path.within or (name == path.field and not value.startswith("~"))
