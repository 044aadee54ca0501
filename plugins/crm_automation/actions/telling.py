"""Actions that tell people: by the bell, and by a mail to the record's address or to somebody of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.api import (
    Boolean,
    Choice,
    Email,
    Field,
    LongText,
    NotificationKind,
    Refused,
    Text,
    UserRef,
    Words,
    _,
    _l,
    actor_for,
    may,
    ngettext,
    notify,
    people_who_follow,
    send_later,
)
from plugins.crm_automation.declare import ActionKind, Doing, Done, Place, Values
from plugins.crm_automation.offering import USERS, people_choice

TOLD = NotificationKind(
    "automation_told", _l("A rule tells me something"), _l("%(text)s (rule “%(rule)s”)"), "robot"
)
VARIABLES = _l("{name}, {salesperson} and the like are filled in from the record.")

# -- by the bell ----------------------------------------------------------------------------------------------


def _notify_fields(place: Place, values: Values) -> Sequence[Field]:
    owner = place.resource.owner_field
    asked = [Field("people", _l("People"), people_choice(place))]
    if owner is not None:
        asked.append(Field("owner", _l("Whoever it belongs to"), Boolean()))
    return (
        *asked,
        Field("followers", _l("Whoever follows it"), Boolean()),
        Field("text", _l("What they read"), Text(max_length=200), required=True, help=VARIABLES, wide=True),
    )


def _notify_words(place: Place, values: Values) -> str:
    return _(
        "tell %(people)s: “%(text)s”", people=", ".join(_whom(place, values)), text=values.get("text") or ""
    )


def _whom(place: Place, values: Values) -> list[str]:
    named = people_choice(place).text(values.get("people") or (), place.formats)
    return [
        *([named] if named else []),
        *([_("whoever it belongs to")] if values.get("owner") else []),
        *([_("whoever follows it")] if values.get("followers") else []),
    ]


def _notify_check(place: Place, values: Values) -> Mapping[str, Words]:
    return {} if _whom(place, values) else {"people": _("Choose whom it tells.")}


def _notify(doing: Doing) -> Done | None:
    session, record = doing.context.session, doing.record
    ids = {int(each) for each in doing.values.get("people") or ()}
    if doing.values.get("owner") and doing.resource.owner:
        ids |= {getattr(record, doing.resource.owner)} - {None}
    if doing.values.get("followers"):
        ids |= people_who_follow(session, doing.resource.name, [record.id]).get(record.id, set())
    seeing = [id for id in ids if _sees(doing, id)]
    values = {"text": doing.fill(doing.values["text"]), "rule": doing.rule_name}
    told = notify(session, seeing, TOLD.name, values, resource=doing.resource.name, record_id=record.id)
    return Done(ngettext("%(num)d person told", "%(num)d people told", told)) if told else None


def _sees(doing: Doing, user_id: int) -> bool:
    try:
        reader = actor_for(doing.context.session, user_id)
    except LookupError:  # may no longer sign in
        return False
    return may(doing.resource, doing.record, "view", reader, doing.context.house)


NOTIFY = ActionKind(
    "notify",
    _l("Tell people"),
    "bell",
    words=_notify_words,
    do=_notify,
    fields=_notify_fields,
    texts=("text",),
    check=_notify_check,
)

# -- by mail --------------------------------------------------------------------------------------------------

RECORD, OWNER, PERSON = "record", "owner", "person"


def _addresses(place: Place) -> list[Field]:
    """The record's own fields that hold an e-mail address."""
    return [each for each in place.resource.fields if isinstance(each.kind, Email) and each.side is None]


def _to_choice(place: Place) -> Choice:
    offered: list[tuple[str, Words]] = [(RECORD, _l("its own address"))] if _addresses(place) else []
    offered += [(OWNER, _l("whoever it belongs to"))] if place.resource.owner_field is not None else []
    return Choice((*offered, (PERSON, _l("somebody of the house"))))


def _mail_fields(place: Place, values: Values) -> Sequence[Field]:
    to = Field("to", _l("To"), _to_choice(place), required=True)
    person = (Field("person", _l("Person"), UserRef(), required=True),) if values.get("to") == PERSON else ()
    return (
        to,
        *person,
        Field("subject", _l("Subject"), Text(max_length=200), required=True, help=VARIABLES, wide=True),
        Field("text", _l("Text"), LongText(), required=True, wide=True),
    )


def _mail_words(place: Place, values: Values) -> str:
    to = _to_choice(place).text(values.get("to"), place.formats)
    if values.get("to") == PERSON:
        item = place.formats.references.get(USERS, values.get("person"))
        to = item.name if item else "—"
    return _("write to %(to)s: “%(subject)s”", to=to, subject=values.get("subject") or "")


def _mail(doing: Doing) -> Done | None:
    address = _address(doing)
    if not address:
        raise Refused(_("There is no e-mail address to write to."), "no_address")
    subject, text = (doing.fill(doing.values[name]) for name in ("subject", "text"))
    send_later(doing.context.session, address, subject, text)
    return Done(_("mail to %(address)s: “%(subject)s”", address=address, subject=subject))


def _address(doing: Doing) -> str:
    to = doing.values.get("to")
    if to == RECORD:
        held = (
            each.kind.load(doing.record, each)
            for each in doing.resource.own_fields
            if isinstance(each.kind, Email)
        )
        return next((str(each) for each in held if each), "")
    owner = (
        doing.values.get("person")
        if to == PERSON
        else getattr(doing.record, doing.resource.owner or "", None)
    )
    try:
        return actor_for(doing.context.session, owner).email if owner else ""
    except LookupError:  # may no longer sign in
        return ""


MAIL = ActionKind(
    "mail",
    _l("Send a mail"),
    "mail",
    words=_mail_words,
    do=_mail,
    fields=_mail_fields,
    texts=("subject", "text"),
)
