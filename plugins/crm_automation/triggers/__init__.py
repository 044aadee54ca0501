"""The kinds of triggers that this plugin brings."""

from __future__ import annotations

from plugins.crm_automation.triggers.changes import CHANGED, CREATED, OWNER, STATUS, TAG
from plugins.crm_automation.triggers.dates import DATE

TRIGGERS = (CREATED, STATUS, CHANGED, OWNER, TAG, DATE)
