"""The hooks this plugin publishes; implement them with `optionalhook=True`, for Automation may be switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.api import hookspec

if TYPE_CHECKING:
    from plugins.crm_automation.declare import ActionKind, TriggerKind


@hookspec
def register_automation_triggers() -> Sequence[TriggerKind]:
    """What else rules can wait for: something told by a write, or a moment that comes.

    Asked when a rule is made, shown or tried; one that fails is skipped and shown on Health, and rules that need it wait.
    """


@hookspec
def register_automation_actions() -> Sequence[ActionKind]:
    """What else rules can do to a record.

    `do` works in the transaction of the run, in the name of the rule's owner; what it raises takes back what the rule did
    to the record and stands in the log.
    """
