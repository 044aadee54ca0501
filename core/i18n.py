"""Words for people, in the reader's language.

Flask-Babel chooses the language; the catalogue it chose is then kept for the rest of the request, because a page asks
for hundreds of sentences and asking Flask-Babel each time costs more than drawing the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations
from typing import Any

from flask import g, has_app_context
from flask_babel import force_locale, get_domain, get_locale
from flask_babel.speaklater import LazyString

LANGUAGES: dict[str, str] = {"es": "Español", "en": "English", "fr": "Français"}
"""Code and own name of each language the product speaks."""

Text = str | LazyString

_speech: ContextVar[NullTranslations | None] = ContextVar("prospecto_speech", default=None)

__all__ = [
    "LANGUAGES",
    "LazyString",
    "Text",
    "_",
    "_l",
    "forget_language",
    "get_locale",
    "lazy_ngettext",
    "ngettext",
    "plural_form",
    "use_language",
]


def gettext(message: str, **values: Any) -> str:
    """The sentence in the reader's language, with `%(name)s` filled in."""
    speech = _speech.get() or _catalogue()
    text = speech.gettext(message)
    return text % values if values else text


_ = gettext


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The sentence in the number that the language asks for; `%(num)s` is the number."""
    return plural_form(singular, plural, num) % {"num": num, **values}


def plural_form(singular: str, plural: str, num: int) -> str:
    """The sentence in the right number, not filled in yet: templates do that themselves."""
    speech = _speech.get() or _catalogue()
    return speech.ngettext(singular, plural, num)


def _l(message: str, **values: Any) -> LazyString:
    """A sentence of a declaration: translated whenever it is shown."""
    return LazyString(gettext, message, **values)


def lazy_ngettext(singular: str, plural: str, num: int, **values: Any) -> LazyString:
    return LazyString(ngettext, singular, plural, num, **values)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Speak this language in the block, whoever the reader is."""
    token = _speech.set(None)
    try:
        with force_locale(language):
            yield
    finally:
        _speech.reset(token)


def forget_language() -> None:
    """Ask again who the reader is: a request begins or ends, or somebody has just chosen another language."""
    _speech.set(None)


def _catalogue() -> NullTranslations:
    """The catalogue of the reader's language, kept once it is known who the reader is."""
    if not has_app_context():
        return NullTranslations()
    found: NullTranslations = get_domain().get_translations()
    if "actor" in g:
        _speech.set(found)
    return found
