"""The reader's language: chosen per request, with the catalogues of the host and of every enabled plugin."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale, get_timezone

from core.house import House
from core.i18n import LANGUAGES, forget_language, gettext, plural_form

CORE = Path(__file__).resolve().parent
COOKIE = "language"
"""What somebody who is not signed in has chosen."""


class SharedDomain(Domain):
    """Catalogues kept by the process, so that a swap reads none again."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__([str(each) for each in folders])
        self._folders = tuple(folders)

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return catalogue(self._folders, str(locale.language)) if locale is not None else NullTranslations()


def set_up(app: Flask, house: House) -> None:
    folders = [CORE / "translations", *(each.folder / "translations" for each in house.manifests.values())]
    domain = SharedDomain([each for each in folders if each.is_dir()])
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    babel = Babel()
    babel.init_app(app, locale_selector=choose_language, timezone_selector=choose_zone)
    babel.domain_instance = domain  # the cached property that every lookup goes through
    app.jinja_env.globals.update(get_locale=get_locale, get_timezone=get_timezone)
    app.jinja_env.install_gettext_callables(gettext, plural_form, newstyle=True)  # type: ignore[attr-defined]
    app.before_request(forget_language)
    app.teardown_appcontext(lambda error: forget_language())


def choose_language() -> str:
    """The person's own; else the one chosen by cookie; else what the browser asks for; else the company's."""
    actor = g.get("actor")
    if actor is not None and actor.user_id is not None:
        return actor.language if actor.language in LANGUAGES else "en"
    if not has_request_context():
        return "en"
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or g.get("company_language") or "en"


def choose_zone() -> str | None:
    actor = g.get("actor")
    return str(actor.zone) if actor is not None else None


@lru_cache(maxsize=32)
def catalogue(folders: tuple[Path, ...], language: str) -> NullTranslations:
    """All messages of one language, the later folder's beside the earlier's."""
    whole = Translations(domain="messages")
    for folder in folders:
        part = _read(folder, language)
        if part is not None:
            whole.merge(part)
    return whole


@lru_cache(maxsize=256)
def _read(folder: Path, language: str) -> Translations | None:
    """One compiled catalogue; one not compiled (a plugin at its author's) is compiled in memory."""
    source = folder / language / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists():
        with compiled.open("rb") as file:
            return Translations(file)
    if not source.exists():
        return None
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = io.BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file))
    buffer.seek(0)
    return Translations(buffer)
