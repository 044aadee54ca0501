"""Settings and reference lists as services read and write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.formats import formats_for, reading_for
from core.references import add_value, references_of, ship_values
from core.settings import clear_settings, save_setting, settings_of
from tests.core.settings.declared import COLOUR_LIST, Colour


def test_a_setting_reads_its_declared_default_until_it_is_saved(session: Session) -> None:
    assert settings_of(session)["example.days"] == 15
    save_setting(session, "example.days", 30)
    session.commit()
    assert settings_of(session)["example.days"] == 30


def test_a_section_cleared_reads_its_defaults_again(session: Session) -> None:
    save_setting(session, "example.days", 30)
    save_setting(session, "company.name", "Almacenes Caroní")
    clear_settings(session, "example")
    session.commit()
    assert settings_of(session)["example.days"] == 15
    assert settings_of(session)["company.name"] == "Almacenes Caroní"


@pytest.mark.parametrize("value", [Decimal("12.50"), "text", 7, True, None, ("a", "b")])
def test_a_value_comes_back_as_it_was_saved(session: Session, value: object) -> None:
    save_setting(session, "example.limit", value)
    session.commit()
    assert settings_of(session)["example.limit"] == value


def test_a_key_nobody_declares_is_none_by_get_and_an_error_by_index(session: Session) -> None:
    assert settings_of(session).get("nobody.knows") is None
    with pytest.raises(KeyError):
        settings_of(session)["nobody.knows"]


def test_another_process_sees_a_change_only_after_its_commit(session: Session, other_session: Session) -> None:
    assert settings_of(other_session)["example.days"] == 15
    other_session.rollback()
    save_setting(session, "example.days", 45)
    other_session.info.pop("revision", None)
    assert settings_of(other_session)["example.days"] == 15
    other_session.rollback()
    session.commit()
    other_session.info.pop("revision", None)
    assert settings_of(other_session)["example.days"] == 45


def test_shipped_values_are_named_in_the_installations_language_and_found_in_any(session: Session) -> None:
    assert ship_values(session, COLOUR_LIST, "es") == 2
    session.commit()
    references = references_of(session)
    assert [item.name for item in references.items("colours")] == ["Rojo", "Añil"]
    assert references.find("colours", "anil") == references.find("colours", "INDIGO")
    assert references.default("colours").name == "Rojo"
    assert ship_values(session, COLOUR_LIST, "en") == 0


def test_no_two_values_of_a_list_have_the_same_name(session: Session) -> None:
    add_value(session, COLOUR_LIST, "Índigo")
    with pytest.raises(IntegrityError):
        add_value(session, COLOUR_LIST, "  indigo ")


def test_rows_written_in_bulk_are_folded_too(session: Session) -> None:
    session.execute(sa.insert(Colour), [{"name": "Índigo", "hue": "blue"}])
    assert session.scalar(sa.select(Colour.name_folded)) == "indigo"


def test_a_list_whose_app_is_off_is_empty(session: Session) -> None:
    assert references_of(session).items("statuses") == ()
    assert references_of(session).get("statuses", 3) is None


def test_nobody_signed_in_reads_the_companys_formats(session: Session) -> None:
    for key, value in {"language": "fr", "zone": "Europe/Paris", "currency": "EUR", "country": "FR"}.items():
        save_setting(session, f"company.{key}", value)
    session.commit()
    formats = formats_for(session, None)
    assert (formats.language, formats.zone.key, formats.currency) == ("fr", "Europe/Paris", "EUR")
    assert (reading_for(session, None).decimal, reading_for(session, None).date_order) == (",", "dmy")
    assert reading_for(session, None, decimal=".").decimal == "."
