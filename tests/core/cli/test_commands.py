"""People, tokens, jobs, doctor, backup: what an operator does without a browser."""

from __future__ import annotations

import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.access.passwords import is_password
from core.access.service import actor_by_token, find_user
from core.db import engine_for
from core.host.schema.backup import copy_database

from .conftest import PASSWORD, Shell


def test_help_is_quick_and_imports_no_app() -> None:
    code = (
        "import sys; from core.cli import main; main(['--help'], standalone_mode=False);"
        "print([name for name in ('flask', 'sqlalchemy', 'plugins.crm_leads') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "backup" in done.stdout


def test_an_unknown_command_is_named(installed: Shell) -> None:
    answer = installed("frobnicate")
    assert (answer.code, "frobnicate" in answer.err) == (2, True)


def test_people_come_in_get_a_new_password_and_are_kept_out(installed: Shell) -> None:
    made = installed("users", "create", "--email", "ben@example.com", "--name", "Ben", "--role", "manager")
    password = made.out.split()[-1]
    assert made.code == 0

    def ben() -> tuple[bool, bool]:
        with Session(engine_for(installed.config.database_url)) as session:
            user = find_user(session, "ben@example.com")
            assert user is not None
            return is_password(user.password, password), user.active

    assert ben() == (True, True)
    assert installed("users", "password", "ben@example.com").code == 0
    assert ben() == (False, True)
    assert installed("users", "deactivate", "ben@example.com").code == 0
    assert ben() == (False, False)
    people = {each["email"]: each for each in installed("users", "list", "--json").json}
    assert (people["ben@example.com"]["roles"], people["ben@example.com"]["active"]) == (["manager"], False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("users", "create", "--email", "ana@example.com", "--name", "Again"),
        ("users", "create", "--email", "new@example.com", "--name", "N", "--role", "king"),
        ("users", "create", "--email", "new@example.com", "--name", "N", "--password", "short"),
        ("users", "deactivate", "ana@example.com"),  # the last administrator
        ("users", "deactivate", "nobody@example.com"),
        ("tokens", "create", "--user", "nobody@example.com", "--name", "x"),
        ("tokens", "revoke", "99"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(installed: Shell, arguments: tuple[str, ...]) -> None:
    answer = installed(*arguments)
    assert answer.code == 2
    assert answer.err.startswith("Error: ")
    assert "Traceback" not in answer.err


def test_a_token_is_printed_once_and_can_be_ended(installed: Shell) -> None:
    text = installed(
        "tokens", "create", "--user", "ana@example.com", "--name", "Bot", "--read-only"
    ).out.strip()
    with Session(engine_for(installed.config.database_url)) as session:
        actor = actor_by_token(session, text)
        assert actor is not None
        assert (actor.email, actor.read_only) == ("ana@example.com", True)
    (listed,) = installed("tokens", "list", "--json").json
    assert text not in str(listed)

    assert installed("tokens", "revoke", str(listed["id"])).code == 0
    with Session(engine_for(installed.config.database_url)) as session:
        assert actor_by_token(session, text) is None


def test_the_doctor_finds_everything_in_order_and_names_what_is_not(installed: Shell) -> None:
    answer = installed("doctor", "--json")
    assert (answer.code, answer.json["ok"]) == (0, True)
    checks = {each["check"]: each["state"] for each in answer.json["checks"]}
    assert checks["database"] == checks["schema"] == checks["first start"] == checks["secrets"] == "ok"
    assert checks["mail"] == "warning"

    (key,) = installed.config.instance.glob("session.key")
    key.chmod(0o644)
    answer = installed("doctor")
    assert (answer.code, f"chmod 600 {key}" in answer.out) == (1, True)


def test_apps_are_listed_before_anything_is_set_up(shell: Shell) -> None:
    listed = shell("plugins", "list", "--json").json
    assert {each["name"]: each["state"] for each in listed}["crm_clients"] == "discovered"


def test_the_doctor_says_so_when_the_database_is_away(shell: Shell) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    shell.config.instance.mkdir()
    answer = shell("doctor", "--json", PROSPECTO_DATABASE_URL=away)
    assert answer.code == 1
    assert "cannot be reached" in answer.out


def test_an_installation_comes_back_from_its_backup_as_it_was(installed: Shell, tmp_path: Path) -> None:
    uploads = installed.config.instance / "uploads"
    uploads.mkdir()
    (uploads / "contract.pdf").write_bytes(b"signed")
    secret = installed.config.secret("session")
    file = tmp_path / "backup.tar.gz"

    assert installed("backup", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    installed("users", "create", "--email", "late@example.com", "--name", "Late", "--password", PASSWORD)
    (uploads / "contract.pdf").write_bytes(b"forged")
    installed.config.instance.joinpath("session.key").write_text("other")

    answer = installed("restore", str(file), "--yes")
    assert answer.code == 0, answer.err
    assert [each["email"] for each in installed("users", "list", "--json").json] == ["ana@example.com"]
    assert (uploads / "contract.pdf").read_bytes() == b"signed"
    assert installed.config.secret("session") == secret
    assert installed("doctor").code == 0


def test_a_file_that_is_no_backup_changes_nothing(installed: Shell, tmp_path: Path) -> None:
    text, hostile = tmp_path / "notes.tar.gz", tmp_path / "hostile.tar.gz"
    text.write_text("dear diary")
    with tarfile.open(hostile, "w:gz") as archive:
        archive.add(text, "../../outside.txt")
    for file in (text, hostile):
        answer = installed("restore", str(file), "--yes")
        assert (answer.code, "no backup" in answer.err) == (1, True)
    assert not (installed.config.instance.parent / "outside.txt").exists()
    assert installed("users", "list").code == 0


def test_the_copy_an_upgrade_made_is_brought_back_by_the_same_command(
    installed: Shell, tmp_path: Path
) -> None:
    copy = copy_database(installed.config, "upgrade")
    assert copy is not None
    installed("users", "create", "--email", "late@example.com", "--name", "Late", "--password", PASSWORD)
    secret = installed.config.secret("session")
    answer = installed("restore", str(copy), "--yes")
    assert (answer.code, "the database alone" in answer.out) == (0, True), answer.err
    assert [each["email"] for each in installed("users", "list", "--json").json] == ["ana@example.com"]
    assert installed.config.secret("session") == secret
    for ending in ("sqlite", "dump"):
        text = tmp_path / f"notes.{ending}"
        text.write_text("dear diary")
        refused = installed("restore", str(text), "--yes")
        assert (refused.code, "no copy of a" in refused.err) == (1, True)


def test_a_running_installation_is_not_overwritten(installed: Shell, tmp_path: Path) -> None:
    from core.db import writing
    from core.jobs.service import SCHEDULE, take_lease
    from core.jobs.whereabouts import own_name

    file = tmp_path / "backup.tar.gz"
    installed("backup", str(file))
    with writing(), Session(engine_for(installed.config.database_url)) as session:
        take_lease(session, SCHEDULE, own_name(), 15)
        session.commit()
    answer = installed("restore", str(file), "--yes")
    assert (answer.code, "stop it first" in answer.err) == (1, True)
