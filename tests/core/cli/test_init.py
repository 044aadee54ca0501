"""The first start from the command line: whole, repeatable, and plain about what it refuses."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from core.access.passwords import is_password
from core.access.service import find_user
from core.db import engine_for
from core.host.assembly import present_stand
from core.installation import find_setup_link, is_set_up, new_setup_link, use_setup_link
from core.settings import settings_of

from .conftest import PASSWORD, Shell


def test_one_command_makes_a_company_with_an_administrator_and_apps(shell: Shell) -> None:
    assert shell.init().code == 0

    with Session(engine_for(shell.config.database_url)) as session:
        settings = settings_of(session)
        ana = find_user(session, "ana@example.com")
        assert ana is not None
        assert is_set_up(session)
        assert (settings["company.name"], settings["company.country"]) == ("Almacenes Caroní", "VE")
        assert (settings["company.language"], settings["company.zone"]) == ("es", "America/Caracas")
        assert is_password(ana.password, PASSWORD)
        assert [role.name for role in ana.roles] == ["administrator"]
    assert present_stand(shell.config).enabled == {"probe"}


def test_a_second_time_changes_nothing(installed: Shell) -> None:
    answer = installed.init(company="Another", password="another-Long-one-7", apps="")
    assert (answer.code, "set up already" in answer.out) == (0, True)
    with Session(engine_for(installed.config.database_url)) as session:
        assert settings_of(session)["company.name"] == "Almacenes Caroní"
        ana = find_user(session, "ana@example.com")
        assert ana is not None
        assert is_password(ana.password, PASSWORD)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("password", "12345", "10 caracteres"),
        ("password", "password123", "password"),
        ("email", "ana", "email"),
        ("country", "Venezuela", "VENEZUELA"),
        ("currency", "BOLIVAR", "BOLIVAR"),
        ("language", "de", "es, en, fr"),
        ("timezone", "Caracas", "Caracas"),
        ("mode", "modern", "modern"),
        ("apps", "crm_unheard", "crm_unheard"),
        ("company", "  ", "company"),
        ("apps", "crm_leads", "apps"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_and_nothing_is_made(
    shell: Shell, option: str, value: str, said: str
) -> None:
    answer = shell.init(**{option: value})
    assert answer.code == 2
    assert f"--{option}" in answer.err
    if said != "10 caracteres":
        assert said in answer.err
    assert "Traceback" not in answer.err
    assert not (shell.config.instance / "prospecto.sqlite").exists()


def test_all_wrong_answers_are_told_at_once(shell: Shell) -> None:
    answer = shell.init(password="1", country="XX", mode="odd")
    assert all(option in answer.err for option in ("--password", "--country", "--mode"))


def test_a_first_start_that_was_cut_off_can_be_repeated(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.host import lifecycle

    def cut_off(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "enable", cut_off)
        assert shell.init().code == 1
    with Session(engine_for(shell.config.database_url)) as session:
        assert not is_set_up(session)
    assert shell.init().code == 0
    assert present_stand(shell.config).enabled == {"probe"}


def test_classic_mode_brings_leads_and_what_they_need(shell: Shell) -> None:
    answer = shell.init(mode="classic", apps="")
    assert answer.code == 0, answer.err
    assert present_stand(shell.config).enabled == {"crm_clients", "crm_leads"}


def test_the_link_to_the_first_start_opens_once(shell: Shell) -> None:
    from core.installation import make_tables

    make_tables(shell.config)
    with Session(engine_for(shell.config.database_url)) as session:
        first = new_setup_link(session)
        second = new_setup_link(session)
        assert find_setup_link(session, first) is None
        assert find_setup_link(session, "wrong") is None
        link = find_setup_link(session, second)
        assert link is not None
        assert use_setup_link(session, link)
        assert not use_setup_link(session, link)
        assert find_setup_link(session, second) is None


def test_commands_on_an_installation_that_is_not_set_up_say_what_to_do(shell: Shell) -> None:
    for command in (["users", "list"], ["jobs", "list"], ["tokens", "list"]):
        answer = shell(*command)
        assert (answer.code, "prospecto init" in answer.err) == (2, True)
