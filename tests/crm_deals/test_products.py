"""Products as lines of a deal: its value is their sum, at every door, in files, and when deals are merged."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import openpyxl

from plugins.crm_deals.products import worth
from tests.crm_deals.conftest import Shop

LINES: list[dict[str, Any]] = [
    {"name": "Silla", "quantity": "2.5", "price": "10.01", "discount": 10},
    {"name": "Mesa", "price": 100},
    {"name": "Catálogo"},
]


def test_a_line_is_worth_quantity_times_price_less_its_discount() -> None:
    assert worth({"quantity": Decimal("2.5"), "price": Decimal("10.01"), "discount": Decimal(10)}) == Decimal(
        "22.52"
    )
    assert worth({"quantity": Decimal(3), "price": None}) == 0
    assert worth({"quantity": Decimal(1), "price": Decimal("0.005")}) == Decimal("0.01"), "half a cent is one"


def test_the_value_is_the_sum_of_the_products(shop: Shop) -> None:
    deal = shop.make(title="Oficina", lines=LINES)
    assert (deal["value"], [line["name"] for line in deal["lines"]]) == (
        "122.52",
        ["Silla", "Mesa", "Catálogo"],
    )
    assert "is_main" not in deal["lines"][0]

    id = deal["id"]
    assert shop.names("q=catalogo") == ["Oficina"], "it is found by what is sold"
    wrong = shop.patch(id, value=5)
    assert wrong.status_code == 422 and list(wrong.json["error"]["fields"]) == ["value"]
    both = shop.patch(id, value=5, lines=[{"name": "Silla", "price": 7}])
    assert both.status_code == 422
    assert shop.patch(id, value="122.52", notes="igual").status_code == 200, "what was read can be written"
    for row, field in (({"price": 3}, "name"), ({"name": "Silla", "quantity": 0}, "quantity")):
        answer = shop.patch(id, lines=[row])
        assert answer.status_code == 422 and list(answer.json["error"]["fields"]) == [f"lines.0.{field}"]
    assert (
        shop.patch(id, lines=[{"name": "Mina", "quantity": 9_999_999, "price": 99_999_999}]).status_code
        == 422
    )

    turned = [{"id": deal["lines"][1]["id"]}, {"id": deal["lines"][0]["id"], "quantity": 1}]
    told = shop.patch(id, lines=turned).json
    assert [line["name"] for line in told["lines"]] == ["Mesa", "Silla"] and told["value"] == "109.01"
    inline = shop.person.post(f"/deals/{id}/field/value", {"value": "5"}, headers={"HX-Request": "true"})
    assert (inline.status_code == 422 and "suma de" in inline.text) or "sum of" in inline.text

    gone = shop.patch(id, lines=[]).json
    assert gone["lines"] == [] and gone["value"] == "109.01", (
        "what was agreed stays until somebody says otherwise"
    )
    assert shop.patch(id, value=5).json["value"] == "5.00"


def test_products_in_the_form_and_on_the_page(shop: Shop) -> None:
    form = {
        "title": "Oficina",
        "value": "999",
        "currency": "USD",
        "lines-rows": "1",
        "lines-0-name": "Silla",
        "lines-0-quantity": "2",
        "lines-0-price": "10,50",
        "lines-0-discount": "",
        "people-rows": "1",
    }
    shop.person.get("/deals/new")
    answer = shop.person.post("/deals/new", form)
    assert answer.status_code in (302, 303), answer.text[-3000:]
    page = shop.person.get(answer.headers["Location"]).text
    assert "snack" in page and ("suma" in page or "sum of the products" in page), (
        "that 999 was not taken is told"
    )
    id = int(answer.headers["Location"].rsplit("/", 1)[1])
    assert shop.told(id)["value"] == "21.00"
    assert "rows-table" in page and "21,00" in page

    line = shop.told(id)["lines"][0]["id"]
    dialog = f"/deals/{id}/rows/lines"
    added = {"lines-0-name": "Mesa", "lines-0-quantity": "1", "lines-0-price": "100"}
    assert shop.person.get(f"{dialog}/new").text.count("is_main") == 0
    shop.person.post(f"{dialog}/new", added)
    shop.person.post(f"{dialog}/{line}", {**added, "lines-0-name": "Silla", "lines-0-id": str(line)})
    told = shop.told(id)
    assert [each["name"] for each in told["lines"]] == ["Silla", "Mesa"] and told["value"] == "200.00"
    wrong = shop.person.post(f"{dialog}/{line}", {"lines-0-name": "", "lines-0-id": str(line)})
    assert wrong.status_code == 422 and wrong.text.count("field-error") >= 1
    shop.person.post(f"{dialog}/{line}", {"drop": "1", "lines-0-id": str(line)})
    assert shop.told(id)["value"] == "100.00"


def test_products_come_back_from_the_file_they_went_into(shop: Shop) -> None:
    client = shop.make("clients", name="Farmacia Sol")
    ana = shop.make("clients", name="Ana Rivas", kind="person")
    people = [{"person": ana["id"], "role": "Compras"}]
    deal = shop.make(title="Oficina", client=client["id"], lines=LINES, people=people)
    shop.make(title="Sin productos", value=7)
    file = shop.person.get("/deals/export?format=xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(file))
    sheet = next(
        each for each in book.worksheets[1:] if "Silla" in {cell for row in each.values for cell in row}
    )
    assert len(list(sheet.values)) == 4

    def bring(content: bytes, name: str, **also: str) -> dict[str, Any]:
        given = {"resource": "deals", "file": (io.BytesIO(content), name), **also}
        answer = shop.api.post("/api/v1/imports", data=given, headers=shop.headers)
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})

    assert bring(file, "deals.xlsx")["counts"]["created"] == {}, "they are all here"
    shop.api.delete(f"/api/v1/deals/{deal['id']}", headers=shop.headers)
    outcome = bring(file, "deals.xlsx")
    assert outcome["counts"]["created"] == {"deals": 1}, outcome
    back = shop.told(3)
    for row in (*back["lines"], *deal["lines"], *back["people"], *deal["people"]):
        row.pop("id")
    for name in ("title", "client", "contact", "value", "currency", "stage", "lines", "people"):
        assert back[name] == deal[name], name

    typed = "Título;Valor;Product 1 › Product;Product 1 › Price;lines.2.name;lines.2.price\nFeria;9;Toldo;40;Luces;2\n"
    outcome = bring(typed.encode(), "feria.csv")
    fair = shop.told(4)
    assert (fair["title"], fair["value"]) == ("Feria", "42.00"), outcome
    assert [line["name"] for line in fair["lines"]] == ["Toldo", "Luces"]
    assert outcome["counts"]["warnings"] == 1, "that its 9 was not taken is told"


def test_what_was_read_can_be_sent_back_and_what_was_deleted_comes_back(shop: Shop) -> None:
    ana = shop.make("clients", name="Ana Rivas", kind="person")
    deal = shop.make(title="Oficina", lines=LINES, people=[{"person": ana["id"], "role": "Compras"}])
    id = deal["id"]
    host = ("id", "created_at", "updated_at", "version")
    body = {name: value for name, value in deal.items() if name not in host}
    assert shop.patch(id, **body).json == deal
    assert shop.patch(id, **{**body, "is_repeat": True}).status_code == 422

    page = shop.person.post(f"/deals/{id}/rows/lines/{deal['lines'][0]['id']}", {"drop": "1"})
    assert shop.told(id)["value"] == "100.00"
    undo = re.search(r"/undo/\d+", shop.person.get(page.headers["Location"].partition("#")[0]).text)
    assert undo and shop.person.post(undo[0]).status_code < 400
    told = shop.told(id)
    assert told["value"] == "122.52" and [each["name"] for each in told["lines"]][-1] == "Catálogo"

    page = shop.person.post(f"/deals/{id}/delete", {"sure": "y"})
    undo = re.search(r"/undo/\d+", shop.person.get(page.headers["Location"]).text)
    assert undo and shop.api.get(f"/api/v1/deals/{id}", headers=shop.headers).status_code in (404, 410)
    shop.person.post(undo[0])
    back = shop.told(id)
    assert back["value"] == "122.52" and len(back["lines"]) == 3 and back["people"] == told["people"]
    assert shop.patch(id, value=1).status_code == 422, "it is still known that it has products"
