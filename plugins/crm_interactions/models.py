"""Tables of interactions and tasks: what was done beside a record, and what is to be done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.api import HandedOver, Id, Model, Record, ReferenceValue, UtcDateTime, _l, utcnow
from plugins.crm_interactions.mailing.models import MailMessage as MailMessage
from plugins.crm_interactions.mailing.models import MailTemplate as MailTemplate

CALL, EMAIL, MEETING, VISIT, CHAT, NOTE, COMMENT = (
    "call",
    "email",
    "meeting",
    "visit",
    "chat",
    "note",
    "comment",
)
"""What a kind of interaction means, whatever an administrator calls it."""

IN, OUT = "in", "out"
LOW, NORMAL, HIGH = "low", "normal", "high"
DAY, WEEK, MONTH = "day", "week", "month"
DUE, DONE = "due", "done"
"""From when the next of a repeated task is reckoned: from when it was due, or from when it was done."""


class InteractionKind(ReferenceValue, Model):
    """A sort of interaction; its meaning says what the composer asks and which icon it has."""

    __tablename__ = "crm_interactions_kind"


class Outcome(ReferenceValue, Model):
    """What came of an interaction: reached, no answer, interested."""

    __tablename__ = "crm_interactions_outcome"


class Interaction(Record, Model):
    """A call, an e-mail, a meeting, a visit, a chat, a note or a comment beside a record.

    `minutes` is how long it took, `direction` empty where it has none, `person_id` whose work it was.
    """

    __tablename__ = "crm_interactions_interaction"
    __table_args__ = (
        Index(
            "ix_crm_interactions_interaction_record",
            *("resource", "record_id", "at", "id", "kind_id", "person_id", "outcome_id"),
        ),
        Index("ix_crm_interactions_interaction_at", "at", "id"),
        Index("ix_crm_interactions_interaction_person_id_at", "person_id", "at", "id"),
        Index("ix_crm_interactions_interaction_kind_id_at", "kind_id", "at"),
        Index("ix_crm_interactions_interaction_outcome_id", "outcome_id"),
        {"info": {"handed_over": HandedOver(_l("Interactions"), "messages"), "records_of": "interactions"}},
    )

    resource: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Id)
    kind_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_interactions_kind.id", ondelete="SET NULL")
    )
    outcome_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_interactions_outcome.id", ondelete="SET NULL")
    )
    direction: Mapped[str | None] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    minutes: Mapped[int | None] = mapped_column()
    subject: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str | None] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(String(300))
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))


class Participant(Model):
    """Somebody who took part: a person of the house, or anybody by name and address."""

    __tablename__ = "crm_interactions_participant"
    __table_args__ = (
        Index("ix_crm_interactions_participant_interaction_id", "interaction_id", "position"),
        Index("ix_crm_interactions_participant_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_interactions_interaction.id", ondelete="CASCADE")
    )
    position: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    name: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(254))


class Mention(Model):
    """That somebody was named with @ in an interaction's text."""

    __tablename__ = "crm_interactions_mention"
    __table_args__ = (Index("ix_crm_interactions_mention_user_id", "user_id"),)

    interaction_id: Mapped[int] = mapped_column(
        Id, ForeignKey("crm_interactions_interaction.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)


class Task(Record, Model):
    """Something to be done, beside a record or by itself.

    `due_on` and `due_time` (`HH:MM`, None for the whole day) are meant in `zone`; `due_at` is that moment (of a whole
    day its end) and is kept by whoever writes those three. `minutes` is how long it takes in the calendar. A repeated
    task has `repeat_every` `repeat_unit`s; each that is done makes the next one of the same `series_id`.
    """

    __tablename__ = "crm_interactions_task"
    __table_args__ = (
        Index("ix_crm_interactions_task_record", "resource", "record_id", "done_at", "due_at"),
        Index("ix_crm_interactions_task_assignee_id_due_at", "assignee_id", "done_at", "due_at", "id"),
        Index("ix_crm_interactions_task_due_at", "due_at", "id"),
        Index("ix_crm_interactions_task_title_folded_id", "title_folded", "id"),
        Index("ix_crm_interactions_task_done_at", "done_at"),
        Index("ix_crm_interactions_task_created_by_id", "created_by_id", "done_at"),
        UniqueConstraint("series_id", "series_number"),
        {"info": {"handed_over": HandedOver(_l("Tasks"), "checkbox"), "records_of": "tasks"}},
    )

    resource: Mapped[str | None] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(Id)
    title: Mapped[str] = mapped_column(String(300))
    title_folded: Mapped[str] = mapped_column(String(600))
    notes: Mapped[str | None] = mapped_column(Text)
    kind_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_interactions_kind.id", ondelete="SET NULL")
    )
    priority: Mapped[str] = mapped_column(String(10), default=NORMAL)
    assignee_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    due_on: Mapped[date | None] = mapped_column()
    due_time: Mapped[str | None] = mapped_column(String(5))
    zone: Mapped[str | None] = mapped_column(String(60))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minutes: Mapped[int | None] = mapped_column()
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
    repeat_every: Mapped[int | None] = mapped_column()
    repeat_unit: Mapped[str | None] = mapped_column(String(5))
    repeat_from: Mapped[str | None] = mapped_column(String(4))
    repeat_day: Mapped[int | None] = mapped_column()
    """The day of the month that is meant, kept through shorter months."""
    repeat_until: Mapped[date | None] = mapped_column()
    series_id: Mapped[int | None] = mapped_column(Id)
    series_number: Mapped[int | None] = mapped_column()
    remind: Mapped[str | None] = mapped_column(String(60))
    """How many minutes before it is due the assignee wants to be told, `0,60,1440`; `Reminder` rows follow it."""
    interaction_id: Mapped[int | None] = mapped_column(
        Id, ForeignKey("crm_interactions_interaction.id", ondelete="SET NULL"), index=True
    )
    """The interaction whose next step it is."""


class TaskItem(Model):
    """A line of a task's checklist."""

    __tablename__ = "crm_interactions_task_item"
    __table_args__ = (Index("ix_crm_interactions_task_item_task_id", "task_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_interactions_task.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(String(300))
    done: Mapped[bool] = mapped_column(default=False)


class Reminder(Model):
    """That somebody is to be told of a task, so many minutes before it is due; `at` is that moment, kept with `due_at`.

    `told_at` is set in the transaction that tells, so that nobody is told twice; also of a moment that had passed already
    when it was set.
    """

    __tablename__ = "crm_interactions_reminder"
    __table_args__ = (
        UniqueConstraint("task_id", "user_id", "minutes"),
        Index("ix_crm_interactions_reminder_at", "told_at", "at"),
        Index("ix_crm_interactions_reminder_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    task_id: Mapped[int] = mapped_column(Id, ForeignKey("crm_interactions_task.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"))
    minutes: Mapped[int] = mapped_column(default=0)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The moment that the task gives; who is reminded may have put it off, then `at` is later."""
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReminderHabit(Model):
    """How long before a task is due a person wants to be reminded, where nobody says otherwise; None: not at all."""

    __tablename__ = "crm_interactions_reminder_habit"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    minutes: Mapped[int | None] = mapped_column()


class Feed(Model):
    """The secret by which a person's calendar is read from outside; only its digest is kept."""

    __tablename__ = "crm_interactions_feed"

    user_id: Mapped[int] = mapped_column(Id, ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
