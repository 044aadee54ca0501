"""Text, numbers, yes/no and fixed choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from babel import Locale
from babel.core import get_global
from babel.numbers import format_decimal
from markupsafe import Markup

from core.fields.kind import EMPTY_CELL, Formats, Invalid, Kind, Reading
from core.i18n import Text as Words
from core.i18n import _
from core.text import fold, name_key

if TYPE_CHECKING:
    from core.resources.declare import Field

YES = frozenset({"1", "true", "yes", "y", "on", "si", "sí", "oui", "x", "verdadero", "vrai"})
NO = frozenset({"0", "false", "no", "n", "off", "non", "falso", "faux"})


@dataclass(frozen=True)
class Text(Kind):
    """One line of text; spaces around and doubled inside are taken away.

    `folded` keeps it once more in `<name>_folded`, by which it is sorted and found whatever its case and accents;
    `keyed` in `<name>_key`, by which names of the same are found whatever their legal form and punctuation.
    """

    max_length: int = 200
    folded: bool = False
    keyed: bool = False
    name: ClassVar[str] = "text"

    def attributes(self, field: Field) -> tuple[str, ...]:
        return (field.attribute, f"{field.attribute}_folded") if self.folded else (field.attribute,)

    def store(self, value: str | None, field: Field) -> Mapping[str, Any]:
        kept: dict[str, Any] = {field.attribute: value}
        if self.folded:
            kept[f"{field.attribute}_folded"] = fold(value) if value is not None else None
        if self.keyed:
            kept[f"{field.attribute}_key"] = name_key(value) if value is not None else None
        return kept

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        text = clean_text(raw)
        if len(text) > self.max_length:
            raise Invalid(
                "too_long",
                _("At most %(max)s characters; this has %(count)s.", max=self.max_length, count=len(text)),
            )
        return text or None

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "maxLength": self.max_length}


@dataclass(frozen=True)
class LongText(Kind):
    """Several lines of text, kept as typed."""

    max_length: int = 20_000
    name: ClassVar[str] = "long_text"
    sortable: ClassVar[bool] = False

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        text = (
            ""
            if raw is None
            else str(raw).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
        )
        if len(text) > self.max_length:
            raise Invalid(
                "too_long",
                _("At most %(max)s characters; this has %(count)s.", max=self.max_length, count=len(text)),
            )
        return text or None

    def html(self, value: Any, formats: Formats) -> Markup:
        return Markup('<span class="prose">{}</span>').format(value) if value else EMPTY_CELL


@dataclass(frozen=True)
class Url(Kind):
    """A web address; `https://` is added where the scheme is missing, and only http(s) is taken."""

    max_length: int = 300
    name: ClassVar[str] = "url"

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        text = clean_text(raw)
        if not text:
            return None
        address = text if "://" in text else f"https://{text}"
        scheme, _sep, rest = address.partition("://")
        host = rest.split("/", 1)[0]
        if (
            scheme.lower() not in ("http", "https")
            or "." not in host
            or " " in address
            or len(address) > self.max_length
        ):
            raise Invalid("not_a_url", _("This is not a web address, such as www.example.com."))
        return address

    def html(self, value: Any, formats: Formats) -> Markup:
        if not value:
            return EMPTY_CELL
        return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(
            value, value.partition("://")[2].rstrip("/")
        )


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number between bounds."""

    minimum: int = 0
    maximum: int = 2_000_000_000
    unit: Words = ""
    name: ClassVar[str] = "integer"
    cell_class: ClassVar[str] = "num"
    sink_type: ClassVar[str] = "integer"
    operators: ClassVar[tuple[str, ...]] = ("is", "from", "to", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> int | None:
        if isinstance(raw, bool):
            raise Invalid("not_a_number", _("This is not a whole number."))
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        text = clean_text(raw)
        if not text:
            return None
        try:
            number = int(text)
        except ValueError:
            raise Invalid("not_a_number", _("This is not a whole number.")) from None
        if not self.minimum <= number <= self.maximum:
            raise Invalid("out_of_range", _("From %(low)s to %(high)s.", low=self.minimum, high=self.maximum))
        return number

    def text(self, value: int | None, formats: Formats) -> str:
        if value is None:
            return ""
        number = format_decimal(value, locale=formats.language)
        return f"{number} {self.unit}" if self.unit else number

    def raw(self, value: int | None, formats: Formats) -> str:
        return "" if value is None else str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["integer", "null"], "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True)
class Boolean(Kind):
    """Yes or no."""

    name: ClassVar[str] = "boolean"
    sink_type: ClassVar[str] = "boolean"
    operators: ClassVar[tuple[str, ...]] = ("is",)

    def parse(self, raw: Any, field: Field, reading: Reading) -> bool | None:
        if raw is None or isinstance(raw, bool):
            return raw
        word = clean_text(raw).casefold()
        if not word:
            return None
        if word in YES:
            return True
        if word in NO:
            return False
        raise Invalid("not_yes_or_no", _("Say yes or no."))

    def text(self, value: bool | None, formats: Formats) -> str:
        return "" if value is None else str(_("Yes")) if value else str(_("No"))

    def raw(self, value: bool | None, formats: Formats) -> str:
        return "" if value is None else "1" if value else "0"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(Kind):
    """One of a fixed set, kept by its key: `choices` is (key, label) in order.

    `words` names other texts that mean a key in files, folded to lower case.
    """

    choices: tuple[tuple[str, Words], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    name: ClassVar[str] = "choice"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        word = clean_text(raw)
        if not word:
            return None
        folded = word.casefold()
        for key, label in self.choices:
            if folded in (key, str(label).casefold()):
                return key
        for text, key in self.words:
            if folded == text:
                return key
        words = _("“%(value)s” is none of the choices.", value=word)
        if not reading.lenient:
            raise Invalid("not_a_choice", words)
        reading.warnings.append((field.name, words))
        return None

    def text(self, value: str | None, formats: Formats) -> str:
        return next((str(label) for key, label in self.choices if key == value), value or "")

    def raw(self, value: str | None, formats: Formats) -> str:
        return value or ""

    def sink(self, value: str | None, formats: Formats) -> Any:
        return self.text(value, formats)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "enum": [*(key for key, _label in self.choices), None]}


@dataclass(frozen=True)
class Country(Kind):
    """A country by its ISO 3166 alpha-2 code, read by code or by its name in our three languages."""

    name: ClassVar[str] = "country"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        word = clean_text(raw)
        if not word:
            return None
        code = country_codes().get(word.casefold())
        if code is None:
            raise Invalid("unknown_country", _("“%(value)s” is not a country we know.", value=word))
        return code

    def text(self, value: str | None, formats: Formats) -> str:
        return "" if not value else territories(formats.language).get(value, value)

    def raw(self, value: str | None, formats: Formats) -> str:
        return value or ""


@dataclass(frozen=True)
class Currency(Kind):
    """A currency by its ISO 4217 code."""

    name: ClassVar[str] = "currency"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        word = clean_text(raw).upper()
        if not word:
            return None
        word = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "BS.": "VES", "BS": "VES"}.get(word, word)
        if word not in currency_codes():
            raise Invalid("unknown_currency", _("“%(value)s” is not a currency code.", value=word))
        return word

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "pattern": "^[A-Z]{3}$"}


def clean_text(raw: Any) -> str:
    """Text without the spaces around it, doubled inside, or control characters."""
    if raw is None:
        return ""
    text = raw if isinstance(raw, str) else str(raw)
    if "\x00" in text:
        text = text.replace("\x00", "")
    return " ".join(text.split())


@lru_cache(maxsize=8)
def territories(language: str) -> dict[str, str]:
    """Country names by ISO code in a language."""
    names = Locale.parse(language).territories
    return {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")
    }


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """Every text that names a country with its ISO code: two or three letters, or its name in es, en, fr; folded."""
    known = territories("en")
    codes = {
        alias.casefold(): targets[0]
        for alias, targets in get_global("territory_aliases").items()
        if alias.isalpha() and targets[0] in known
    }
    for language in ("es", "en", "fr"):
        for code, label in territories(language).items():
            codes[label.casefold()] = codes[code.casefold()] = code
    return codes


@lru_cache(maxsize=1)
def currency_codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale.parse("en").currencies) if len(code) == 3)
