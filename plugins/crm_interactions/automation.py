"""What rules can do with interactions: note a task, write a mail from a template; and wait until nobody has done anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.api import (
    Choice,
    Field,
    Integer,
    Refused,
    Text,
    TimeOfDay,
    UserRef,
    _,
    _l,
    ngettext,
)
from plugins.crm_automation.declare import ActionKind, Doing, Done, Due, Link, Place, TriggerKind, Values
from plugins.crm_interactions.mailing.letters import NotReady, begin, checked
from plugins.crm_interactions.mailing.models import MailTemplate
from plugins.crm_interactions.mailing.service import send
from plugins.crm_interactions.tasks.service import add

OWNER, PERSON = "owner", "person"
MOST_TEMPLATES = 200

# -- a task ---------------------------------------------------------------------------------------------------


def _task_fields(place: Place, values: Values) -> Sequence[Field]:
    whose = Choice(((OWNER, _l("whoever the record belongs to")), (PERSON, _l("somebody else"))))
    person = Field("person", _l("Person"), UserRef(), required=True)
    return (
        Field(
            "title",
            _l("What is to be done"),
            Text(max_length=300),
            required=True,
            wide=True,
            help=_l("{name}, {salesperson} and the like are filled in from the record."),
        ),
        Field(
            "days",
            _l("Due in days"),
            Integer(minimum=0, maximum=3650),
            default=lambda context: 1,
            help=_l("0 is the same day."),
        ),
        Field("time", _l("At"), TimeOfDay(), help=_l("Nothing said: the whole day.")),
        Field("whose", _l("For"), whose, required=True, default=lambda context: OWNER),
        *([person] if values.get("whose") == PERSON else []),
    )


def _task_words(place: Place, values: Values) -> str:
    return ngettext(
        "note the task “%(title)s”, due in %(num)d day",
        "note the task “%(title)s”, due in %(num)d days",
        values.get("days") or 0,
        title=values.get("title") or "",
    )


def _add_task(doing: Doing) -> Done | None:
    context = doing.context
    owner = getattr(doing.record, doing.resource.owner) if doing.resource.owner else None
    assignee = doing.values.get("person") if doing.values.get("whose") == PERSON else owner
    day = datetime.now(context.formats.zone).date() + timedelta(days=doing.values.get("days") or 0)
    task = add(
        context,
        title=doing.fill(doing.values["title"])[:300],
        due_on=day,
        due_time=doing.values.get("time"),
        resource=doing.resource.name,
        record_id=doing.record.id,
        assignee_id=assignee,
    )
    return Done(_("task noted:"), (Link(task.title, "tasks", task.id),))


TASK = ActionKind(
    "task",
    _l("Note a task"),
    "checkbox",
    words=_task_words,
    do=_add_task,
    fields=_task_fields,
    offered=lambda place: place.resource.timeline,
    texts=("title",),
)

# -- a mail from a template, kept beside the record --------------------------------------------------------------


def _templates(place: Place) -> Choice:
    wanted = sa.select(MailTemplate.id, MailTemplate.name).order_by(MailTemplate.name_folded)
    rows = place.session.execute(wanted.limit(MOST_TEMPLATES))
    return Choice(tuple((str(id), name) for id, name in rows))


def _letter_words(place: Place, values: Values) -> str:
    name = _templates(place).text(values.get("template"), place.formats)
    return _("write to it from the template “%(name)s”", name=name or "—")


def _write(doing: Doing) -> Done | None:
    context, resource, record = doing.context, doing.resource, doing.record
    try:
        letter = begin(context, resource, record, int(doing.values["template"]))
        ready = checked(context, resource, record, letter)
    except LookupError:
        raise Refused(
            _("The template is not there any more, or is not for such records."), "absent"
        ) from None
    except NotReady as wrong:
        raise Refused("; ".join(str(each) for each in wrong.problems.values()), "not_ready") from None
    interaction = send(context, resource, record, ready, template_id=letter.template_id, waits=timedelta())
    to = ", ".join(each.address for each in ready.to)
    return Done(_("mail to %(to)s:", to=to), (Link(ready.subject, "interactions", interaction.id),))


LETTER = ActionKind(
    "letter",
    _l("Write from a template"),
    "mail",
    words=_letter_words,
    do=_write,
    fields=lambda place, values: (Field("template", _l("Template"), _templates(place), required=True),),
    offered=lambda place: place.resource.timeline,
)

# -- nothing was done -----------------------------------------------------------------------------------------


def _idle_words(place: Place, values: Values) -> str:
    return ngettext(
        "nothing was done with it for %(num)d day",
        "nothing was done with it for %(num)d days",
        values.get("days") or 0,
    )


def _idle(place: Place, values: Values, since: datetime, until: datetime) -> list[Due]:
    """Whose last interaction, or else whose coming, was so many days ago."""
    touched, model = place.resource.touched, place.resource.model
    if touched is None:
        return []
    days = timedelta(days=values.get("days") or 0)
    last = getattr(model, touched.last)
    first, end = since - days, until - days
    wanted = sa.select(model.id, last, model.created_at).where(
        sa.or_(
            sa.and_(last > first, last <= end),
            sa.and_(last.is_(None), model.created_at > first, model.created_at <= end),
        )
    )
    rows = place.session.execute(wanted.order_by(model.id))
    return [Due(id, (at or made) + days, (at or made).isoformat()) for id, at, made in rows]


IDLE = TriggerKind(
    "idle",
    _l("Nobody does anything with it"),
    "clock-exclamation",
    words=_idle_words,
    fields=lambda place, values: (
        Field(
            "days",
            _l("For so many days"),
            Integer(minimum=1, maximum=3650),
            required=True,
            default=lambda context: 3,
            help=_l("Since its last interaction; where there is none, since it came in."),
        ),
    ),
    offered=lambda place: place.resource.touched is not None,
    due=_idle,
)

ACTIONS = (TASK, LETTER)
TRIGGERS = (IDLE,)
