"""The host's own section: the company and where it is."""

from __future__ import annotations

from core.declare import Setting, SettingsSection
from core.fields import Choice, Country, Currency, Text, TimeZone
from core.i18n import LANGUAGES, _l
from core.settings import COMPANY_DEFAULTS

COMPANY = SettingsSection(
    "company",
    _l("Company and region"),
    (
        Setting(
            "name",
            _l("Company name"),
            Text(max_length=80),
            COMPANY_DEFAULTS["company.name"],
            help=_l("Stands over the navigation and in mails."),
        ),
        Setting(
            "country",
            _l("Country"),
            Country(),
            COMPANY_DEFAULTS["company.country"],
            help=_l("Phones and documents without a country belong to this one."),
        ),
        Setting("currency", _l("Currency"), Currency(), COMPANY_DEFAULTS["company.currency"]),
        Setting(
            "language",
            _l("Language"),
            Choice(tuple(LANGUAGES.items())),
            COMPANY_DEFAULTS["company.language"],
            help=_l("For new people and for mails; everybody chooses their own in their profile."),
        ),
        Setting("zone", _l("Time zone"), TimeZone(), COMPANY_DEFAULTS["company.zone"]),
    ),
    order=0,
)
