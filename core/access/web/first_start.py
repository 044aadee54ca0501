"""The first start in the browser, behind the one-time link that the server prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import work_for
from core.access.models import SetupLink
from core.access.service import find_user
from core.access.web import blueprint, places
from core.access.web.extension import sign_in
from core.access.web.gate import before_set_up
from core.db import begin_reading, begin_writing, db
from core.host.discovery import Catalogue, discover
from core.host.manifest import Manifest
from core.house import current_house
from core.i18n import LANGUAGES, Text, _, get_locale, use_language
from core.i18n_setup import COOKIE
from core.installation import (
    DEALS_APP,
    LEADS_APP,
    AlreadySetUp,
    NotSetUp,
    SetUp,
    find_setup_link,
    give_back_setup_link,
    is_set_up,
    problems_with,
    set_up_installation,
    use_setup_link,
)
from core.settings import CLASSIC, SIMPLE

BASE_APP = "crm_clients"
"""What both modes stand on."""

LANGUAGE_COUNTRY = {"es": "VE", "fr": "FR", "en": "US"}
"""The country offered first to a reader of this language whose browser names none."""

IN_ORDER = ("language", "company", "country", "currency", "zone", "mode", "apps", "name", "email", "password")
"""The fields as they stand on the page, which is the order in which one mends them."""

A_YEAR = 365 * 24 * 3600


@dataclass
class Answers:
    """The form as somebody fills it in; `problems` is (field, sentence)."""

    company: str = ""
    country: str = ""
    currency: str = ""
    zone: str = ""
    mode: str = CLASSIC
    apps: tuple[str, ...] = ()
    name: str = ""
    email: str = ""
    demo: bool = False
    problems: list[tuple[str, Text]] = field(default_factory=list)

    def problem_of(self, name: str) -> str:
        return " ".join(str(sentence) for field_name, sentence in self.problems if field_name == name)


@blueprint.get("/setup")
@before_set_up
def setup_needed() -> ResponseReturnValue:
    if is_set_up(db.session()):
        return redirect(url_for("access.sign_in_page"))
    return render_template("access/setup_needed.html")


@blueprint.get("/setup/<token>")
@before_set_up
def setup(token: str) -> ResponseReturnValue:
    if find_setup_link(db.session(), token) is None:
        return _gone()
    return _page(token, _offered(discover(current_house().config)))


@blueprint.post("/setup/<token>")
@before_set_up
def start(token: str) -> ResponseReturnValue:
    """Change the page's language, or do the first start and let its administrator in."""
    link = find_setup_link(db.session(), token)
    if link is None:
        return _gone()
    catalogue = discover(current_house().config)
    answers = _read(catalogue)
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        return _in_language(chosen, token, answers)
    wanted = SetUp(
        email=answers.email,
        password=request.form.get("password", ""),
        company=answers.company,
        country=answers.country,
        currency=answers.currency,
        language=_language(),
        zone=answers.zone,
        mode=answers.mode,
        apps=answers.apps,
        name=answers.name,
        demo=answers.demo,
    )
    answers.problems = problems_with(wanted, catalogue)
    if not answers.name.strip():
        answers.problems.append(("name", _("Tell us your name.")))
    if answers.problems:
        answers.problems.sort(key=lambda problem: IN_ORDER.index(problem[0]))
        return make_response(_page(token, answers), 422)
    return _do(token, link, wanted, answers)


def locked_apps(mode: str, catalogue: Catalogue) -> list[str]:
    """The apps a mode cannot be without."""
    wanted = [BASE_APP, DEALS_APP] if mode == SIMPLE else [LEADS_APP]
    needed = [each for name in wanted if name in catalogue for each in (*catalogue.needed_by(name), name)]
    return list(dict.fromkeys(needed))


def _do(token: str, link: SetupLink, wanted: SetUp, answers: Answers) -> ResponseReturnValue:
    if not use_setup_link(db.session(), link):
        db.session.rollback()
        return _gone()
    db.session.commit()
    begin_reading()  # the first start opens its own sessions, and must find no lock of ours
    try:
        set_up_installation(current_house().config, wanted)
    except AlreadySetUp:
        return _gone()
    except BaseException as error:
        db.session.rollback()
        begin_writing()
        give_back_setup_link(db.session(), link)
        db.session.commit()
        if not isinstance(error, NotSetUp):
            raise
        answers.problems = error.problems
        return make_response(_page(token, answers), 422)
    db.session.rollback()
    begin_writing()
    db.session.info["revision"] = None  # all that was known when the request began has changed
    work_for(db.session(), None)
    user = find_user(db.session(), wanted.email)
    if user is not None:
        sign_in(user, remember=False, via="password")
        db.session.commit()
    return redirect(f"{request.script_root}/")


def _offered(catalogue: Catalogue) -> Answers:
    """What stands in the form before anybody has typed."""
    country = next(
        (
            territory
            for value, _quality in request.accept_languages
            if (territory := value.partition("-")[2].upper()) in dict(places.countries("en"))
        ),
        LANGUAGE_COUNTRY.get(_language(), "US"),
    )
    return Answers(
        country=country,
        currency=places.currency_of(country),
        zone=places.zone_of_country(country),
        apps=tuple(manifest.name for manifest in catalogue.manifests.values() if manifest.is_shipped),
    )


def _read(catalogue: Catalogue) -> Answers:
    form = request.form
    mode = form.get("mode", CLASSIC)
    ticked = [name for name in form.getlist("apps") if not (mode == SIMPLE and name == LEADS_APP)]
    return Answers(
        company=form.get("company", ""),
        country=form.get("country", ""),
        currency=form.get("currency", ""),
        zone=form.get("zone", ""),
        mode=mode,
        apps=tuple(dict.fromkeys([*ticked, *locked_apps(mode, catalogue)])),
        name=form.get("name", ""),
        email=form.get("email", ""),
        demo="demo" in form,
    )


def _in_language(chosen: str, token: str, answers: Answers) -> Response:
    with use_language(chosen):
        answer = make_response(_page(token, answers))
    answer.set_cookie(COOKIE, chosen, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def _page(token: str, answers: Answers) -> str:
    language = _language()
    catalogue = discover(current_house().config)
    return render_template(
        "access/setup.html",
        token=token,
        answers=answers,
        language=language,
        languages=LANGUAGES,
        countries=places.countries(language),
        currencies=places.currencies(language),
        zones=places.zones(language),
        fills={
            code: {"currency": places.currency_of(code), "zone": places.zone_of_country(code)}
            for code, _name in places.countries("en")
        },
        apps=_in_page_order(catalogue.manifests.values()),
        locked={mode: locked_apps(mode, catalogue) for mode in (CLASSIC, SIMPLE)},
        classic=CLASSIC,
        simple=SIMPLE,
        leads_app=LEADS_APP,
    )


def _in_page_order(manifests: Iterable[Manifest]) -> list[Manifest]:
    return sorted(manifests, key=lambda each: (not each.is_shipped, each.name))


def _gone() -> ResponseReturnValue:
    if is_set_up(db.session()):
        return redirect(url_for("access.sign_in_page"))
    return make_response(render_template("access/link_gone.html", setup=True), 404)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "en"
