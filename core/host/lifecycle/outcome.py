"""What a lifecycle operation answers, what refuses it, and the line it leaves in the plugin's history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from flask import Flask
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.db import utcnow
from core.host.discovery import Catalogue
from core.host.faults import Fault, PluginError, fault_of
from core.host.lifecycle.lock import Lock
from core.host.manifest import Manifest
from core.host.state import PluginEvent
from core.host.words import sentence
from core.i18n import _
from core.resources.context import Refused


@dataclass(frozen=True)
class Outcome:
    """What was done: to which plugins, the generation since, and how long each phase took, in milliseconds.

    `app` was built to try the change and may serve it; `export` is the file an uninstall wrote first.
    """

    plugins: tuple[str, ...]
    generation: int
    phases: tuple[tuple[str, float], ...] = ()
    app: Flask | None = None
    export: Path | None = None


class CannotTakePart(Refused):
    """A plugin cannot be installed or enabled, and why; nothing was changed."""

    def __init__(self, fault: Fault, catalogue: Catalogue) -> None:
        super().__init__(sentence(fault, catalogue), fault.code)
        self.fault = fault


@dataclass
class Phases:
    """Runs the phases of an operation one after the other: shown to others, and timed."""

    lock: Lock
    done: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.lock.phase(name)
        began = perf_counter()
        yield
        self.done.append((name, (perf_counter() - began) * 1000))


@contextmanager
def refusing(catalogue: Catalogue) -> Iterator[None]:
    """Turn the failure of a plugin into a refusal of the operation."""
    try:
        yield
    except PluginError as error:
        raise CannotTakePart(fault_of(error), catalogue) from error


def known(catalogue: Catalogue, name: str) -> Manifest:
    """The plugin of this name.

    Raises:
        Refused: there is none.
    """
    manifest = catalogue.get(name)
    if manifest is None:
        raise Refused(_("There is no app called %(name)s here.", name=name), "absent")
    return manifest


def note(session: Session, plugin: str, action: str, by: Actor | None, why: str, detail: str = "") -> None:
    """Write down who changed a plugin's state, when and why; part of the change's transaction."""
    session.add(
        PluginEvent(
            at=utcnow(),
            plugin=plugin,
            action=action,
            actor_id=by.user_id if by else None,
            actor_name=by.name if by else "",
            reason=why,
            detail=detail,
        )
    )
