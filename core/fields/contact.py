"""E-mail addresses and phone numbers: kept as typed, and once more in the form that is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from markupsafe import Markup

from core.fields.basic import clean_text
from core.fields.kind import EMPTY_CELL, Formats, Invalid, Kind, Reading
from core.i18n import _

if TYPE_CHECKING:
    from core.resources.declare import Field


@dataclass(frozen=True)
class EmailAddress:
    """`typed` as the person wrote it, `folded` as it is compared."""

    typed: str
    folded: str

    def __str__(self) -> str:
        return self.typed


@dataclass(frozen=True)
class PhoneNumber:
    """`typed` as the person wrote it; `e164` (ITU-T E.164) when its country knows such a number, else None."""

    typed: str
    e164: str | None

    def __str__(self) -> str:
        return self.typed


@dataclass(frozen=True)
class Email(Kind):
    """One e-mail address; kept in `<name>` and, folded, in `<name>_folded`."""

    name: ClassVar[str] = "email"

    def attributes(self, field: Field) -> tuple[str, ...]:
        return (field.attribute, f"{field.attribute}_folded")

    def parse(self, raw: Any, field: Field, reading: Reading) -> EmailAddress | None:
        text = clean_text(raw)
        if not text:
            return None
        return EmailAddress(text, fold_email(text))

    def load(self, record: Any, field: Field) -> EmailAddress | None:
        typed = getattr(record, field.attribute)
        return (
            None if typed is None else EmailAddress(typed, getattr(record, f"{field.attribute}_folded") or "")
        )

    def store(self, value: EmailAddress | None, field: Field) -> Mapping[str, Any]:
        return {
            field.attribute: value.typed if value else None,
            f"{field.attribute}_folded": value.folded if value else None,
        }

    def html(self, value: EmailAddress | None, formats: Formats) -> Markup:
        return Markup('<a href="mailto:{0}">{0}</a>').format(value.typed) if value else EMPTY_CELL

    def json(self, value: EmailAddress | None, formats: Formats) -> Any:
        return value.typed if value else None

    sink = json

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "format": "email"}


@dataclass(frozen=True)
class Phone(Kind):
    """One phone number; kept in `<name>` and, as E.164, in `<name>_e164`."""

    name: ClassVar[str] = "phone"

    def attributes(self, field: Field) -> tuple[str, ...]:
        return (field.attribute, f"{field.attribute}_e164")

    def parse(self, raw: Any, field: Field, reading: Reading) -> PhoneNumber | None:
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        text = clean_text(raw)
        if not text:
            return None
        if len(text) > 60:
            raise Invalid("too_long", _("A phone number has at most %(max)s characters.", max=60))
        e164 = to_e164(text, reading.country)
        if e164 is None:
            reading.warnings.append(
                (
                    field.name,
                    _(
                        "“%(value)s” is kept as written: no phone number of its country looks like this.",
                        value=text,
                    ),
                )
            )
        return PhoneNumber(text, e164)

    def load(self, record: Any, field: Field) -> PhoneNumber | None:
        typed = getattr(record, field.attribute)
        return None if typed is None else PhoneNumber(typed, getattr(record, f"{field.attribute}_e164"))

    def store(self, value: PhoneNumber | None, field: Field) -> Mapping[str, Any]:
        return {
            field.attribute: value.typed if value else None,
            f"{field.attribute}_e164": value.e164 if value else None,
        }

    def html(self, value: PhoneNumber | None, formats: Formats) -> Markup:
        if not value:
            return EMPTY_CELL
        if value.e164 is None:
            return Markup('<span class="unknown-number" title="{}">{}</span>').format(
                _("No phone number of its country looks like this"), value.typed
            )
        return Markup('<a href="tel:{}">{}</a>').format(value.e164, value.typed)

    def json(self, value: PhoneNumber | None, formats: Formats) -> Any:
        return value.typed if value else None

    sink = json


def fold_email(text: str) -> str:
    """The form in which two spellings of one address are equal: valid, lower case.

    Raises:
        Invalid: not an address (RFC 5321/5322, as email-validator reads them; no DNS look-up).
    """
    try:
        local, _at, domain = text.rpartition("@")
        if _is_plain(local) and _known_domain(domain.lower()):
            return text.lower()
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid("not_an_email", _("“%(value)s” is not an e-mail address.", value=text)) from error


@lru_cache(maxsize=50_000)
def to_e164(text: str, country: str) -> str | None:
    """The number in E.164 when it is valid in the country it names, or in `country`; else None."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        # "584247016219": the country's own code without the plus sign
        digits = "".join(character for character in text if character.isdigit())
        code = phonenumbers.country_code_for_region(country) if country else 0
        if not code or not digits.startswith(str(code)) or text.lstrip().startswith("+"):
            return None
        try:
            number = phonenumbers.parse("+" + digits, None)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
    return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"


def _is_plain(local: str) -> bool:
    """A local part that needs no library to be judged: letters, digits, single dots, `_`, `-`, `+`."""
    return (
        0 < len(local) <= 64
        and local.isascii()
        and local.replace(".", "").replace("_", "").replace("-", "").replace("+", "").isalnum()
        and ".." not in local
        and local[0] != "."
        and local[-1] != "."
    )


@lru_cache(maxsize=20_000)
def _known_domain(domain: str) -> bool:
    """Whether the library accepts an address at this domain; asked once per domain, not once per row."""
    try:
        return (
            validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).domain == domain
        )
    except EmailNotValidError:
        return False
