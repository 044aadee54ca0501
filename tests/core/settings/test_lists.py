"""Reference lists as an administrator keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.house import current_house
from core.records.models import History
from core.references import references_of

SignIn = Callable[[str], FlaskClient]
SCRIPT = {"HX-Request": "true"}


def names(session: Session, list_name: str = "colours") -> list[str]:
    return [item.name for item in references_of(session).items(list_name)]


def id_of(session: Session, name: str, list_name: str = "colours") -> int:
    return references_of(session).find(list_name, name).id


def toast(answer: Any) -> dict[str, str]:
    return json.loads(answer.headers["HX-Trigger"])["toast"]


@pytest.fixture
def pots(session: Session) -> type[Any]:
    """Five pots: three red ones, two of indigo; four new, one sold."""
    pot = current_house().resources["pots"].model
    references = references_of(session)
    red, indigo = (references.find("colours", name).id for name in ("Rojo", "Añil"))
    new, sold = (references.find("stages", name).id for name in ("New", "Sold"))
    for number, colour in enumerate((red, red, red, indigo, indigo)):
        session.add(pot(name=f"Pot {number}", colour_id=colour, stage_id=sold if number == 4 else new))
    session.commit()
    return pot


def test_a_list_shows_its_values_and_how_many_records_have_each(sign_in: SignIn, pots: Any) -> None:
    page = sign_in("ana").get("/settings/lists/colours").text
    rows = [row for row in page.split("<tr")[1:] if "value-" in row]
    assert ["Rojo" in rows[0], "Añil" in rows[1]] == [True, True]
    assert '<td class="is-number">3</td>' in rows[0] and '<td class="is-number">2</td>' in rows[1]


def test_values_stand_in_groups_by_meaning(sign_in: SignIn) -> None:
    page = sign_in("ana").get("/settings/lists/stages").text
    places = [
        page.index(text)
        for text in (
            "<h3>Open</h3>",
            'value="New"',
            'value="Mixed"',
            "<h3>Sold</h3>",
            'value="Sold"',
            "<h3>Lost</h3>",
            'value="Dried up"',
        )
    ]
    assert places == sorted(places)


def test_a_value_is_added_renamed_coloured_and_each_deed_undone(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    added = ana.post("/settings/lists/colours", data={"name": "Verde"}, headers=SCRIPT)
    assert 'value="Verde"' in added.text
    assert names(session) == ["Rojo", "Añil", "Verde"]
    id = id_of(session, "Verde")
    renamed = ana.post(
        f"/settings/lists/colours/{id}", data={"name": "Verde agua", "hue": "teal"}, headers=SCRIPT
    )
    session.expire_all()
    item = references_of(session).get("colours", id)
    assert (item.name, item.hue) == ("Verde agua", "teal")
    ana.post(toast(renamed)["undo_url"], headers=SCRIPT)
    assert (references_of(session).get("colours", id).name, names(session)[-1]) == ("Verde", "Verde")
    ana.post(toast(added)["undo_url"], headers=SCRIPT)
    assert names(session) == ["Rojo", "Añil"]
    deeds = session.scalars(
        sa.select(History.action).where(History.resource == "list:colours").order_by(History.id)
    ).all()
    assert deeds == ["create", "edit", "undo", "delete"]


def test_a_name_of_the_list_is_refused_however_it_is_written(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    answer = ana.post("/settings/lists/colours", data={"name": " añil "}, headers=SCRIPT)
    assert toast(answer)["text"] == "The list has a value of this name already."
    red = id_of(session, "Rojo")
    answer = ana.post(f"/settings/lists/colours/{red}", data={"name": "ANIL"}, headers=SCRIPT)
    assert toast(answer)["kind"] == "error"
    assert 'value="Rojo"' in answer.text
    assert names(session) == ["Rojo", "Añil"]


@pytest.mark.parametrize("given", [{"name": "  "}, {"hue": "#ff0000"}, {"name": "x" * 121}])
def test_what_makes_no_sense_is_refused(sign_in: SignIn, session: Session, given: dict[str, str]) -> None:
    red = id_of(session, "Rojo")
    answer = sign_in("ana").post(f"/settings/lists/colours/{red}", data=given, headers=SCRIPT)
    assert toast(answer)["kind"] == "error"
    assert references_of(session).get("colours", red).name == "Rojo"


def test_one_value_is_the_default_of_new_records(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    indigo = id_of(session, "Añil")
    answer = ana.post(f"/settings/lists/colours/{indigo}/default", headers=SCRIPT)
    assert [item.name for item in references_of(session).items("colours") if item.is_default] == ["Añil"]
    ana.post(toast(answer)["undo_url"], headers=SCRIPT)
    assert references_of(session).default("colours").name == "Rojo"


def test_a_new_record_can_only_begin_with_an_open_value(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    sold = id_of(session, "Sold", "stages")
    answer = ana.post(f"/settings/lists/stages/{sold}/default", headers=SCRIPT)
    assert toast(answer)["text"] == "A new record cannot begin with “Sold”."
    assert references_of(session).default("stages").name == "New"


def test_the_order_is_dragged_or_stepped(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    new, mixed = id_of(session, "New", "stages"), id_of(session, "Mixed", "stages")
    moved = ana.post(
        "/settings/lists/stages/order", data={"id": [mixed, new], "meaning": "open"}, headers=SCRIPT
    )
    assert names(session, "stages") == ["Mixed", "New", "Sold", "Dried up"]
    ana.post(toast(moved)["undo_url"], headers=SCRIPT)
    assert names(session, "stages") == ["New", "Mixed", "Sold", "Dried up"]
    ana.post(f"/settings/lists/stages/{new}/down")
    assert names(session, "stages") == ["Mixed", "New", "Sold", "Dried up"]
    ana.post(f"/settings/lists/stages/{new}/down")
    assert names(session, "stages") == ["Mixed", "New", "Sold", "Dried up"], "it is the last of its group"


def test_a_value_dragged_into_another_group_gets_its_meaning(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    mixed, sold = id_of(session, "Mixed", "stages"), id_of(session, "Sold", "stages")
    moved = ana.post(
        "/settings/lists/stages/order", data={"id": [sold, mixed], "meaning": "converted"}, headers=SCRIPT
    )
    assert references_of(session).get("stages", mixed).meaning == "converted"
    ana.post(toast(moved)["undo_url"], headers=SCRIPT)
    assert references_of(session).get("stages", mixed).meaning == "open"


def test_the_last_value_of_a_meaning_stays(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    sold, dried = id_of(session, "Sold", "stages"), id_of(session, "Dried up", "stages")
    page = ana.get("/settings/lists/stages").text
    assert "“Sold” is the last one of its meaning and stays" in page
    ana.post(f"/settings/lists/stages/{sold}/delete")
    refused = ana.post(
        "/settings/lists/stages/order", data={"id": [dried, sold], "meaning": "junk"}, headers=SCRIPT
    )
    assert refused.status_code == 409
    assert "“Sold” is the last one under “Sold”." in ana.get("/settings/lists/stages").text
    assert references_of(session).get("stages", sold).meaning == "converted"


def test_an_unused_value_goes_and_comes_back(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    indigo = id_of(session, "Añil")
    assert "No record has this value." in ana.get(f"/settings/lists/colours/{indigo}/delete").text
    page = ana.post(f"/settings/lists/colours/{indigo}/delete", follow_redirects=True).text
    assert names(session) == ["Rojo"]
    undo_url = page.split('data-undo="')[1].split('"')[0]
    ana.post(undo_url)
    assert names(session) == ["Rojo", "Añil"]
    assert id_of(session, "Añil") == indigo


def test_a_value_in_use_is_replaced_in_every_record_of_everybody(
    sign_in: SignIn, session: Session, pots: Any
) -> None:
    ana = sign_in("ana")
    red, indigo = id_of(session, "Rojo"), id_of(session, "Añil")
    assert "3 records have this value." in ana.get(f"/settings/lists/colours/{red}/delete").text
    refused = ana.post(f"/settings/lists/colours/{red}/delete", follow_redirects=True).text
    assert "This value is in use: choose what takes its place." in refused
    ana.post(f"/settings/lists/colours/{red}/delete", data={"replacement": indigo})
    session.expire_all()
    assert names(session) == ["Añil"]
    assert session.scalars(sa.select(pots.colour_id)).all() == [indigo] * 5
    assert references_of(session).default("colours").name == "Añil", (
        "what replaces the default is the default"
    )
    versions = dict(session.execute(sa.select(pots.name, pots.version)).all())
    assert (versions["Pot 0"], versions["Pot 4"]) == (2, 1), "a form opened before is told of the change"


def test_everything_about_a_value_is_edited_in_its_dialog(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    red = id_of(session, "Rojo")
    dialog = ana.get(f"/settings/lists/colours/{red}/edit", headers=SCRIPT).text
    assert dialog.lstrip().startswith('<div class="dialog-fragment"') and "Litres in store" in dialog
    wrong = ana.post(
        f"/settings/lists/colours/{red}/edit", data={"name": "Añil", "litres": "9"}, headers=SCRIPT
    )
    assert wrong.status_code == 422 and "The list has a value of this name already." in wrong.text
    wrong = ana.post(
        f"/settings/lists/colours/{red}/edit", data={"name": "Rojo", "litres": "9000"}, headers=SCRIPT
    )
    assert wrong.status_code == 422 and "From 0 to 500." in wrong.text
    saved = ana.post(
        f"/settings/lists/colours/{red}/edit",
        headers=SCRIPT,
        data={"name": "Rojo vivo", "litres": "40", "description": "Para fachadas", "hue": "pink"},
    )
    assert saved.headers["HX-Redirect"].endswith("/settings/lists/colours")
    value = session.get(current_house().lists["colours"].model, red)
    assert (value.name, value.litres, value.description, value.hue) == (
        "Rojo vivo",
        40,
        "Para fachadas",
        "pink",
    )


def test_nobody_without_the_right_changes_a_list(sign_in: SignIn, session: Session) -> None:
    sam = sign_in("sam")
    red = id_of(session, "Rojo")
    for address in (
        "",
        f"/{red}",
        f"/{red}/default",
        f"/{red}/up",
        f"/{red}/edit",
        f"/{red}/delete",
        "/order",
        "/undo/x",
    ):
        assert sam.post(f"/settings/lists/colours{address}", data={"name": "Sam"}).status_code in (400, 403)
    assert names(session) == ["Rojo", "Añil"]


def test_a_forged_or_borrowed_way_back_leads_nowhere(sign_in: SignIn, session: Session) -> None:
    ana = sign_in("ana")
    added = ana.post("/settings/lists/colours", data={"name": "Verde"}, headers=SCRIPT)
    token = toast(added)["undo_url"].rpartition("/")[2]
    assert ana.post(f"/settings/lists/stages/undo/{token}").status_code == 404
    assert ana.post(f"/settings/lists/colours/undo/{token}x").status_code == 404
    assert "Verde" in names(session)


def test_programs_read_the_values_of_a_list(sign_in: SignIn, paint_app: Any) -> None:
    answer = sign_in("sam").get("/api/v1/lists/stages")
    assert [(item["name"], item["meaning"], item["default"]) for item in answer.json["items"]] == [
        ("New", "open", True),
        ("Mixed", "open", False),
        ("Sold", "converted", False),
        ("Dried up", "junk", False),
    ]
    assert sign_in("sam").get("/api/v1/lists/nothing").status_code == 404
    assert paint_app.test_client().get("/api/v1/lists/stages").status_code == 401
