"""What the pages of merging share: who may come in, and how ids, people and moments are read and shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import abort

from core.fields import DateTime
from core.merging.rights import may_merge
from core.resources.pages.here import Here, enter
from core.routing import id_of


def enter_here(resource: str) -> Here:
    here = enter(resource)
    if not may_merge(here.resource, here.actor):
        abort(403)
    return here


def owner_of(here: Here) -> Callable[[Any], str]:
    """A function that tells whose record one is."""
    declared = next((each for each in here.resource.fields if each.attribute == here.resource.owner), None)

    def owner(record: Any) -> str:
        return declared.kind.text(declared.kind.load(record, declared), here.formats) if declared else ""

    return owner


def day(here: Here, moment: datetime) -> str:
    return DateTime().text(moment, here.formats)


def ids_in(texts: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(id for text in texts[:100] if (id := id_in(text)) is not None))


def id_in(text: str) -> int | None:
    try:
        return id_of(text) or None
    except ValueError:
        return None
