"""Making and changing a record: the whole form, the quick dialog, and what happens when two people change one record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core.host.dispatch import PluginError
from core.i18n import Text, _
from core.records.timeline import last_change_of
from core.resources.context import Draft, Refused
from core.resources.door import flash_toast
from core.resources.pages.forms import (
    RecordForm,
    defaults,
    form_of,
    raw_values,
    sent,
    show_problems,
    values_of,
    writable,
)
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.inputs import typed
from core.resources.pages.twins import twins_of
from core.resources.read import Stored
from core.resources.rights import title_of
from core.resources.write import NotValid, read_draft, save
from core.routing import id_of


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/new", "new", new, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/quick", "quick", quick, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/<int:id>/edit", "edit", edit, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/twins", "twins", twins)


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed while this person was typing."""

    name: str
    label: Text
    who: str
    theirs: str
    mine: str


def new(resource: str) -> ResponseReturnValue:
    """The whole form of a new record."""
    here = enter(resource, "create")
    names = writable(here.resource)
    if request.method == "GET":
        form = form_of(here, names, {**defaults(here, here.writing()), **_given(here, names)})
        return _page(here, form, names)
    form = form_of(here, names, bound=True)
    record, draft = _save(here, form, names)
    if record is None:
        return _page(here, form, names, draft), 422
    flash_toast(_("“%(record)s” was created.", record=title_of(here.resource, record)))
    return onward(
        f"{here.address}/new" if request.form.get("then") == "another" else here.address_of(record.id)
    )


def quick(resource: str) -> ResponseReturnValue:
    """The dialog with the fields one knows at first; what is missing is filled by the defaults."""
    here = enter(resource, "create")
    names = [each.name for each in here.resource.fields if each.writable and (each.quick or each.required)]
    if request.method == "GET":
        form = form_of(here, names, {**defaults(here, here.writing()), **_given(here, names)})
        return _quick_page(here, form, names)
    form = form_of(here, names, bound=True)
    if request.form.get("then") == "full":
        given = [(name, request.form[name]) for name in names if request.form.get(name)]
        return onward(f"{here.address}/new?{urlencode(given)}")
    record, draft = _save(here, form, names)
    if record is None:
        return _quick_page(here, form, names, draft), 422
    told = _("“%(record)s” was created.", record=title_of(here.resource, record))
    if request.form.get("then") == "another" and is_htmx():
        again = form_of(here, names, defaults(here, here.writing()), fresh=True)
        return _quick_page(here, again, names), 200, {"HX-Trigger": json.dumps({"toast": {"text": told}})}
    flash_toast(told)
    return onward(
        f"{here.address}/quick" if request.form.get("then") == "another" else here.address_of(record.id)
    )


def edit(resource: str, id: int) -> ResponseReturnValue:
    """The whole form of a record that there is."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    names = writable(here.resource)
    values = values_of(here, stored, names)
    if request.method == "GET":
        form = form_of(here, names, values)
        _mark_version(here, form, stored, values)
        return _page(here, form, names, stored=stored)
    form = form_of(here, names, values, bound=True)
    if (wanted := request.form.get("theirs", "")) in names:
        form[wanted].data = (
            values[wanted] if isinstance(values[wanted], bool) else raw_values(here, values)[wanted]
        )
        _mark_version(here, form, stored, values)
        return _page(here, form, names, stored=stored), 409
    if form.version.data != str(stored.record.version):
        clashes = _clashes(here, form, stored, values)
        if clashes:
            _take_theirs(form, values, here)
            _mark_version(here, form, stored, values)
            return _page(here, form, names, stored=stored, clashes=clashes), 409
    record, draft = _save(here, form, names, stored)
    if record is None:
        return _page(here, form, names, draft, stored), 422
    flash_toast(_("Saved."))
    return onward(here.address_of(id))


def twins(resource: str) -> ResponseReturnValue:
    """A line about a record that has the same document, e-mail or phone as what was typed; empty where none is."""
    here = enter(resource, "create")
    own = request.args.get("own", 0, id_of)
    raw = {name: value for name, value in request.args.items() if here.resource.has_field(name) and value}
    return render_template("resources/parts/twins.html", found=twins_of(here, raw, own))


def _save(
    here: Here, form: RecordForm, names: Sequence[str], stored: Stored | None = None
) -> tuple[Any, Draft | None]:
    """Write what the form brought; no record where something is wrong, which then stands in the form."""
    if not form.validate():
        form.general += [
            str(message)
            for name, messages in form.errors.items()
            if name == "csrf_token"
            for message in messages
        ]
        return None, None
    context = here.writing()
    draft = read_draft(
        here.resource, sent(here, form, names), context, current=stored.record if stored else None
    )
    try:
        record = save(draft, context)
        here.session.commit()
        return record, draft
    except NotValid:
        here.session.rollback()
        show_problems(form, draft)
    except (Refused, PluginError) as error:
        here.session.rollback()
        form.general.append(str(getattr(error, "message", error)))
    return None, draft


def _page(
    here: Here,
    form: RecordForm,
    names: Sequence[str],
    draft: Draft | None = None,
    stored: Stored | None = None,
    clashes: Sequence[Clash] = (),
) -> str:
    labels = dict(here.resource.groups)
    groups: dict[str, list[Any]] = {}
    for name in names:
        declared = here.resource.field(name)
        groups.setdefault(declared.group, []).append(declared)
    return render_template(
        "resources/form.html",
        here=here,
        resource=here.resource,
        form=form,
        clashes=clashes,
        stored=stored,
        groups=[(name, labels.get(name, _("General")), fields) for name, fields in groups.items()],
        title=title_of(here.resource, stored.record)
        if stored
        else _("New %(record)s", record=str(here.resource.label).lower()),
        back=here.address_of(stored.id) if stored else here.address,
        twins=_twins_for(here),
        warnings=draft.warnings if draft else (),
    )


def _quick_page(here: Here, form: RecordForm, names: Sequence[str], draft: Draft | None = None) -> str:
    template = "resources/quick.html" if is_htmx() else "resources/quick_page.html"
    owner = next((each for each in here.resource.fields if each.attribute == here.resource.owner), None)
    return render_template(
        template,
        here=here,
        resource=here.resource,
        form=form,
        twins=_twins_for(here),
        owner=owner,
        fields=[here.resource.field(name) for name in names],
        action=f"{here.address}/quick",
    )


def _twins_for(here: Here) -> set[str]:
    """Fields whose value may show that the record is there already."""
    keys = {attribute for key in here.resource.identity for attribute in key.attributes}
    return {
        field.name
        for field in here.resource.fields
        if any(key == field.attribute or key.startswith(f"{field.attribute}_") for key in keys)
        or field.name == "document_number"
    }


def _given(here: Here, names: Sequence[str]) -> dict[str, Any]:
    """Values that the address brings (from the search box, from another form); what cannot be read is left out."""
    found = {}
    for name in names:
        if raw := request.args.get(name):
            declared = here.resource.field(name)
            try:
                found[name] = declared.kind.parse(typed(declared, raw), declared, here.reading)
            except ValueError:
                continue
    return found


def _mark_version(here: Here, form: RecordForm, stored: Stored, values: dict[str, Any]) -> None:
    form.version.data = str(stored.record.version)
    form.was.data = json.dumps(raw_values(here, values), ensure_ascii=False)


def _clashes(here: Here, form: RecordForm, stored: Stored, values: dict[str, Any]) -> list[Clash]:
    """Fields whose stored value is no longer what this form once showed."""
    try:
        was = json.loads(form.was.data or "{}")
    except (ValueError, RecursionError):
        abort(400)
    now = raw_values(here, values)
    people = last_change_of(here.session, here.resource, stored.id, here.formats)
    found = []
    for name, raw in now.items():
        if isinstance(was, dict) and was.get(name, raw) != raw:
            declared = here.resource.field(name)
            mine = form[name].data
            mine_raw = ("1" if mine else "0") if isinstance(mine, bool) else str(mine or "")
            found.append(
                Clash(
                    name,
                    declared.label,
                    people.get(name, ""),
                    declared.kind.text(values[name], here.formats),
                    _read_text(here, name, mine_raw) if mine_raw != was.get(name) else "",
                )
            )
    return found


def _read_text(here: Here, name: str, raw: str) -> str:
    declared = here.resource.field(name)
    try:
        return declared.kind.text(
            declared.kind.parse(typed(declared, raw), declared, here.reading), here.formats
        )
    except ValueError:
        return raw


def _take_theirs(form: RecordForm, values: dict[str, Any], here: Here) -> None:
    """Where only the other person changed a field, the form shows their value from now on."""
    was = json.loads(form.was.data or "{}")
    for name, raw in raw_values(here, values).items():
        field = form[name]
        if was.get(name, raw) != raw and (field.data == was.get(name) or isinstance(field.data, bool)):
            field.data = values[name] if isinstance(values[name], bool) else raw
