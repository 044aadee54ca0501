"""What makes an attribute: a name of its own, a type, records it is on; and what cannot change while values are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.admin.settings.checking import HUES
from core.attributes.definitions import PREFIX
from core.attributes.models import Attribute, AttributeValue
from core.attributes.types import CHOICE, FILE, TEXT_LENGTH, TYPES, WIDENING
from core.house import House
from core.i18n import LANGUAGES, _, ngettext, use_language
from core.resources.context import Refused
from core.text import fold

NAME_LENGTH = 120
MOST_CHOICES = 200
GIVEN = ("name", "description", "kind", "multiple", "required", "resources", "choices")


def checked(
    session: Session, house: House, given: Mapping[str, Any], attribute: Attribute | None
) -> dict[str, Any]:
    """The columns of an attribute as they are kept, of what is given; of a new one all.

    Raises:
        Refused: it cannot be so; `code` names what of it.
    """
    kept: dict[str, Any] = {}
    if attribute is None:
        given = {"name": "", "kind": "", "resources": (), **given}
    if "resources" in given:
        kept["resources"] = _resources(session, house, given["resources"], attribute)
    if "name" in given:
        on = kept.get("resources") or (attribute.resources if attribute else ())
        kept |= _name(house, str(given["name"] or ""), on)
    if "description" in given:
        kept["description"] = " ".join(str(given["description"] or "").split())[:500] or None
    if "kind" in given:
        kept["kind"] = _kind(session, str(given["kind"] or ""), attribute)
    kind = kept.get("kind") or (attribute.kind if attribute else "")
    if "multiple" in given or "kind" in given:
        wanted = bool(given.get("multiple", attribute.multiple if attribute else False))
        kept["multiple"] = _multiple(session, kind, wanted, attribute)
    if "required" in given:
        kept["required"] = bool(given["required"])
    if kind == FILE and kept.get("required", attribute.required if attribute else False):
        raise Refused(_("A file cannot be required: it comes after its record."), "required")
    if kind == CHOICE and ("choices" in given or attribute is None or attribute.kind != CHOICE):
        kept["choices"] = _choices(session, given.get("choices") or (), attribute)
    return kept


def check_way_back(session: Session, house: House, columns: Mapping[str, Any], attribute: Attribute) -> None:
    """Whether an attribute can have these columns again, with the values that records have by now.

    Raises:
        Refused: a record has a value that would not fit.
    """
    kind = columns.get("kind", attribute.kind)
    if kind != attribute.kind:
        is_text = (kind, attribute.kind) == ("text", "long_text")
        _kind(session, kind, attribute, *((_too_long(),) if is_text else ()))
    if "resources" in columns:
        _resources(session, house, columns["resources"], attribute)
    if "multiple" in columns:
        _multiple(session, kind, columns["multiple"], attribute)
    if "choices" in columns and attribute.kind == CHOICE:
        kept = {each["key"] for each in columns["choices"]}
        _keep_used(session, [each for each in attribute.choices if each["key"] not in kept], attribute)


def free_key(session: Session, name: str) -> str:
    """A key like the name that no attribute has."""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:50] or "attribute"
    taken = set(
        session.scalars(sa.select(Attribute.key).where(Attribute.key.startswith(stem, autoescape=True)))
    )
    numbers = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(each for each in numbers if each not in taken)


def _name(house: House, name: str, resources: Iterable[str]) -> dict[str, str]:
    name = " ".join(name.split())
    if not fold(name):
        raise Refused(_("A name is needed."), "name")
    if len(name) > NAME_LENGTH:
        raise Refused(_("A name has at most %(max)s characters.", max=NAME_LENGTH), "name")
    for each in resources:
        for field in house.resources[each].fields if each in house.resources else ():
            if not field.name.startswith(PREFIX) and fold(name) in _labels(field.label):
                raise Refused(_("“%(name)s” is a field already.", name=name), "name")
    return {"name": name, "name_folded": fold(name)}


def _labels(label: Any) -> set[str]:
    """A field's label in every language: columns of files are known by them."""
    found = set()
    for language in LANGUAGES:
        with use_language(language):
            found.add(fold(str(label)))
    return found


def _resources(
    session: Session, house: House, wanted: Iterable[str], attribute: Attribute | None
) -> list[str]:
    names = [str(each) for each in wanted]
    known = set(house.resources) | set(attribute.resources if attribute else ())
    if not names or any(each not in known for each in names):
        raise Refused(_("Choose the records it is on."), "resources")
    for left in set(attribute.resources if attribute else ()) - set(names):
        number = _count(session, attribute, AttributeValue.resource == left)
        if number:
            label = house.resources[left].plural if left in house.resources else left
            raise Refused(
                _("%(num)s %(records)s have a value of it.", num=number, records=str(label).lower()),
                "resources",
            )
    return [*(each for each in house.resources if each in names), *sorted(set(names) - set(house.resources))]


def _too_long() -> Any:
    """Long texts that are no texts: those that are short and on one line are."""
    return sa.or_(sa.func.length(AttributeValue.text) > TEXT_LENGTH, AttributeValue.text.contains("\n"))


def _kind(session: Session, kind: str, attribute: Attribute | None, *misfits: Any) -> str:
    if kind not in TYPES:
        raise Refused(_("Choose a type."), "kind")
    if attribute is not None and kind != attribute.kind and kind not in WIDENING.get(attribute.kind, ()):
        number = _count(session, attribute, *misfits)
        if number:
            raise Refused(
                ngettext(
                    "The type cannot change: one record has a value of it.",
                    "The type cannot change: %(num)d records have a value of it.",
                    number,
                ),
                "kind",
            )
    return kind


def _multiple(session: Session, kind: str, wanted: bool, attribute: Attribute | None) -> bool:
    if wanted and not TYPES[kind].several:
        raise Refused(_("There is only one value of this type."), "multiple")
    if not wanted and attribute is not None and attribute.multiple:
        if _count(session, attribute, AttributeValue.position > 0):
            raise Refused(_("Some records have several values."), "multiple")
    return wanted


def _choices(
    session: Session, wanted: Iterable[Mapping[str, Any]], attribute: Attribute | None
) -> list[dict[str, str]]:
    before = {each["key"]: each for each in (attribute.choices if attribute else ())}
    found: list[dict[str, str]] = []
    for each in wanted:
        name = " ".join(str(each.get("name") or "").split())[:NAME_LENGTH]
        if not fold(name):
            continue
        hue = str(each.get("hue") or "slate")
        key = str(each.get("key") or "")
        keys = {other["key"] for other in found}
        if key not in before or key in keys:
            key = _choice_key(name, keys | set(before))
        found.append({"key": key, "name": name, "hue": hue if hue in HUES else "slate"})
    names = [fold(each["name"]) for each in found]
    if not found or len(found) > MOST_CHOICES:
        raise Refused(
            _("A choice needs values: from %(low)s to %(high)s.", low=1, high=MOST_CHOICES), "choices"
        )
    if len(set(names)) < len(names):
        raise Refused(_("Two values have the same name."), "choices")
    _keep_used(
        session, [before[key] for key in before if key not in {each["key"] for each in found}], attribute
    )
    return found


def _keep_used(session: Session, gone: Sequence[Mapping[str, str]], attribute: Attribute | None) -> None:
    for each in gone:
        number = _count(session, attribute, AttributeValue.folded == each["key"])
        if number:
            raise Refused(
                ngettext(
                    "One record has the value “%(name)s”: give it another first.",
                    "%(num)d records have the value “%(name)s”: give them another first.",
                    number,
                    name=each["name"],
                ),
                "choices",
            )


def _choice_key(name: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:40] or "value"
    numbers = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(each for each in numbers if each not in taken)


def _count(session: Session, attribute: Attribute | None, *criteria: Any) -> int:
    """How many records have such a value of an attribute."""
    if attribute is None:
        return 0
    records = (
        sa.select(AttributeValue.resource, AttributeValue.record_id)
        .where(AttributeValue.attribute_id == attribute.id, *criteria)
        .distinct()
    )
    statement = sa.select(sa.func.count()).select_from(records.subquery())
    return session.scalar(statement, execution_options={"unscoped": True}) or 0
