"""The first start: from an empty database to a company with its apps, lists, roles and first administrator."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.access.models import SetupLink
from core.access.passwords import check_password_strength
from core.access.roles import ADMINISTRATOR, seed_roles
from core.access.service import create_user, digest, find_user
from core.config import Config
from core.db import db, engine_for, utcnow, writing
from core.demo import create_demo, has_demo
from core.fields.basic import currency_codes, territories
from core.host.discovery import Catalogue, discover, make_importable
from core.house import EXTENSION, House
from core.i18n import LANGUAGES, Text, _l
from core.settings import CLASSIC, SIMPLE, save_setting, settings_of

READY = "installation.ready"
"""The setting that says the first start has come to its end."""

LEADS_APP = "crm_leads"
"""The app that the classic mode needs. A first start in simple mode leaves it out: there is no history yet to keep."""

DEALS_APP = "crm_deals"
"""The app that the simple mode stands on; what it needs comes along."""

LINK_LIVES = timedelta(days=7)


@dataclass(frozen=True)
class SetUp:
    """The answers of the first start. `country` and `currency` are ISO codes, `zone` an IANA name."""

    email: str
    password: str
    company: str
    country: str
    currency: str
    language: str
    zone: str
    mode: str = CLASSIC
    apps: tuple[str, ...] = ()
    name: str = ""
    demo: bool = False


class NotSetUp(Exception):
    """Answers that cannot be used; `problems` are (field of SetUp, sentence). Nothing was done."""

    def __init__(self, problems: Iterable[tuple[str, Text]]) -> None:
        self.problems = list(problems)
        super().__init__(", ".join(field for field, _sentence in self.problems))


class AlreadySetUp(Exception):
    """The first start was done before; nothing was changed."""


def is_set_up(session: Session) -> bool:
    """Whether the first start has come to its end; costs no query once it has."""
    return bool(settings_of(session).get(READY))


def set_up_installation(config: Config, setup: SetUp) -> None:
    """Do the first start. One that was cut off can be repeated: what is there already is left as it is.

    Raises:
        NotSetUp: some answers cannot be used.
        AlreadySetUp: it is done.
    """
    catalogue = discover(config)
    if problems := problems_with(setup, catalogue):
        raise NotSetUp(problems)
    make_tables(config)
    with writing(), Session(engine_for(config.database_url)) as session:
        if is_set_up(session):
            raise AlreadySetUp
        _keep_company(session, setup)
        session.commit()
    _enable(config, apps_of(setup, catalogue))
    _fill(config, setup)


def problems_with(setup: SetUp, catalogue: Catalogue) -> list[tuple[str, Text]]:
    """What is wrong with the answers, by field, each as a sentence."""
    found: list[tuple[str, Text]] = [
        ("password", sentence) for sentence in check_password_strength(setup.password, setup.email)
    ]
    if not _is_address(setup.email):
        found.append(("email", _l("This is not an e-mail address.")))
    if not setup.company.strip():
        found.append(("company", _l("The company needs a name.")))
    if setup.country not in territories("en"):
        found.append(
            ("country", _l("“%(value)s” is not the code of a country, such as VE.", value=setup.country))
        )
    if setup.currency not in currency_codes():
        found.append(
            ("currency", _l("“%(value)s” is not the code of a currency, such as USD.", value=setup.currency))
        )
    if setup.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        found.append(
            (
                "language",
                _l("“%(value)s” is none of the languages: %(known)s.", value=setup.language, known=known),
            )
        )
    if not _is_zone(setup.zone):
        found.append(("zone", _l("There is no time zone “%(value)s”.", value=setup.zone)))
    if setup.mode not in (CLASSIC, SIMPLE):
        found.append(("mode", _l("The mode is classic or simple, not “%(value)s”.", value=setup.mode)))
    unknown = [name for name in setup.apps if name not in catalogue]
    if unknown:
        found.append(("apps", _l("There is no app “%(value)s”.", value=", ".join(unknown))))
    elif setup.mode == SIMPLE and LEADS_APP in apps_of(setup, catalogue):
        found.append(("apps", _l("Simple mode is the one without leads; choose classic mode to use them.")))
    return found


def apps_of(setup: SetUp, catalogue: Catalogue) -> list[str]:
    """The apps to switch on: the chosen ones, what they need, and in classic mode leads."""
    wanted = set(setup.apps) & set(catalogue.manifests)
    if setup.mode == CLASSIC and LEADS_APP in catalogue:
        wanted.add(LEADS_APP)
    needed = {need for name in wanted for need in catalogue.needed_by(name)}
    return [manifest.name for manifest in catalogue.in_order(wanted | needed)]


def make_tables(config: Config) -> None:
    """Make the tables of a database that has none; any other is left alone."""
    from core.host.lifecycle import upgrade_all
    from core.host.state import has_tables

    config.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    with engine_for(config.database_url).connect() as connection:
        if has_tables(connection):
            return
    upgrade_all(config)


# -- the link to the first start --------------------------------------------------------------------------------


def new_setup_link(session: Session) -> str:
    """The secret of a new one-time link to the first-start page; links given out before end."""
    secret = secrets.token_urlsafe(24)
    now = utcnow()
    session.execute(sa.delete(SetupLink))
    session.add(SetupLink(hash=digest(secret), created_at=now, expires_at=now + LINK_LIVES))
    session.flush()
    return secret


def find_setup_link(session: Session, secret: str) -> SetupLink | None:
    """The link of this secret while it can be used: not yet used, not too old, and there is something to set up."""
    if is_set_up(session):
        return None
    usable = sa.select(SetupLink).where(
        SetupLink.hash == digest(secret), SetupLink.used_at.is_(None), SetupLink.expires_at > utcnow()
    )
    return session.scalar(usable)


def use_setup_link(session: Session, link: SetupLink) -> bool:
    """Take the link; False for everybody but the first."""
    taken = sa.update(SetupLink).where(SetupLink.id == link.id, SetupLink.used_at.is_(None))
    return session.execute(taken.values(used_at=utcnow()).returning(SetupLink.id)).first() is not None


def give_back_setup_link(session: Session, link: SetupLink) -> None:
    """The first start did not succeed: the link may be used again."""
    session.execute(sa.update(SetupLink).where(SetupLink.id == link.id).values(used_at=None))


# -- the steps --------------------------------------------------------------------------------------------------


def _keep_company(session: Session, setup: SetUp) -> None:
    answers = {
        "name": setup.company.strip(),
        "country": setup.country,
        "currency": setup.currency,
        "language": setup.language,
        "zone": setup.zone,
        "mode": setup.mode,
    }
    for key, value in answers.items():
        save_setting(session, f"company.{key}", value)


def _enable(config: Config, apps: Iterable[str]) -> None:
    from core.host.assembly import present_stand
    from core.host.lifecycle import enable

    make_importable(config)
    for name in apps:
        if name not in present_stand(config).enabled:
            enable(config, name, by=None, why="first start")


def _fill(config: Config, setup: SetUp) -> None:
    """Roles, the administrator and the demonstration, in the app of the enabled plugins."""
    from core.host.assembly import assemble

    app = assemble(config)
    with app.app_context(), writing():
        house: House = app.extensions[EXTENSION]
        session: Session = db.session()
        session.rollback()
        session.info["house"] = house
        seed_roles(session, house)
        if find_user(session, setup.email) is None:
            create_user(
                session,
                email=setup.email,
                password=setup.password,
                name=setup.name.strip() or setup.email.partition("@")[0],
                roles=[ADMINISTRATOR],
                language=setup.language,
                zone=setup.zone,
            )
        session.commit()
        if setup.demo and not has_demo(session):
            create_demo(session, house, setup.language)
        save_setting(session, READY, True)
        session.commit()


def _is_address(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        return False
    return True


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)
