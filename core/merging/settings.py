"""What an administrator decides on duplicates."""

from __future__ import annotations

from core.declare import Setting, SettingsSection
from core.fields import Boolean
from core.i18n import _l

TELL_HIDDEN = "duplicates.tell_hidden"

DUPLICATES = SettingsSection(
    "duplicates",
    _l("Duplicates"),
    (
        Setting(
            "tell_hidden",
            _l("Tell that a record of somebody else exists"),
            Boolean(),
            default=False,
            help=_l(
                "While a form is filled in: “exists already, ask your administrator”, and nothing more of it. "
                "Off, who may not see the other record is told nothing."
            ),
        ),
    ),
    order=60,
)
