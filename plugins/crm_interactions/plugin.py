"""What this plugin brings: interactions and tasks beside any record that has a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api import (
    Action,
    Actor,
    Column,
    Errand,
    Event,
    NotificationKind,
    Panel,
    ReferenceList,
    Resource,
    Strand,
    hookimpl,
)
from plugins.crm_interactions.calendar.views import blueprint as calendar_blueprint
from plugins.crm_interactions.feed import views as feed
from plugins.crm_interactions.feed.profile import profile_parts
from plugins.crm_interactions.interactions.commands import interactions
from plugins.crm_interactions.interactions.mentions import MENTIONED
from plugins.crm_interactions.lists import LISTS
from plugins.crm_interactions.mailing import rest as mail_api
from plugins.crm_interactions.mailing.commands import mail
from plugins.crm_interactions.mailing.contents import hear, mail_action
from plugins.crm_interactions.mailing.settling import RETURNED
from plugins.crm_interactions.mailing.shipped import ship_templates
from plugins.crm_interactions.mailing.templates import MAIL_TEMPLATES
from plugins.crm_interactions.mailing.views import blueprint as mail_blueprint
from plugins.crm_interactions.reminders import telling
from plugins.crm_interactions.reminders import views as reminders
from plugins.crm_interactions.resources import INTERACTIONS
from plugins.crm_interactions.tasks.columns import next_step_of
from plugins.crm_interactions.tasks.commands import tasks
from plugins.crm_interactions.tasks.panels import MY_DAY, pending_of
from plugins.crm_interactions.tasks.resource import TASKS
from plugins.crm_interactions.tasks.views import blueprint as tasks_blueprint
from plugins.crm_interactions.timeline.done import done_strands
from plugins.crm_interactions.timeline.strand import strands
from plugins.crm_interactions.timeline.views import composer_of
from plugins.crm_interactions.timeline.views import pages as timeline_pages

if TYPE_CHECKING:
    from plugins.crm_reports.declare import Report


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [INTERACTIONS, TASKS, MAIL_TEMPLATES, *LISTS]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [
        tasks_blueprint,
        calendar_blueprint,
        mail_blueprint,
        reminders.blueprint,
        feed.blueprint,
        timeline_pages,
    ]


@hookimpl
def register_notifications() -> list[NotificationKind]:
    return [MENTIONED, RETURNED, telling.KIND]


@hookimpl
def register_errands() -> list[Errand]:
    return [telling.ERRAND]


@hookimpl
def register_commands() -> list[click.Command]:
    return [interactions, mail, tasks]


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return {**mail_api.operations(), **reminders.describe(), **feed.describe()}


@hookimpl
def extend_actions(resource: Resource) -> list[Action]:
    """On a record with a timeline: a mail to it."""
    return [mail_action(resource)] if resource.timeline else []


@hookimpl
def extend_detail(resource: Resource) -> list[Panel]:
    """On a record with a timeline: where something is written down, and what is still to be done."""
    return [composer_of(resource), pending_of(resource)] if resource.timeline else []


@hookimpl
def extend_timeline(resource: Resource) -> list[Strand]:
    """On a record with a timeline: what was said with it, and which of its tasks are done."""
    return [*strands(resource), *done_strands(resource)]


@hookimpl
def extend_columns(resource: Resource) -> list[Column]:
    """On a record with a timeline: what is to be done next."""
    return [next_step_of(resource.name)] if resource.timeline else []


@hookimpl
def render_slot(slot: str, context: dict[str, Any]) -> Markup | None:
    """In the profile: when one is reminded, and one's calendar elsewhere."""
    return profile_parts(context["user"]) if slot == "profile.below" else None


@hookimpl
def home_widgets(user: Actor) -> list[Panel]:
    return [MY_DAY]


@hookimpl
def after_commit(event: Event) -> None:
    hear(event)


@hookimpl
def on_install(session: Session) -> None:
    ship_templates(session)


@hookimpl(optionalhook=True)
def register_automation_actions() -> Sequence[Any]:
    """What rules can do: note a task, write from a template; while Automation is off nobody asks."""
    from plugins.crm_interactions.automation import ACTIONS

    return ACTIONS


@hookimpl(optionalhook=True)
def register_automation_triggers() -> Sequence[Any]:
    """What rules can wait for: that nobody does anything with a record."""
    from plugins.crm_interactions.automation import TRIGGERS

    return TRIGGERS


@hookimpl(optionalhook=True)
def register_reports() -> Sequence[Report]:
    # only while Reports is on: interactions go without it
    from plugins.crm_interactions.reports import REPORTS

    return REPORTS
