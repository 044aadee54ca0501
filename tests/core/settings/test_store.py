"""Settings, reference lists and formats as services read and write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access.service import change_user, find_user
from core.formats import formats_for, reading_for
from core.house import current_house
from core.references import add_value, references_of, ship_values
from core.settings import clear_settings, save_setting, settings_of


def colours():
    return current_house().lists["colours"]


def test_a_setting_reads_its_declared_default_until_it_is_saved(session: Session) -> None:
    assert settings_of(session)["shop.days"] == 15
    save_setting(session, "shop.days", 30)
    session.commit()
    assert settings_of(session)["shop.days"] == 30


def test_a_section_cleared_reads_its_defaults_again(session: Session) -> None:
    save_setting(session, "shop.days", 30)
    clear_settings(session, "shop")
    session.commit()
    assert settings_of(session)["shop.days"] == 15
    assert settings_of(session)["company.name"] == "Almacenes Caroní"


@pytest.mark.parametrize("value", [Decimal("12.50"), "text", 7, True, None, ("a", "b")])
def test_a_value_comes_back_as_it_was_saved(session: Session, value: object) -> None:
    save_setting(session, "shop.deposit", value)
    session.commit()
    assert settings_of(session)["shop.deposit"] == value


def test_a_key_nobody_declares_is_none_by_get_and_an_error_by_index(session: Session) -> None:
    assert settings_of(session).get("nobody.knows") is None
    with pytest.raises(KeyError):
        settings_of(session)["nobody.knows"]


def test_another_process_sees_a_change_only_after_its_commit(
    session: Session, other_session: Session
) -> None:
    assert settings_of(other_session)["shop.days"] == 15
    other_session.rollback()
    save_setting(session, "shop.days", 45)
    other_session.info.pop("revision", None)
    assert settings_of(other_session)["shop.days"] == 15
    other_session.rollback()
    session.commit()
    other_session.info.pop("revision", None)
    assert settings_of(other_session)["shop.days"] == 45


def test_shipped_values_are_named_in_the_installations_language_and_found_in_any(session: Session) -> None:
    references = references_of(session)
    assert [item.name for item in references.items("colours")] == ["Rojo", "Añil"]
    assert references.find("colours", "anil") == references.find("colours", "INDIGO") is not None
    assert references.default("colours").name == "Rojo"
    assert ship_values(session, colours(), "en") == 0, "a list that has values is left alone"


def test_no_two_values_of_a_list_have_the_same_name(session: Session) -> None:
    with pytest.raises(IntegrityError):
        add_value(session, colours(), "  AÑIL ")


def test_rows_written_in_bulk_are_folded_too(session: Session) -> None:
    model = colours().model
    session.execute(sa.insert(model), [{"name": "Verde Água"}])
    assert session.scalar(sa.select(model.name_folded).where(model.name == "Verde Água")) == "verde agua"


def test_people_are_found_by_address_and_by_a_name_that_only_one_bears(session: Session) -> None:
    references = references_of(session)
    sam = references.find("users", "SAM@example.com")
    assert references.find("users", "sam perez") == sam
    change_user(session, find_user(session, "ana@example.com"), name="Sam Pérez")
    session.commit()
    assert references_of(session).find("users", "Sam Pérez") is None
    assert references_of(session).find("users", "sam@example.com").id == sam.id


def test_somebody_who_left_keeps_the_name_on_records(session: Session) -> None:
    sam = find_user(session, "sam@example.com")
    change_user(session, sam, active=False)
    session.commit()
    assert references_of(session).get("users", sam.id).name == "Sam Pérez"
    assert not references_of(session).get("users", sam.id).active


def test_a_list_whose_app_is_off_is_empty(session: Session) -> None:
    assert references_of(session).items("statuses") == ()
    assert references_of(session).get("statuses", 3) is None


def test_lists_are_read_once_until_one_of_them_changes(session: Session) -> None:
    references_of(session).items("colours")
    settings_of(session)
    queries: list[str] = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *seen: queries.append(seen[2]))
    assert references_of(session).items("colours")
    assert settings_of(session)["company.name"]
    assert queries == []
    add_value(session, colours(), "Ocre")
    session.commit()
    assert references_of(session).find("colours", "ocre")


def test_nobody_signed_in_reads_the_companys_formats(session: Session) -> None:
    for key, value in {"language": "fr", "zone": "Europe/Paris", "currency": "EUR", "country": "FR"}.items():
        save_setting(session, f"company.{key}", value)
    session.commit()
    formats = formats_for(session, None)
    assert (formats.language, formats.zone.key, formats.currency) == ("fr", "Europe/Paris", "EUR")
    assert (reading_for(session, None).decimal, reading_for(session, None).date_order) == (",", "dmy")
    assert reading_for(session, None, decimal=".").decimal == "."


def test_only_americans_write_the_month_first(session: Session) -> None:
    save_setting(session, "company.language", "en")
    for country, order in (("GB", "dmy"), ("US", "mdy")):
        save_setting(session, "company.country", country)
        assert reading_for(session, None).date_order == order
