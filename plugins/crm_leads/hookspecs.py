"""The hook this plugin publishes; implement it with `optionalhook=True`, for Leads may be switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.api import hookspec

if TYPE_CHECKING:
    from plugins.crm_leads.conversion.declare import Target

# -- when a lead is converted or that is foreseen; a failure aborts the conversion and names the plugin


@hookspec
def register_conversion_targets() -> Sequence[Target]:
    """What else a lead can become: records of the plugin's own, beside the contact and the company.

    A `Target` says what a new one takes from the lead (`take`), into which known ones it may go (`suggest`), and how it
    refers to the records of the other targets (`link`). The dialog, the API, bulk conversion and the way back follow.
    """
