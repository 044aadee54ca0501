"""The pages of mail: writing one from a record, taking it back, sending it once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.api import (
    NotValid,
    Refused,
    Resource,
    Words,
    WriteContext,
    _,
    attachments_of,
    db,
    delete,
    flash_toast,
    go_on,
    page_context,
    record_or_404,
    require_reach,
    sent_files,
    staged_of,
    title_of,
)
from plugins.crm_interactions.mailing.addresses import addresses_of, read_addresses
from plugins.crm_interactions.mailing.letters import Letter, NotReady, begin, checked, templates_for
from plugins.crm_interactions.mailing.models import WAITING, MailMessage
from plugins.crm_interactions.mailing.service import send, send_again, withdraw
from plugins.crm_interactions.models import Interaction

blueprint = Blueprint("crm_interactions_mail", __name__, template_folder="../templates")


@blueprint.route("/<resource>/<int:id>/mail", methods=["GET", "POST"])
def write(resource: str, id: int) -> ResponseReturnValue:
    """GET shows an empty mail to the record, or one from a template; POST fills it in anew, or sends it."""
    record, context, declared = _at(resource, id)
    template_id = request.values.get("template", None, _number)
    documents = sent_files("interactions")
    page = partial(_shown, context, declared, record, documents)
    if request.method == "GET":
        try:
            return page(begin(context, declared, record, template_id))
        except LookupError:
            abort(404)
    letter = _typed(template_id, documents)
    if request.form.get("act") == "fill":
        return page(_filled(context, declared, record, letter))
    if request.form.get("act") != "send":  # a file was brought, or taken away, without script
        return page(letter)
    user_id = context.actor.user_id if context.actor else None
    staged = staged_of(db.session(), user_id, letter.staged) if user_id is not None else ()
    try:
        ready = checked(context, declared, record, letter, staged)
        interaction = send(context, declared, record, ready, template_id=template_id)
        db.session.commit()
    except NotReady as error:
        return page(letter, error.problems), 422
    except (Refused, NotValid) as refused:
        db.session.rollback()
        return _shown(
            context, declared, record_or_404(resource, id), documents, letter, {"": str(refused)}
        ), 422
    flash_toast(
        _("The mail to %(to)s leaves in a moment.", to=ready.to[0].name or ready.to[0].address),
        undo=url_for("crm_interactions_mail.take_back", id=interaction.id),
    )
    return go_on(resource, id)


@blueprint.post("/interactions/<int:id>/mail/withdraw")
def take_back(id: int) -> ResponseReturnValue:
    """Take a mail back that has not left yet, and what was written down of it."""
    interaction, message, context = _mail(id)
    place = (interaction.resource, interaction.record_id)
    if withdraw(context, message):
        delete(context.house.resources["interactions"], [interaction], context, is_allowed=True)
        db.session.commit()
        flash_toast(_("The mail was taken back."))
    else:
        flash_toast(_("The mail has left already."), tone="warn")
    return go_on(*place)


@blueprint.route("/interactions/<int:id>/mail/again", methods=["GET", "POST"])
def once_more(id: int) -> ResponseReturnValue:
    """A mail that did not arrive: to whom it shall go now."""
    interaction, message, context = _mail(id)
    to, wrong = ", ".join(message.to), ""
    if request.method == "POST":
        to = request.form.get("to", "")[:2000]
        try:
            send_again(context, interaction, message, to)
            db.session.commit()
            flash_toast(_("The mail leaves once more."))
            return go_on(interaction.resource, interaction.record_id)
        except Refused as refused:
            db.session.rollback()
            interaction, message, context = _mail(id)
            wrong = str(refused.message)
    elif message.status == WAITING:
        flash_toast(_("This mail is still on its way."), tone="warn")
        return go_on(interaction.resource, interaction.record_id)
    shown = render_template(
        "crm_interactions/mail_again.html", interaction=interaction, message=message, to=to, wrong=wrong
    )
    return shown, 422 if wrong else 200


def _at(resource: str, id: int) -> tuple[Any, WriteContext, Resource]:
    """The record, for who may see it and write interactions."""
    record = record_or_404(resource, id)
    context = page_context(resource)
    declared = context.house.resources[resource]
    if not declared.timeline:
        abort(404)
    if context.actor is None or not context.actor.may("interactions", "create"):
        abort(403)
    return record, context, declared


def _mail(id: int) -> tuple[Interaction, MailMessage, WriteContext]:
    """A mail that the reader may change: as a rule, their own."""
    interaction: Interaction = record_or_404("interactions", id)
    context = page_context("interactions")
    try:
        require_reach(context.house.resources["interactions"], interaction, "edit", context)
    except Refused:
        abort(403)
    return interaction, db.session.get(MailMessage, id) or abort(404), context


def _typed(template_id: int | None, documents: Any) -> Letter:
    form = request.form
    to = form.get("to", "")
    known = {each.address.casefold() for each in read_addresses(to)[0]}
    also = [
        text
        for text in form.getlist("also")
        if not known & {each.address.casefold() for each in read_addresses(text)[0]}
    ]
    return Letter(
        to=", ".join(part for part in (to.strip().rstrip(",;"), *also) if part)[:4000],
        cc=form.get("cc", "")[:4000],
        subject=form.get("subject", "")[:1000],
        body=form.get("body", "")[:200_000],
        template_id=template_id,
        files=tuple(_number(each) for each in form.getlist("file") if each.isdecimal() and len(each) < 19),
        staged={line.id: documents.names[line.id] for line in documents.waiting},
    )


def _filled(context: WriteContext, resource: Resource, record: Any, letter: Letter) -> Letter:
    """The letter with subject and text of the chosen template; to whom and with what stays."""
    try:
        begun = begin(context, resource, record, letter.template_id)
    except LookupError:
        return letter
    return replace(letter, subject=begun.subject, body=begun.body, empty=begun.empty)


def _shown(
    context: WriteContext,
    resource: Resource,
    record: Any,
    documents: Any,
    letter: Letter,
    problems: Mapping[str, Words] | None = None,
) -> str:
    to = {each.address.casefold() for each in read_addresses(letter.to)[0]}
    known = addresses_of(db.session(), context.house, resource, record)
    return render_template(
        "crm_interactions/mail.html",
        resource=resource,
        record=record,
        title=title_of(resource, record),
        letter=letter,
        others=[each for each in known if each.address.casefold() not in to],
        templates=templates_for(context, resource),
        files=attachments_of(db.session(), resource.name, record.id),
        documents=documents,
        problems=problems or {},
        formats=context.formats,
        action=url_for("crm_interactions_mail.write", resource=resource.name, id=record.id),
        back=url_for("resources.record", resource=resource.name, id=record.id),
    )


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(text)
    return int(text)
