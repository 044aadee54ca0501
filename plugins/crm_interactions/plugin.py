"""What this plugin brings: interactions and tasks beside any record that has a timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from flask import Blueprint
from sqlalchemy.orm import Session

from core.api import Action, Event, NotificationKind, ReferenceList, Resource, hookimpl
from plugins.crm_interactions.lists import LISTS
from plugins.crm_interactions.mailing import rest as mail_api
from plugins.crm_interactions.mailing.commands import mail
from plugins.crm_interactions.mailing.contents import hear, mail_action
from plugins.crm_interactions.mailing.settling import RETURNED
from plugins.crm_interactions.mailing.shipped import ship_templates
from plugins.crm_interactions.mailing.templates import MAIL_TEMPLATES
from plugins.crm_interactions.mailing.views import blueprint as mail_blueprint
from plugins.crm_interactions.resources import INTERACTIONS
from plugins.crm_interactions.tasks.resource import TASKS


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [INTERACTIONS, TASKS, MAIL_TEMPLATES, *LISTS]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [mail_blueprint]


@hookimpl
def register_notifications() -> list[NotificationKind]:
    return [RETURNED]


@hookimpl
def register_commands() -> list[click.Command]:
    return [mail]


@hookimpl
def describe_api() -> Mapping[str, Mapping[str, Any]]:
    return mail_api.operations()


@hookimpl
def extend_actions(resource: Resource) -> list[Action]:
    """On a record with a timeline: a mail to it."""
    return [mail_action(resource)] if resource.timeline else []


@hookimpl
def after_commit(event: Event) -> None:
    hear(event)


@hookimpl
def on_install(session: Session) -> None:
    ship_templates(session)
