"""What people are told of rules themselves."""

from __future__ import annotations

from core.api import NotificationKind, _l
from plugins.crm_automation.actions.telling import TOLD

STOPPED_KIND = NotificationKind(
    "automation_stopped",
    _l("A rule was switched off by itself"),
    _l("The rule “%(rule)s” is off: %(reason)s"),
    "alert-triangle",
    mail=True,
)
KINDS = [TOLD, STOPPED_KIND]
