"""The second step: how the file is written, which column is which field, and what is done with what is known already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from core.fields import Currency, MoneyAmount, Reference, UserRef
from core.fields.money import currency_symbol
from core.i18n import Text, _, ngettext
from core.imports import jobs
from core.imports.models import MAPPING, ON_DUPLICATE, SKIP
from core.imports.plan import creatable_lists, format_of, remember
from core.imports.sheets import RECORD_ID, sheets_of
from core.imports.survey import Survey, Words, survey
from core.imports.targets import grouped, targets_of, writable_fields
from core.imports.uploads import Opened, folder_of, is_csv, understand
from core.imports.web.attributes import NEW, make_attributes, may_make_attributes
from core.imports.web.choices import (
    chosen_keys,
    key_choices,
    shown_constants,
    trouble_of_constants,
    typed_constants,
)
from core.imports.web.own import OwnImport, own
from core.resources.context import Refused
from core.resources.declare import Field
from core.resources.door import flash_toast
from core.tabular import ENCODINGS, CsvFormat, TableError, fold

FACTS = ("encoding", "separator", "sheet", "decimal", "date_order")


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/columns", "columns", columns, methods=["GET", "POST"])


@dataclass(frozen=True)
class ColumnLine:
    """One column of the file: what is in it, which field it is, and what there is to say of that."""

    index: int
    header: str
    sample: str
    field: str
    note: Text = ""
    tone: str = ""
    is_empty: bool = False


@dataclass(frozen=True)
class NewWords:
    """Words of the file that a reference list does not know, and whether they are to be made."""

    list: str
    label: Text
    words: Sequence[str]
    on: bool


def columns(id: int) -> ResponseReturnValue:
    step = own(id)
    if not step.is_open or step.is_busy:
        return redirect(step.step("result"))
    problem = ""
    try:
        opened = _opened(step, _facts(step))
    except TableError as error:
        problem = error.message()
        try:
            opened = _opened(step, step.run.format)
        except TableError as gone:
            return render_template("imports/gone.html", step=step, problem=gone.message()), 422
    mapping = _chosen(opened) or dict(opened.plan.mapping)
    if request.method == "GET" or problem or "again" in request.form:
        return _page(step, opened, mapping, problem)
    if NEW in mapping.values():
        return _made_attributes(step, opened, mapping)
    problem = _trouble(step, mapping) or trouble_of_constants(step)
    if problem:
        return _page(step, opened, mapping, problem), 422
    _keep(step, opened, mapping)
    jobs.start(step.here.session, step.here.house, step.here.actor, step.run, dry=True)
    return redirect(step.step("review"))


def _made_attributes(step: OwnImport, opened: Opened, mapping: Mapping[int, str]) -> ResponseReturnValue:
    """Make the attributes that columns shall become, and show the step anew: by then they are fields like others."""
    session = step.here.session
    try:
        mapping = make_attributes(step, opened, mapping)
    except Refused as refused:
        session.rollback()
        return _page(step, opened, mapping, str(refused.message)), 422
    _keep(step, opened, mapping)
    session.commit()
    flash_toast(_("The attributes were added. Check the columns once more, then go on."))
    return redirect(step.step("columns"))


def _opened(step: OwnImport, facts: Mapping[str, Any]) -> Opened:
    path = folder_of(step.here.house.config) / step.run.stored
    opened = understand(
        step.here.session, step.here.actor, step.here.resource, path, step.run.filename, wanted=facts
    )
    return opened


def _facts(step: OwnImport) -> dict[str, Any]:
    """How the file is to be read: what the page's pills say, else what was kept."""
    given = {name: request.values[name] for name in FACTS if request.values.get(name)}
    return {**step.run.format, **given}


def _chosen(opened: Opened) -> dict[int, str] | None:
    """The fields chosen in the page; None where they were chosen for other columns than the file has now."""
    if request.values.get("columns") != _columns_key(opened):
        return None
    names = {index: request.values.get(f"column-{index}", "") for index in range(len(opened.table.headers))}
    return {index: name for index, name in names.items() if name}


def _columns_key(opened: Opened) -> str:
    return fold(" ".join(opened.table.headers))[:200]


def _trouble(step: OwnImport, mapping: Mapping[int, str]) -> str:
    """Why the columns cannot be taken so; '' when they can."""
    known = targets_of(step.here.resource)
    if not mapping:
        return _("Choose a field for at least one column.")
    names = list(mapping.values())
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        label = known[twice].label if twice in known else twice
        return _("Two columns are chosen for “%(field)s”. Leave one of them out.", field=str(label))
    if any(name not in known and name != RECORD_ID for name in names):
        return _("One of the chosen fields is not there any more.")
    return ""


def _keep(step: OwnImport, opened: Opened, mapping: Mapping[int, str]) -> None:
    run, here = step.run, step.here
    form = request.form
    run.format = format_of(opened.table, opened.plan.values)
    run.headers = list(opened.table.headers)
    run.mapping = {str(column): name for column, name in mapping.items()}
    run.constants = {
        name: value for name, value in opened.plan.constants.items() if name not in mapping.values()
    } | dict(typed_constants(step))
    run.keys = chosen_keys(step)
    run.on_duplicate = form["duplicates"] if form.get("duplicates") in ON_DUPLICATE else SKIP
    offered = set(form.getlist("offered"))
    chosen = set(form.getlist("new"))
    run.new_values = [
        name for name in creatable_lists(here.house, here.resource) if name not in offered or name in chosen
    ]
    run.rows_total, run.state, run.checked = opened.table.count_hint, MAPPING, {}
    remember(here.session, here.resource, run.headers, mapping)


def _page(step: OwnImport, opened: Opened, mapping: Mapping[int, str], problem: str) -> str:
    here, table = step.here, opened.table
    seen = survey(table, here.resource, mapping, here.formats)
    lines = [
        _line(step, index, header, mapping.get(index, ""), seen) for index, header in enumerate(table.headers)
    ]
    csv = is_csv(table)
    separators = {",": ",", ";": ";", "\t": _("tab"), "|": "|"}
    if isinstance(table.format, CsvFormat):
        separators.setdefault(table.format.separator, table.format.separator)
    sheets = sheets_of(
        folder_of(here.house.config) / step.run.stored, table, here.resource, set(mapping.values())
    )
    return render_template(
        "imports/columns.html",
        step=step,
        here=here,
        run=step.run,
        problem=problem,
        lines=lines,
        is_csv=csv,
        format=table.format,
        values=opened.plan.values,
        encodings=ENCODINGS,
        separators=list(separators.items()),
        rows=table.count_hint,
        columns_key=_columns_key(opened),
        groups=grouped(here.resource, mapping.values()),
        left=sum(not line.field and not line.is_empty for line in lines),
        beside=list(sheets.names.items()),
        new_words=_new_words(step, seen),
        may_make=here.actor.may("settings", "edit"),
        defaults=_defaults(step, mapping),
        keys=key_choices(step, mapping),
        constants=shown_constants(step),
        fields=writable_fields(here.resource),
        record_id=RECORD_ID,
        new_attribute=NEW if may_make_attributes(step) else "",
    )


def _line(step: OwnImport, index: int, header: str, name: str, seen: Survey) -> ColumnLine:
    sample = " · ".join(seen.samples[index])
    resource = step.here.resource
    if not sample and not name:
        return ColumnLine(index, header, sample, name, _("empty"), "", is_empty=True)
    if not resource.has_field(name):
        return ColumnLine(index, header, sample, name)
    declared = resource.field(name)
    keys = {attribute for key in resource.identity for attribute in key.attributes}
    if keys & set(declared.kind.attributes(declared)):
        return ColumnLine(index, header, sample, name, _("key"), "ok")
    if index in seen.words:
        note, tone = _words_note(step, declared, seen.words[index])
        return ColumnLine(index, header, sample, name, note, tone)
    if isinstance(declared.kind, (MoneyAmount, Currency)):
        formats = step.here.formats
        return ColumnLine(index, header, sample, name, currency_symbol(formats.currency, formats.language))
    return ColumnLine(index, header, sample, name)


def _words_note(step: OwnImport, declared: Field, words: Words) -> tuple[Text, str]:
    new, known = len(words.unknown), len(words.known)
    if not new and not known:
        return "", ""
    if new and isinstance(declared.kind, UserRef):
        return ngettext("%(num)s unknown", "%(num)s unknown", new), "warn"
    if new and words.list in creatable_lists(step.here.house, step.here.resource):
        return ngettext("%(num)s new value", "%(num)s new values", new), "warn"
    return _("%(known)s of %(all)s recognised", known=known, all=known + new), "warn" if new else ""


def _new_words(step: OwnImport, seen: Survey) -> list[NewWords]:
    lists = step.here.house.lists
    creatable = creatable_lists(step.here.house, step.here.resource)
    found: dict[str, dict[str, None]] = {}
    for words in seen.words.values():
        if words.unknown and words.list in creatable:
            found.setdefault(words.list, {}).update(words.unknown)
    offered = set(request.values.getlist("offered"))
    chosen = set(request.values.getlist("new"))
    return [
        NewWords(
            name,
            lists[name].plural,
            list(words),
            name in chosen if name in offered else name in step.run.new_values,
        )
        for name, words in found.items()
    ]


def _defaults(step: OwnImport, mapping: Mapping[int, str]) -> list[tuple[Text, Any]]:
    """What records get whose row says nothing, of the fields worth naming: those that point somewhere."""
    here = step.here
    context = here.writing("import")
    found = []
    for each in here.resource.defaulted_fields:
        if isinstance(each.kind, Reference) or each.name in ("country", "currency"):
            value = each.default(context) if each.default else None
            if value is not None:
                found.append((each.label, each.kind.html(value, here.formats)))
    return found
