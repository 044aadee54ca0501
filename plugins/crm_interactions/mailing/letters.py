"""A mail before it is sent: begun from a template, checked, every problem told beside its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from core.api import Attachment, Resource, Words, WriteContext, _, attachments_of, stored_of, use_language
from plugins.crm_interactions.mailing.addresses import (
    MOST,
    Address,
    addresses_of,
    read_addresses,
    wrong_addresses,
)
from plugins.crm_interactions.mailing.models import MailTemplate
from plugins.crm_interactions.mailing.variables import filled, names_in, values_of, variables_of

LARGEST = 18 * 1024 * 1024
"""Of all files together: in a mail they take a third more, and many servers end at 25 MB."""
MOST_TEMPLATES = 500
SUBJECT_LENGTH, BODY_LENGTH = 300, 100_000


@dataclass(frozen=True)
class Letter:
    """What somebody wrote: addresses as typed, ids of the record's files that go along, and of files just brought."""

    to: str = ""
    cc: str = ""
    subject: str = ""
    body: str = ""
    template_id: int | None = None
    files: tuple[int, ...] = ()
    staged: Mapping[int, str] = field(default_factory=dict)
    empty: tuple[Words, ...] = ()
    """Of a letter begun from a template: the fields of the record that had nothing to fill in."""


@dataclass(frozen=True)
class Checked:
    """A letter in order."""

    to: Sequence[Address]
    cc: Sequence[Address]
    subject: str
    body: str
    files: Sequence[Attachment]


class NotReady(Exception):
    """A letter that cannot be sent as it is: {field: what is wrong}."""

    def __init__(self, problems: Mapping[str, Words]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{name}: {text}" for name, text in self.problems.items()))


def begin(context: WriteContext, resource: Resource, record: Any, template_id: int | None) -> Letter:
    """A letter to the record's first address, from a template where one is named.

    Raises:
        LookupError: there is no such template for this kind of record.
    """
    known = addresses_of(context.session, context.house, resource, record)
    letter = Letter(to=known[0].header if known else "")
    if template_id is None:
        return letter
    template = next((each for each in templates_for(context, resource) if each.id == template_id), None)
    if template is None:
        raise LookupError(template_id)
    values = values_in(context, resource, record, template.language, known[0].name if known else "")
    subject, nothing = filled(template.subject, values)
    body, also = filled(template.body, values)
    labels = {each.name: each.label for each in variables_of(resource)}
    empty = tuple(labels[name] for name in dict.fromkeys((*nothing, *also)))
    return replace(letter, subject=subject, body=body, template_id=template.id, empty=empty)


def values_in(
    context: WriteContext, resource: Resource, record: Any, language: str | None, addressee: str
) -> dict[str, str]:
    """What the names of a template stand for, in its language."""
    formats = replace(context.formats, language=language or context.formats.language)
    (stored,) = stored_of(context.session, resource, [record])
    with use_language(formats.language):
        return values_of(stored, addressee, context.actor, formats, context.settings)


def templates_for(context: WriteContext, resource: Resource) -> Sequence[MailTemplate]:
    """The templates all whose names a record of this kind can fill: those in the writer's language first."""
    known = {each.name for each in variables_of(resource)}
    wanted = sa.select(MailTemplate).order_by(MailTemplate.name_folded, MailTemplate.id).limit(MOST_TEMPLATES)
    found = [
        each
        for each in context.session.scalars(wanted)
        if known.issuperset(names_in(each.subject + each.body))
    ]
    return sorted(found, key=lambda each: each.language not in (None, context.formats.language))


def checked(
    context: WriteContext, resource: Resource, record: Any, letter: Letter, staged: Sequence[Attachment] = ()
) -> Checked:
    """The letter, ready to go.

    Raises:
        NotReady: something is wrong with it.
    """
    problems: dict[str, Words] = {}
    to, cc = (_addresses(text, name, problems) for name, text in (("to", letter.to), ("cc", letter.cc)))
    if not to and "to" not in problems:
        problems["to"] = _("Say to whom.")
    elif len(to) + len(cc) > MOST:
        problems["to"] = _("One mail goes to at most %(max)s people.", max=MOST)
    subject, body = " ".join(letter.subject.split()), letter.body.replace("\r\n", "\n").strip()
    for name, text, most in (("subject", subject, SUBJECT_LENGTH), ("body", body, BODY_LENGTH)):
        if problem := _text_problem(resource, name, text, most):
            problems[name] = problem
    own = {each.id: each for each in attachments_of(context.session, resource.name, record.id)}
    files = [*(own[id] for id in letter.files if id in own), *staged]
    if len([id for id in letter.files if id not in own]):
        problems["files"] = _("A file is not there any more.")
    elif sum(each.size for each in files) > LARGEST:
        problems["files"] = _("All files together have at most %(max)s MB.", max=LARGEST // (1024 * 1024))
    if problems:
        raise NotReady(problems)
    return Checked(to, cc, subject, body, files)


def _addresses(text: str, name: str, problems: dict[str, Words]) -> list[Address]:
    good, bad = read_addresses(text)
    if bad:
        problems[name] = wrong_addresses(bad)
    return good


def _text_problem(resource: Resource, name: str, text: str, most: int) -> Words:
    if not text:
        return _("Write a subject.") if name == "subject" else _("Write something.")
    if len(text) > most:
        return _("At most %(max)s characters.", max=most)
    known = {each.name for each in variables_of(resource)}
    left = [f"{{{each}}}" for each in names_in(text) if each in known]
    return _("Still to be filled in: %(names)s", names=", ".join(left)) if left else ""
