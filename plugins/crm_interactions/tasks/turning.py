"""Ticking tasks off and reopening them at one press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api import Shortcut, WriteContext, _l
from plugins.crm_interactions.models import Task


def _done(context: WriteContext, task: Task, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    _wait_for(context, task)
    return None if task.done_at is not None else {"done": True}


def _reopened(context: WriteContext, task: Task, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    _wait_for(context, task)
    return {"done": False} if task.done_at is not None else None


def _wait_for(context: WriteContext, task: Task) -> None:
    """Whoever ticks the same one now is waited for, and then it is read anew: its series goes on only once."""
    context.session.refresh(task, with_for_update=True)


FINISH = Shortcut(
    "done",
    _l("Done"),
    "check",
    fields=("done",),
    changes=_done,
    told=_l("“%(record)s” is done."),
    visible=lambda task: task.done_at is None,
)
REOPEN = Shortcut(
    "reopen",
    _l("Reopen"),
    "rotate",
    fields=("done",),
    changes=_reopened,
    told=_l("“%(record)s” is open again."),
    visible=lambda task: task.done_at is not None,
)
