"""What this plugin brings: interactions and tasks beside any record that has a timeline."""

from __future__ import annotations

from core.api import ReferenceList, Resource, hookimpl
from plugins.crm_interactions.lists import LISTS
from plugins.crm_interactions.resources import INTERACTIONS
from plugins.crm_interactions.tasks.resource import TASKS


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [INTERACTIONS, TASKS, *LISTS]
