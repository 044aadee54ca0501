"""The values an administrator sets: kept by key in one table, read from memory, with the declared defaults behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Json, Model
from core.house import House, house_for
from core.state import forget, remembered

CLASSIC = "classic"
"""CRM mode in which inquiries become leads first; it only holds while an app keeps leads."""

SIMPLE = "simple"

COMPANY_DEFAULTS: Mapping[str, Any] = {
    "company.name": "Prospecto",
    "company.country": "",
    "company.currency": "USD",
    "company.language": "en",
    "company.zone": "UTC",
    "company.mode": CLASSIC,
}
"""What an installation is before its first start has asked."""


class StoredSetting(Model):
    """One value that differs from its default, as JSON (see `encoded`)."""

    __tablename__ = "core_setting"

    key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    value: Mapped[Any] = mapped_column(Json, nullable=True)


class Settings(Mapping[str, Any]):
    """All settings by `<section>.<name>`: the stored value, else the default its section declares.

    A key that nobody declares reads as None through `get`, and raises KeyError by `[...]`.
    """

    def __init__(self, stored: Mapping[str, Any], house: House | None = None) -> None:
        self._stored = stored
        self._house = house

    def __getitem__(self, key: str) -> Any:
        if key in self._stored:
            return self._stored[key]
        if key in COMPANY_DEFAULTS:
            return COMPANY_DEFAULTS[key]
        return self._declared_default(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> dict[str, None]:
        sections = self._house.settings.values() if self._house else ()
        declared = (f"{section.name}.{setting.name}" for section in sections for setting in section.settings)
        return dict.fromkeys([*COMPANY_DEFAULTS, *declared, *self._stored])

    def _declared_default(self, key: str) -> Any:
        section_name, _dot, name = key.partition(".")
        section = self._house.settings.get(section_name) if self._house else None
        for setting in section.settings if section else ():
            if setting.name == name:
                return setting.default
        raise KeyError(key)


def settings_of(session: Session) -> Settings:
    """The installation's settings; costs no query while nothing has changed."""
    return Settings(remembered(session, "settings", _load), house_for(session))


def save_setting(session: Session, key: str, value: Any) -> None:
    """Keep a value in the caller's transaction; every process reads it anew after the commit."""
    stored = session.get(StoredSetting, key)
    if stored is None:
        session.add(StoredSetting(key=key, value=encoded(value)))
    else:
        stored.value = encoded(value)
    session.flush()
    forget(session)


def clear_settings(session: Session, section: str) -> None:
    """Back to the defaults of a section; also what an uninstalled plugin leaves behind."""
    session.execute(
        sa.delete(StoredSetting).where(StoredSetting.key.startswith(f"{section}.", autoescape=True))
    )
    forget(session)


def encoded(value: Any) -> Any:
    """A value as JSON; what JSON has no form for is wrapped as {"<type>": text}."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, (tuple, list)):
        return [encoded(each) for each in value]
    return value


def decoded(value: Any) -> Any:
    """The value that `encoded` was given (sequences as tuples)."""
    if isinstance(value, list):
        return tuple(decoded(each) for each in value)
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        if kind in _READERS:
            return _READERS[kind](text)
    return value


_READERS: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def _load(session: Session) -> dict[str, Any]:
    return {
        key: decoded(value)
        for key, value in session.execute(sa.select(StoredSetting.key, StoredSetting.value))
    }
