"""What the app of leads can do for the classic mode and for a change of mode, as it declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.api import Words, WriteContext


@dataclass(frozen=True)
class Way:
    """How open leads are converted when the mode becomes simple.

    Args:
        targets: names of the targets of a conversion: "contact", "company", "deal".
        pipeline: id of the deals' pipeline; None for the usual one.
        along: files, interactions and tasks go to the new records; else they stay with the lead.
    """

    targets: tuple[str, ...]
    pipeline: int | None = None
    along: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"targets": list(self.targets), "pipeline": self.pipeline, "along": self.along}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Way:
        return cls(tuple(kept.get("targets") or ()), kept.get("pipeline"), bool(kept.get("along", True)))


@dataclass(frozen=True)
class Trouble:
    """A record with which something cannot be done, and why."""

    id: int
    title: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, "reason": self.reason}


@dataclass(frozen=True)
class Foresight:
    """What a change would come to.

    Args:
        total: leads that would be converted, or brought back.
        looked_at: of so many the rest was worked out; the others are like them.
        counts: lines of the preview: a word and a number.
        kept: closed leads, which stay as they are.
        troubles: the first of those that stay behind, and why; `troubled` counts them among those looked at.
    """

    total: int
    looked_at: int = 0
    counts: Sequence[tuple[Words, int]] = ()
    kept: int = 0
    troubles: Sequence[Trouble] = ()
    troubled: int = 0


@dataclass(frozen=True)
class Step:
    """What one step of the work did. `last` is the id up to which it came; None: there is nothing left.

    `troubles` could not be done; `staying` are records that a conversion had made and that stay, for somebody has used
    them since.
    """

    last: int | None
    done: int = 0
    troubles: Sequence[Trouble] = ()
    staying: Sequence[Trouble] = ()


@dataclass(frozen=True)
class TargetChoice:
    """What an open lead may become, as the dialog names it: `targets` as `Way` has them."""

    name: str
    label: Words
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Classic:
    """What the app of leads does for the mode; answered to the hook `classic_mode`.

    Args:
        choices: what an open lead may become, the usual first.
        foresee: what converting the open leads this way would come to; nothing is written.
        forward: (context, way, batch, after, limit) → converts the next open leads with an id above `after`.
        foresee_back: (context, batch) → what bringing a batch back would come to.
        back: (context, batch, before, limit) → takes back the next conversions of the batch, the last first, with an id
            below `before` (None: from the end).
        done: (session, batch) → how many conversions of the batch hold.
    """

    choices: Callable[[WriteContext], Sequence[TargetChoice]]
    foresee: Callable[[WriteContext, Way], Foresight]
    forward: Callable[[WriteContext, Way, str, int, int], Step]
    foresee_back: Callable[[WriteContext, str], Foresight]
    back: Callable[[WriteContext, str, int | None, int], Step]
    open_leads: Callable[[Session], int]
    done: Callable[[Session, str], int]
