"""What may be said of a value of a reference list, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.admin.settings.groups import group_id
from core.i18n import _
from core.resources.context import Refused
from core.resources.declare import ReferenceList
from core.text import fold

HUES = ("slate", "blue", "cyan", "teal", "green", "lime", "amber", "orange", "red", "pink", "violet", "brown")
COMMON = ("name", "description", "hue", "meaning")


def checked(declared: ReferenceList, attributes: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """The attributes that may be given of a value (None: a new one), as they are kept.

    Raises:
        Refused: one of them makes no sense.
    """
    extra = {each.attribute for each in declared.columns}
    given = {name: attributes[name] for name in attributes if name in COMMON or name in extra}
    if "name" in given:
        given["name"] = " ".join(str(given["name"]).split())
        if not fold(given["name"]):
            raise Refused(_("A name is needed."), "required")
        if len(given["name"]) > 120:
            raise Refused(_("A name has at most %(max)s characters.", max=120), "too_long")
    if "description" in given:
        given["description"] = " ".join(str(given["description"] or "").split())[:500] or None
    if given.get("hue", HUES[0]) not in HUES:
        raise Refused(_("Choose one of the twelve colours."), "invalid")
    if value is not None and given.get(declared.group_attribute, group_id(declared, value)) != group_id(
        declared, value
    ):
        raise Refused(_("“%(name)s” stays where it is; add it there anew.", name=value.name), "other_group")
    if "meaning" in given and given["meaning"] not in dict(declared.meanings):
        raise Refused(_("Choose one of the meanings."), "invalid")
    return given
