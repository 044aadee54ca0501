"""What somebody wants to become of a lead, whichever door they said it at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.api import WriteContext

KEPT, FROM_LEAD = "kept", "lead"


@dataclass(frozen=True)
class Wish:
    """Without targets it is the short way: what Settings say, into a known record where the lead's document is known.

    Args:
        targets: names of targets ("contact", "company", "deal").
        existing: target → id of the record the lead goes into; a target that is not here is made anew.
        take: target → field → "lead" (take the lead's value) or "kept"; the safe choice for fields not named.
        values: target → field → raw value as typed or sent; stands before what the lead says.
        attributes: name of a lead's own attribute that no target has → targets on which it is made; none: it stays
            on the lead. Attributes not named stay.
    """

    targets: tuple[str, ...] = ()
    existing: Mapping[str, int] = field(default_factory=dict)
    take: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_short(self) -> bool:
        return not self.targets


def wish_from(body: Mapping[str, Any], context: WriteContext) -> Wish:
    """The wish that a body of the API states; `pipeline` beside it is the deal's.

    Raises:
        Refused: something in it cannot be understood; the message names it.
    """
    raise NotImplementedError
