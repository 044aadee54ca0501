"""The kinds of actions that this plugin brings."""

from __future__ import annotations

from plugins.crm_automation.actions.changing import ASSIGN, SET, STATUS, TAG, UNTAG
from plugins.crm_automation.actions.telling import MAIL, NOTIFY

ACTIONS = (ASSIGN, SET, STATUS, TAG, UNTAG, NOTIFY, MAIL)
