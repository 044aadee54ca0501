"""Variables in the texts of actions: `{name}` is the record's field of that name, as a person reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from core.api import Formats, Resource, Stored, Tags, _, title_of
from plugins.crm_automation.declare import Place
from plugins.crm_automation.offering import FILES

PLACEHOLDER = re.compile(r"\{([^{}\n]{0,60})\}")
RECORD, COMPANY = "record", "company_name"
"""What is no field of the record: what it is called, and the name of the company that writes."""


def names_of(resource: Resource) -> list[str]:
    """The variables that a text about a record of this resource may have."""
    return [RECORD, *(each.name for each in resource.fields if each.kind.name != FILES), COMPANY]


def unknown_in(place: Place, text: str) -> str | None:
    """What is wrong with the variables of a text, as a sentence; None where nothing is."""
    known = set(names_of(place.resource))
    wrong = next((name for name in _named(text) if name not in known), None)
    if wrong is None:
        return None
    some = ", ".join(f"{{{name}}}" for name in names_of(place.resource)[:6])
    return _("“{%(name)s}” is no field. There are: %(some)s …", name=wrong, some=some)


def filler(resource: Resource, stored: Stored, formats: Formats, settings: Any) -> Callable[[str], str]:
    """Fills the variables of texts from a record; one that is empty becomes nothing, an unknown one stays as it is."""

    def value(name: str) -> str | None:
        if name == RECORD:
            return title_of(resource, stored.record)
        if name == COMPANY:
            return str(settings.get("company.name") or "")
        if not resource.has_field(name):
            return None
        field = resource.field(name)
        held = stored.value(field)
        return ", ".join(held or ()) if isinstance(field.kind, Tags) else str(field.kind.text(held, formats))

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: found[0] if (said := value(found[1])) is None else said, text)

    return fill


def _named(text: str) -> Iterable[str]:
    return (found[1] for found in PLACEHOLDER.finditer(text))
