"""An action that fails while `broken` is set, and a trigger that cannot say whether it is meant while it is."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import Resource, Written, hookimpl
from plugins.crm_automation.declare import ActionKind, Doing, Done, TriggerKind, Values

broken: list[str] = []


def _call_out(doing: Doing) -> Done:
    if "action" in broken:
        raise RuntimeError("the other side does not answer")
    return Done("called out")


def _happens(resource: Resource, values: Values, written: Written) -> bool:
    if "trigger" in broken:
        raise RuntimeError("cannot say")
    return "notes" in written.changes


@hookimpl
def register_automation_actions() -> Sequence[ActionKind]:
    return [ActionKind("call_out", "Call out", "bug", words=lambda place, values: "call out", do=_call_out)]


@hookimpl
def register_automation_triggers() -> Sequence[TriggerKind]:
    return [TriggerKind("noted", "Noted", "bug", words=lambda place, values: "it is noted", happens=_happens)]
