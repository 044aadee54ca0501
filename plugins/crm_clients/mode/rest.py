"""The mode for programs: which one is on, what a change would do, the change itself, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    Actor,
    Answer,
    ApiError,
    WriteContext,
    _,
    actor_of,
    answered,
    current_house,
    db,
    json_object,
    once,
    write_context,
)
from plugins.crm_clients.mode.asking import refuse_unknown_change, wanted_from
from plugins.crm_clients.mode.declare import Foresight
from plugins.crm_clients.mode.models import ModeChange
from plugins.crm_clients.mode.rule import classic_of, mode_of
from plugins.crm_clients.mode.service import (
    RIGHT,
    Plan,
    Wanted,
    change_mode,
    changes,
    go_on_with,
    last_change,
    plan_change,
    state_of,
    undoing,
)

AT = "/api/v1/mode"


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(AT, "api_show", show)
    blueprint.add_url_rule(AT, "api_change", change, methods=["POST"])
    blueprint.add_url_rule(f"{AT}/preview", "api_preview", preview, methods=["POST"])
    blueprint.add_url_rule(f"{AT}/undo", "api_undo", undo, methods=["POST"])
    blueprint.add_url_rule(f"{AT}/undo/preview", "api_undo_preview", undo_preview, methods=["POST"])
    blueprint.add_url_rule(f"{AT}/rest", "api_rest", go_on, methods=["POST"])
    blueprint.add_url_rule(f"{AT}/changes/<int:id>", "api_change_of", one_change)


@answered
def show() -> ResponseReturnValue:
    """The mode, what open leads there are, and the last changes."""
    context = _context()
    classic = classic_of(context.house)
    return jsonify(
        mode=mode_of(context.session, context.house),
        leads=classic is not None,
        open_leads=classic.open_leads(context.session) if classic is not None else 0,
        changes=[as_json(context, each) for each in changes(context.session)],
    )


@answered
def one_change(id: int) -> ResponseReturnValue:
    context = _context()
    found = context.session.get(ModeChange, id)
    if found is None:
        raise ApiError(404, "not_found", _("There is nothing here."))
    return jsonify(as_json(context, found))


@answered
def preview() -> ResponseReturnValue:
    """What a change would do; nothing is kept of it."""
    context = _context()
    wanted = wanted_from(json_object(), context, makes=False)
    return _foreseen(context, wanted)


@answered
def change() -> ResponseReturnValue:
    """Change the mode: 200 where that is all, 202 with the job that brings along what is there."""
    context, actor = _writing()
    body = json_object()

    def do() -> Answer:
        return _answer(context, change_mode(context, wanted_from(body, context, makes=True)))

    return once(context.session, actor, do)


@answered
def undo_preview() -> ResponseReturnValue:
    context = _context()
    return _foreseen(context, _opposite(context))


@answered
def undo() -> ResponseReturnValue:
    """Take the last change back."""
    context, actor = _writing()
    return once(context.session, actor, lambda: _answer(context, change_mode(context, _opposite(context))))


@answered
def go_on() -> ResponseReturnValue:
    """Try once more what the last change has left."""
    context, actor = _writing()
    return once(context.session, actor, lambda: _answer(context, go_on_with(context)))


def as_json(context: WriteContext, found: ModeChange) -> dict[str, Any]:
    """A change as the API tells it."""
    return {
        "id": found.id,
        "at": found.at.isoformat(),
        "from": found.from_mode,
        "to": found.to_mode,
        "state": state_of(context.session, found),
        "wish": found.wish,
        "undoes": found.undoes_id,
        "job": found.job_id,
        "total": found.total,
        "done": found.done,
        "failures": found.failures,
        "failed": found.failed,
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    """A preview as the API tells it."""
    found: Foresight = plan.foresight
    return {
        "mode": plan.wanted.to,
        "way": plan.way.as_json() if plan.way else None,
        "total": found.total,
        "looked_at": found.looked_at,
        "counts": [{"label": str(label), "count": count} for label, count in found.counts],
        "kept": found.kept,
        "troubled": found.troubled,
        "troubles": [each.as_json() for each in found.troubles],
    }


def _foreseen(context: WriteContext, wanted: Wanted) -> ResponseReturnValue:
    told = plan_json(plan_change(context, wanted))
    context.session.rollback()
    return jsonify(told)


def _opposite(context: WriteContext) -> Wanted:
    last = last_change(context.session)
    refuse_unknown_change(last)
    assert last is not None
    return undoing(context.session, last)


def _answer(context: WriteContext, found: ModeChange) -> Answer:
    place = url_for("crm_clients_mode.api_change_of", id=found.id)
    return Answer(202 if found.is_running else 200, as_json(context, found), place)


def _context() -> WriteContext:
    session = db.session()
    actor = actor_of(session)
    if actor is None or not actor.may(*RIGHT):
        raise ApiError(403, "forbidden", _("You may not do this."))
    return write_context(session, current_house(), actor, "api", decimal=".", date_order="ymd")


def _writing() -> tuple[WriteContext, Actor]:
    context = _context()
    assert context.actor is not None
    return context, context.actor
