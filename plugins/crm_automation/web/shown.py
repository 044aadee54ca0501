"""Rules, runs and trials as pages and API tell them; of a record out of the reader's sight not what was done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from core.api import DateTime, Formats, House, Words, _l
from plugins.crm_automation.declare import Place
from plugins.crm_automation.log import Lately
from plugins.crm_automation.models import DONE, FAILED, SKIPPED, STOPPED, Run
from plugins.crm_automation.rules import KeptRule
from plugins.crm_automation.sentence import sentence_of
from plugins.crm_automation.trial import Trial

RESULTS: Mapping[str, tuple[Words, str]] = {
    DONE: (_l("Done"), "green"),
    SKIPPED: (_l("Skipped"), "slate"),
    FAILED: (_l("Failed"), "red"),
    STOPPED: (_l("Stopped"), "orange"),
}
"""What a result is called, and its colour."""


@dataclass(frozen=True)
class RuleLine:
    """A rule as the list shows it."""

    rule: KeptRule
    sentence: str
    owner: str
    last: str
    lately: Lately


@dataclass(frozen=True)
class RunLine:
    """A line of the log as its reader sees it; `title` is '' of a record out of their sight."""

    id: int
    rule_id: int | None
    rule: str
    when: str
    title: str
    address: str
    kind: Words
    result: Words
    hue: str
    told: Sequence[Mapping[str, Any]]
    reason: str
    again: str
    can_retry: bool


def rule_line(place: Place, rule: KeptRule, fared: Lately) -> RuleLine:
    return RuleLine(
        rule,
        sentence_of(place, rule),
        _name(rule.owner_id, place.formats),
        _moment(fared.last, place.formats),
        fared,
    )


def run_lines(house: House, rows: Sequence[Run], formats: Formats) -> list[RunLine]:
    """Lines for their reader; the names of the records cost a query for each kind among them."""
    _know(rows, formats)
    return [_run_line(house, row, formats) for row in rows]


def rule_json(place: Place, rule: KeptRule, fared: Lately | None = None) -> dict[str, Any]:
    """A rule as the API tells it; its filters as the arguments of a list."""
    return {
        "id": rule.id,
        "resource": rule.resource,
        "name": rule.name,
        "active": rule.active,
        "owner": _user(rule.owner_id, place.formats),
        "trigger": dict(rule.trigger),
        "filter": rule.query,
        "actions": [dict(each) for each in rule.actions],
        "imports": rule.imports,
        "stopped": rule.stopped,
        "sentence": sentence_of(place, rule),
        "last_run": fared.last.isoformat() if fared and fared.last else None,
        "runs_in_7_days": fared.runs if fared else 0,
        "failures_in_7_days": fared.failures if fared else 0,
    }


def runs_json(rows: Sequence[Run], formats: Formats) -> list[dict[str, Any]]:
    _know(rows, formats)
    return [_run_json(row, formats) for row in rows]


def trial_json(trial: Trial, resource: str, formats: Formats) -> dict[str, Any]:
    formats.references.know_records(resource, [each.record_id for each in trial.tried])
    seen = {each.record_id: _record(resource, each.record_id, formats) for each in trial.tried}
    return {
        "days": trial.days,
        "records": trial.records,
        "times": trial.times,
        "whole": trial.whole,
        "wrong": trial.wrong,
        "results": dict(trial.results),
        "items": [
            {
                "record": seen[each.record_id],
                "at": each.at.isoformat(),
                "result": each.outcome.result,
                "told": [deed["text"] for deed in each.outcome.told if seen[each.record_id]],
                "reason": each.outcome.reason if seen[each.record_id] else "",
            }
            for each in trial.tried
        ],
    }


def _run_line(house: House, row: Run, formats: Formats) -> RunLine:
    title = formats.references.record_name(row.resource, row.record_id)
    label, hue = RESULTS[row.result]
    return RunLine(
        row.id,
        row.rule_id,
        row.rule_name,
        _moment(row.at, formats),
        title or "",
        f"{request.script_root}/{row.resource}/{row.record_id}" if title is not None else "",
        house.resources[row.resource].label,
        label,
        hue,
        row.told if title is not None else (),
        row.reason if title is not None else "",
        _moment(row.again_at, formats),
        row.result == FAILED and row.rule_id is not None and row.again_at is None,
    )


def _run_json(row: Run, formats: Formats) -> dict[str, Any]:
    record = _record(row.resource, row.record_id, formats)
    return {
        "id": row.id,
        "rule": {"id": row.rule_id, "name": row.rule_name},
        "resource": row.resource,
        "record": record,
        "result": row.result,
        "told": row.told if record else [],
        "reason": row.reason if record else "",
        "chain": row.chain,
        "depth": row.depth,
        "at": row.at.isoformat(),
        "milliseconds": row.milliseconds,
        "attempts": row.attempts,
        "again_at": row.again_at.isoformat() if row.again_at else None,
    }


def _know(rows: Sequence[Run], formats: Formats) -> None:
    for name in {row.resource for row in rows}:
        formats.references.know_records(name, [row.record_id for row in rows if row.resource == name])


def _record(resource: str, id: int, formats: Formats) -> dict[str, Any] | None:
    """The record, if the reader may see it."""
    name = formats.references.record_name(resource, id)
    return None if name is None else {"id": id, "name": name}


def _user(user_id: int | None, formats: Formats) -> dict[str, Any] | None:
    item = formats.references.get("users", user_id)
    if item is None:
        return None
    return {"id": item.id, "name": item.name, "email": item.keys[0] if item.keys else None}


def _name(user_id: int | None, formats: Formats) -> str:
    item = formats.references.get("users", user_id)
    return item.name if item else ""


def _moment(at: datetime | None, formats: Formats) -> str:
    return DateTime().text(at, formats)
