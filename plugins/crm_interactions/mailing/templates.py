"""Templates as the host sees them: kept like any record, their names checked, shown filled in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from core.api import (
    LANGUAGES,
    Choice,
    Draft,
    Field,
    LongText,
    Panel,
    Resource,
    Text,
    WriteContext,
    _,
    _l,
    current_house,
    db,
    page_context,
    title_of,
)
from plugins.crm_interactions.mailing.addresses import addresses_of
from plugins.crm_interactions.mailing.letters import values_in
from plugins.crm_interactions.mailing.models import MailTemplate
from plugins.crm_interactions.mailing.variables import filled, names_in, variables_of

HELP = _l(
    "Names in braces are filled in: {addressee}, {salesperson}, {my_name}. The template’s page lists all there are."
)


def check_names(draft: Draft, context: WriteContext) -> None:
    """Every name in braces must be one that some kind of record has, all of them together one."""
    kinds = {each.name: {one.name for one in variables_of(each)} for each in written_from(context.house)}
    used = {name: names_in(str(draft.value(name) or "")) for name in ("subject", "body")}
    for field, names in used.items():
        unknown = [name for name in names if not any(name in known for known in kinds.values())]
        if unknown:
            told = ", ".join(f"{{{name}}}" for name in unknown)
            draft.problem(
                field, _("There is nothing that would be filled in for %(names)s", names=told), "unknown_name"
            )
            return
    wanted = {name for names in used.values() for name in names}
    if wanted and not any(wanted <= known for known in kinds.values()):
        draft.problem("body", _("No kind of record has all of these names."), "unknown_name")


def written_from(house: Any) -> Iterator[Resource]:
    """The kinds of record from which mails are written."""
    return (each for each in house.resources.values() if each.timeline)


def shown_filled(template: MailTemplate) -> Markup:
    """The template filled in for the newest record of each kind that the reader may see, and the names there are."""
    house = current_house()
    shown = []
    for resource in written_from(house):
        context = page_context(MAIL_TEMPLATES.name)
        if not (context.actor and context.actor.may(resource.name, "view")):
            continue
        names = variables_of(resource)
        known = {each.name for each in names}
        wanted = sa.select(resource.model).order_by(resource.model.id.desc()).limit(1)
        record = db.session.scalars(wanted).first()
        fits = known.issuperset(names_in(template.subject + template.body))
        subject = body = ""
        if record is not None and fits:
            known_as = addresses_of(db.session(), house, resource, record)
            addressee = known_as[0].name if known_as else ""
            values = values_in(context, resource, record, template.language, addressee)
            subject, body = filled(template.subject, values)[0], filled(template.body, values)[0]
        title = title_of(resource, record) if record is not None else ""
        shown.append(
            {
                "resource": resource,
                "names": names,
                "title": title,
                "subject": subject,
                "body": body,
                "fits": fits,
            }
        )
    return Markup(render_template("crm_interactions/mail_template.html", shown=shown))


MAIL_TEMPLATES = Resource(
    name="mail_templates",
    model=MailTemplate,
    label=_l("Mail template"),
    plural=_l("Mail templates"),
    icon="file-text",
    hue="blue",
    fields=(
        Field("name", _l("Name"), Text(max_length=120, folded=True), required=True, quick=True),
        Field("language", _l("Language"), Choice(tuple(LANGUAGES.items())), quick=True),
        Field("subject", _l("Subject"), Text(max_length=300), required=True, quick=True, wide=True),
        Field("body", _l("Text"), LongText(), required=True, quick=True, wide=True, help=HELP),
    ),
    groups=(("general", _l("Template")),),
    columns=("name", "language", "subject"),
    filters=("language",),
    quick_filters=("language",),
    search=("name", "subject", "body"),
    sort="name",
    checks=(check_names,),
    panels=(Panel("filled", _l("As it reads filled in"), shown_filled),),
    menu_group="admin",
    menu_order=60,
    empty_text=_l("A template saves writing the same mail again and again."),
)
