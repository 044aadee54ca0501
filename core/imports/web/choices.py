"""What is chosen beside the columns: what records are recognised by, and what rows get that say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from core.i18n import Text, _
from core.imports.sheets import RECORD_ID
from core.imports.targets import writable_fields
from core.imports.web.own import OwnImport
from core.resources.write import read_draft


@dataclass(frozen=True)
class KeyChoice:
    """Something by which a row's record can be recognised, and whether it is."""

    name: str
    label: Text
    on: bool


def key_choices(step: OwnImport, mapping: Mapping[int, str]) -> list[KeyChoice]:
    """What records can be recognised by: the number if a column has it, then the resource's keys."""
    chosen = chosen_keys(step) if "keys" in request.values else step.run.keys
    found = []
    if RECORD_ID in mapping.values():
        found.append(KeyChoice(RECORD_ID, _("number"), chosen is None or RECORD_ID in chosen))
    for key in step.here.resource.identity:
        found.append(KeyChoice(key.name, key.label, not key.hint if chosen is None else key.name in chosen))
    return found


def chosen_keys(step: OwnImport) -> list[str] | None:
    """The keys that are ticked; None where they are those that go without saying."""
    if "keys" not in request.values:
        return step.run.keys
    hints = {key.name for key in step.here.resource.identity if key.hint}
    offered = {RECORD_ID, *(key.name for key in step.here.resource.identity)} & set(
        request.values.getlist("keys")
    )
    chosen = offered & set(request.values.getlist("key"))
    return None if chosen == offered - hints else sorted(chosen)


def typed_constants(step: OwnImport) -> list[tuple[str, str]]:
    """(field, text) of what every row gets that says nothing itself, as typed in the page."""
    known = {each.name for each in writable_fields(step.here.resource)}
    pairs = zip(
        request.values.getlist("constant-field"), request.values.getlist("constant-value"), strict=False
    )
    return [(name, text.strip()) for name, text in pairs if name in known and text.strip()]


def shown_constants(step: OwnImport) -> list[tuple[str, str]]:
    if "constant-field" in request.values:
        return typed_constants(step)
    return [(name, str(value)) for name, value in step.run.constants.items()]


def trouble_of_constants(step: OwnImport) -> str:
    """Why what was typed for empty cells cannot be taken; '' when it can."""
    context = step.here.writing("import", create_references=frozenset())
    draft = read_draft(step.here.resource, dict(typed_constants(step)), context)
    return " ".join(
        _(
            "%(name)s: %(text)s",
            name=str(step.here.resource.field(problem.field).label),
            text=str(problem.message),
        )
        for problem in draft.problems
    )
