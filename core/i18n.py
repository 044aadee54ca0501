"""Words for people: gettext in the reader's language, and how dates, numbers and money look to them."""

from __future__ import annotations

from flask_babel import force_locale as use_language
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext, ngettext
from flask_babel.speaklater import LazyString

LANGUAGES: dict[str, str] = {"es": "Español", "en": "English", "fr": "Français"}
"""Code and own name of each language the product speaks."""

Text = str | LazyString

__all__ = [
    "LANGUAGES",
    "LazyString",
    "_",
    "_l",
    "get_locale",
    "lazy_ngettext",
    "ngettext",
    "Text",
    "use_language",
]
