"""The job as its own code sees it while it runs: what to do, for whom, how far it is, and whether to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.access.actor import Actor
from core.house import House


class Interrupted(Exception):
    """Ends a run that somebody paused or cancelled, or whose worker is going down. Let it pass through."""


@dataclass
class Job:
    """Given to `JobType.run`. The run works in `db.session`, bound to `actor` (None: the system).

    A run can be cut off anywhere and is then started again from the beginning with the same payload: commit in
    steps that are safe to repeat, and call `progress` after each. What stands in `result` at the end is kept;
    of it the page shows `text`, the numbers of `figures`, the `links` [(address, label)] and the records that
    `failed` [(address, name, reason)].
    """

    id: int
    type: str
    title: str
    payload: dict[str, Any]
    attempts: int
    actor: Actor | None
    house: House
    done: int = 0
    total: int | None = None
    note: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    stop_for: str = ""
    """Why the run shall end: cancelled, paused, queued (the worker goes down), lost (another has it)."""

    @property
    def cancelled(self) -> bool:
        return self.stop_for == "cancelled"

    @property
    def stopping(self) -> bool:
        """Whether `progress` would raise now."""
        return bool(self.stop_for)

    def progress(self, done: int, total: int | None = None, note: str | None = None) -> None:
        """Say how far it is; costs nothing, so call it often, always between two transactions.

        Raises:
            Interrupted: the run shall end here.
        """
        self.done = done
        if total is not None:
            self.total = total
        if note is not None:
            self.note = note
        if self.stop_for:
            raise Interrupted(self.stop_for)
