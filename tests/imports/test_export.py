"""What an export holds: the records one may export, in the list's order, and the columns one asked for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.access.actor import actor_of
from core.formats import formats_for
from core.resources.context import write_context
from core.resources.export import export_file, export_to
from core.resources.query import ListQuery, read_query
from core.resources.write import create
from core.testing.installation import ADMIN, Installation


@pytest.fixture
def peopled(installation: Installation) -> Installation:
    """Ana and Eva have two leads each, the administrator one."""
    for name in ("ana", "eva"):
        installation.user(f"{name}@example.com", roles=("salesperson",))
    for email, names in (
        ("ana@example.com", ("Álamo", "Zeta")),
        ("eva@example.com", ("Beta", "Ñandú")),
        (ADMIN, ("Cedro",)),
    ):
        with installation.session(email) as session:
            context = write_context(session, installation.house, actor_of(session))
            for name in names:
                create(installation.house.resources["leads"], {"name": name, "tags": f"de {email}"}, context)
            session.commit()
    return installation


def test_one_exports_what_one_may(peopled: Installation, tmp_path: Path) -> None:
    assert names_of(peopled, "ana@example.com", tmp_path) == {"Álamo", "Zeta"}
    assert names_of(peopled, ADMIN, tmp_path) == {"Álamo", "Zeta", "Beta", "Ñandú", "Cedro"}
    assert names_of(peopled, None, tmp_path) == {"Álamo", "Zeta", "Beta", "Ñandú", "Cedro"}


def test_an_export_follows_the_list(peopled: Installation, tmp_path: Path) -> None:
    leads = peopled.house.resources["leads"]
    with peopled.session(ADMIN) as session:
        query = read_query(leads, {"sort": ["name"], "salesperson": ["~me"]})
        path = tmp_path / "mine.csv"
        assert (
            export_to(
                path,
                session,
                peopled.house,
                leads,
                query,
                formats_for(session, actor_of(session)),
                format="csv",
            )
            == 1
        )
        fields = [leads.field("name"), leads.field("tags")]
        told: list[int] = []
        export_to(
            path,
            session,
            peopled.house,
            leads,
            ListQuery(sort="name"),
            formats_for(session, actor_of(session)),
            format="csv",
            fields=fields,
            progress=told.append,
        )
        assert told == [5]
    rows = read(path)
    assert [row[0] for row in rows[1:]] == ["Álamo", "Beta", "Cedro", "Ñandú", "Zeta"]
    assert rows[1] == ["Álamo", "de ana@example.com"]


def test_a_column_that_is_not_there_is_an_error(peopled: Installation, tmp_path: Path) -> None:
    with peopled.session() as session, pytest.raises(LookupError):
        export_file(
            session, peopled.house, peopled.house.resources["leads"], tmp_path / "x.csv", columns=["nothing"]
        )


def test_people_of_one_name_are_told_apart(peopled: Installation, tmp_path: Path) -> None:
    peopled.user("other@example.com", name="Ana")
    path = tmp_path / "leads.csv"
    with peopled.session() as session:
        export_file(
            session, peopled.house, peopled.house.resources["leads"], path, columns=["name", "salesperson"]
        )
    assert dict(read(path)[1:])["Álamo"] == "ana@example.com"
    assert dict(read(path)[1:])["Beta"] == "Eva"


def names_of(place: Installation, email: str | None, folder: Path) -> set[str]:
    path = folder / "leads.csv"
    with place.session(email) as session:
        leads = place.house.resources["leads"]
        count = export_file(session, place.house, leads, path)
    rows = read(path)
    assert len(rows) == count + 1
    return {row[1] for row in rows[1:]}  # after the record's number


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
