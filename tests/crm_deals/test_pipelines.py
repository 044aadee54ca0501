"""Several pipelines: a deal's stages are those of its own, at every door; Settings keep them whole."""

from __future__ import annotations

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.testing.installation import Browser
from tests.crm_deals.shop import SCRIPT, TwoPipelines, toast
from tests.fixtures_app import Installer
from tests.imports.conftest import Wizard


@pytest.fixture
def shop(install: Installer) -> TwoPipelines:
    return TwoPipelines(install(apps=("crm_clients", "crm_deals")))


def place(deal: Any) -> tuple[str, str]:
    return deal["pipeline"]["name"], deal["stage"]["name"]


def test_a_deal_stands_in_a_stage_of_its_own_pipeline(shop: TwoPipelines) -> None:
    sent_here, sent_there = (shop.stage("Oferta enviada", each) for each in (shop.sales, shop.wholesale))
    assert place(shop.make(title="A")) == ("Ventas", "Nueva")
    assert place(shop.make(title="B", pipeline="Mayoreo")) == ("Mayoreo", "Nueva")
    there = shop.make(title="C", pipeline="Mayoreo", stage="Oferta enviada")
    assert (place(there), there["stage"]["id"]) == (("Mayoreo", "Oferta enviada"), sent_there)
    assert shop.make(title="D", stage="Oferta enviada")["stage"]["id"] == sent_here
    assert place(shop.make(title="E", stage={"id": sent_there})) == ("Mayoreo", "Oferta enviada")

    refused = shop.patch(there["id"], stage={"id": sent_here})
    problem = refused.json["error"]["fields"]["stage"][0]
    assert (refused.status_code, problem["code"]) == (422, "other_group")
    assert "Ventas" in problem["message"] and "Mayoreo" in problem["message"]
    assert place(shop.patch(there["id"], stage="En negociación").json) == ("Mayoreo", "En negociación")
    moved = shop.patch(there["id"], pipeline="Ventas").json
    assert place(moved) == ("Ventas", "Nueva")
    assert place(shop.patch(there["id"], pipeline=None).json) == ("Ventas", "Nueva")
    assert shop.patch(there["id"], stage=None).json["stage"]["name"] == "Nueva"

    assert shop.names("stage=Oferta enviada") == ["D", "E"]  # of whichever pipeline
    assert shop.names("stage=Oferta enviada&pipeline=Mayoreo") == ["E"]
    assert shop.names("stage=~open") == ["A", "B", "C", "D", "E"]
    page = html.unescape(shop.person.get(f"/deals?stage={sent_there}").text)
    assert "Mayoreo › Oferta enviada" in page


def test_pages_offer_the_stages_of_the_deals_pipeline(shop: TwoPipelines) -> None:
    deal = shop.make(title="Sillas", pipeline="Mayoreo")
    here, there = (
        {each["id"] for each in shop.values("stages") if each["pipeline"]["id"] == pipeline}
        for pipeline in (shop.sales, shop.wholesale)
    )
    at = f"/deals/{deal['id']}"
    for address in (at, f"{at}/move", f"{at}/field/stage", f"{at}/cell/stage"):
        page = shop.person.get(address, headers=SCRIPT).text
        offered = {
            int(id) for id in re.findall(r'(?:name="stage" value="|<option[^>]* value="|stage=)(\d+)', page)
        }
        assert offered <= there and len(offered) >= 4, address
    form = html.unescape(shop.person.get(f"{at}/edit").text)
    assert f'data-inside="{shop.sales}"' in form and "Ventas › Nueva" in form and 'data-name="Nueva"' in form

    version = shop.get(f"deals/{deal['id']}")["version"]
    wrong = {"title": "Sillas", "pipeline": shop.sales, "stage": min(there), "version": version}
    refused = shop.person.post(f"{at}/edit", data=wrong)
    assert refused.status_code == 422 and "«Nueva»" in html.unescape(refused.text)
    assert place(shop.get(f"deals/{deal['id']}")) == ("Mayoreo", "Nueva")

    moved = shop.person.post(f"{at}/field/pipeline", data={"pipeline": shop.sales}, headers=SCRIPT)
    assert place(shop.get(f"deals/{deal['id']}")) == ("Ventas", "Nueva")
    shop.person.post(toast(moved)["undo_url"], headers=SCRIPT)
    assert place(shop.get(f"deals/{deal['id']}")) == ("Mayoreo", "Nueva")
    forged = shop.person.post(f"{at}/drop", data={"stage": min(here)})
    assert forged.status_code == 409 and "Ventas" in toast(forged)["text"]

    shop.patch(deal["id"], stage="Oferta enviada")
    for chosen in ({"id": deal["id"]}, {"all": "1", "query": f"pipeline={shop.wholesale}"}):
        page = html.unescape(shop.person.post("/deals/bulk", {"action": "status", **chosen}).text)
        assert "›" not in page and f'value="{min(there)}"' in page
    bulk = {"action": "edit:pipeline", "id": deal["id"], "pipeline": shop.sales, "sure": "y"}
    shop.person.post("/deals/bulk", data=bulk)
    assert place(shop.get(f"deals/{deal['id']}")) == ("Ventas", "Nueva")


def test_a_file_names_stages_of_several_pipelines(shop: TwoPipelines) -> None:
    text = "Título;Embudo;Etapa\nUno;Mayoreo;Oferta enviada\nDos;Ventas;Oferta enviada\nTres;;Nueva\nCuatro;Mayoreo;\n"
    wizard = Wizard(shop.person)
    wizard.upload("deals", text.encode(), "deals.csv")
    assert wizard.figures(wizard.check().text)[:1] == [4], wizard.page
    wizard.run()
    assert {each["title"]: place(each) for each in shop.get("deals")["items"]} == {
        "Uno": ("Mayoreo", "Oferta enviada"),
        "Dos": ("Ventas", "Oferta enviada"),
        "Tres": ("Ventas", "Nueva"),
        "Cuatro": ("Mayoreo", "Nueva"),
    }


def test_settings_keep_each_pipeline_whole(shop: TwoPipelines) -> None:
    page = shop.person.get(f"/settings/lists/stages?in={shop.wholesale}").text
    assert page.count('data-id="') == 6 and f'href="/settings/lists/stages?in={shop.sales}"' in page
    assert 'aria-current="true">Mayoreo' in page
    assert (
        'href="/settings/lists/loss_reasons"' in page.split('id="values"')[1]
    )  # beside those that mean lost

    at = f"stages?in={shop.wholesale}"
    new = shop.setting(at, name="Nueva", meaning="open", pipeline=shop.wholesale)
    assert toast(new)["kind"] == "error"  # taken there
    shop.setting(at, name="Piloto", meaning="open", pipeline=shop.wholesale)
    shop.setting(f"stages?in={shop.sales}", name="Piloto", meaning="open", pipeline=shop.sales)
    assert [each["name"] for each in shop.values("stages")].count("Piloto") == 2
    pilot = shop.stage("Piloto", shop.wholesale)
    shop.setting(f"stages/{pilot}?in={shop.wholesale}", probability="65", stale_days="3")
    shop.setting(f"stages/{pilot}/default?in={shop.wholesale}")
    told = next(each for each in shop.values("stages") if each["id"] == pilot)
    assert (told["probability"], told["stale_days"], told["default"]) == (65, 3, True)
    assert sorted(each["name"] for each in shop.values("stages") if each["default"]) == ["Nueva", "Piloto"]
    assert place(shop.make(title="P", pipeline="Mayoreo")) == ("Mayoreo", "Piloto")

    won, first = shop.stage("Ganada", shop.wholesale), shop.stage("Nueva", shop.sales)
    lock = shop.setting(f"stages/{won}/delete?in={shop.wholesale}")
    assert lock.status_code == 204 and shop.stage("Ganada", shop.wholesale) == won
    astray = shop.setting(f"stages/{pilot}?in={shop.wholesale}", pipeline=shop.sales)
    assert toast(astray)["kind"] == "error"
    shop.setting(f"stages/{pilot}/delete?in={shop.wholesale}", replacement=first)
    assert shop.stage("Piloto", shop.wholesale) == pilot  # the deal would be in two pipelines at once
    asked = shop.person.get(f"/settings/lists/stages/{pilot}/delete?in={shop.wholesale}", headers=SCRIPT).text
    assert f'value="{first}"' not in asked and "Oferta enviada" in asked


def test_a_pipeline_goes_with_its_stages_when_its_deals_have_a_place(shop: TwoPipelines) -> None:
    one = shop.make(title="Uno", pipeline="Mayoreo")
    two = shop.make(title="Dos", pipeline="Mayoreo", stage="En negociación")
    own = {each["id"] for each in shop.values("stages") if each["pipeline"]["id"] == shop.wholesale}
    asked = html.unescape(
        shop.person.get(f"/settings/lists/pipelines/{shop.wholesale}/delete", headers=SCRIPT).text
    )
    new, talks = one["stage"]["id"], two["stage"]["id"]
    assert f'name="place-{new}"' in asked and f'name="place-{talks}"' in asked and "Ventas › Nueva" in asked
    at = f"pipelines/{shop.wholesale}/delete"
    shop.setting(at, **{f"place-{new}": shop.stage("Nueva", shop.sales)})  # the other has no place
    assert place(shop.get(f"deals/{one['id']}")) == ("Mayoreo", "Nueva")

    target = shop.stage("Oferta enviada", shop.sales)
    gone = shop.person.post(
        f"/settings/lists/{at}",
        data={f"place-{new}": shop.stage("Nueva", shop.sales), f"place-{talks}": target},
    )
    assert gone.status_code == 303
    assert place(shop.get(f"deals/{one['id']}")) == ("Ventas", "Nueva")
    assert place(shop.get(f"deals/{two['id']}")) == ("Ventas", "Oferta enviada")
    assert not own & {each["id"] for each in shop.values("stages")}
    shop.patch(two["id"], stage="Ganada")  # by somebody, meanwhile
    page = html.unescape(shop.person.get("/settings/lists/pipelines").text)
    assert "se queda" in page or "stays" in page  # the only one has a lock
    undo = page.split("/undo/")[1].split('"')[0]
    shop.setting(f"pipelines/undo/{undo}")
    assert place(shop.get(f"deals/{one['id']}")) == ("Mayoreo", "Nueva")
    assert shop.get(f"deals/{two['id']}")["stage"]["name"] == "Ganada"
    assert own <= {each["id"] for each in shop.values("stages")}

    shop.setting("pipelines", name="Vacío", like=shop.sales)
    empty = shop.id_of("Vacío", "pipelines")
    shop.setting(f"pipelines/{empty}/delete")
    assert "Vacío" not in {each["name"] for each in shop.values("pipelines")}
    assert all(each["pipeline"]["id"] != empty for each in shop.values("stages"))


def test_two_who_delete_the_last_pipelines_at_once_leave_one(shop: TwoPipelines) -> None:
    doors = [shop.installation.browser() for _ in range(2)]
    meet = threading.Barrier(2)

    def delete(door: Browser, id: int) -> int:
        meet.wait()
        return door.post(f"/settings/lists/pipelines/{id}/delete", headers=SCRIPT).status_code

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(delete, doors, (shop.sales, shop.wholesale)))
    assert answers == [204, 204]
    assert len(shop.values("pipelines")) == 1 and len(shop.values("stages")) == 6
    assert shop.make(title="Sigue")["pipeline"]["id"] == shop.values("pipelines")[0]["id"]
