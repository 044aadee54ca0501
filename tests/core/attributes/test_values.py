"""Values of custom attributes through the API: every type is kept, given back, filtered, found and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.testing.installation import Installation

Make = Callable[..., dict[str, Any]]

TYPES: dict[str, tuple[Any, Any]] = {
    # type: what is sent, what comes back
    "text": ("  Caja  fuerte ", "Caja fuerte"),
    "long_text": ("una\ndos", "una\ndos"),
    "number": ("10.480600", "10.4806"),
    "money": (1234.5, "1234.50"),
    "date": ("2026-02-28", "2026-02-28"),
    "boolean": (False, False),
    "link": ("www.example.com/a", "https://www.example.com/a"),
    "email": ("Ana@Example.com", "Ana@Example.com"),
    "phone": ("0212-555.12.34", "0212-555.12.34"),
}


def lead(installation: Installation, **values: Any) -> dict[str, Any]:
    answer = installation.app.test_client().post(
        "/api/v1/leads", json={"name": "Ferretería Sol", **values}, headers=installation.token()
    )
    assert answer.status_code == 201, answer.json
    return dict(answer.json or {})


def names(installation: Installation, query: str) -> list[str]:
    answer = installation.app.test_client().get(f"/api/v1/leads?{query}", headers=installation.token())
    assert answer.status_code == 200, answer.json
    return sorted(each["name"] for each in (answer.json or {})["items"])


def test_every_type_is_kept_and_given_back(installation: Installation, make: Make) -> None:
    for kind in TYPES:
        make(f"A {kind}", kind)
    sent = {f"x_a_{kind}": given for kind, (given, _back) in TYPES.items()}
    made = lead(installation, **sent)
    assert {name: made[name] for name in sent} == {f"x_a_{kind}": back for kind, (_g, back) in TYPES.items()}
    client, headers = installation.app.test_client(), installation.token()
    again = client.patch(f"/api/v1/leads/{made['id']}", json=sent, headers=headers).json
    assert again["version"] == made["version"]  # the same again is no change
    emptied = client.patch(f"/api/v1/leads/{made['id']}", json=dict.fromkeys(sent), headers=headers).json
    assert {emptied[name] for name in sent} == {None}


def test_several_values_of_one(installation: Installation, make: Make) -> None:
    options = [{"name": "Rojo", "hue": "red"}, {"name": "Azul marino", "hue": "blue"}]
    assert make("Colores", "choice", multiple=True, choices=options)["choices"][1]["key"] == "azul_marino"
    make("Medidas", "number", multiple=True)
    made = lead(installation, x_colores=["azul marino", "rojo", "Rojo"], x_medidas=[2, "1.5"])
    assert (made["x_colores"], made["x_medidas"]) == (["azul_marino", "rojo"], ["2", "1.5"])
    lead(installation, name="Otro", x_colores=["rojo"])
    assert names(installation, "x_colores=rojo") == ["Ferretería Sol", "Otro"]
    assert names(installation, "x_colores.not=azul_marino") == ["Otro"]
    assert names(installation, "x_medidas.from=1.8") == ["Ferretería Sol"]
    assert names(installation, "x_medidas=~empty") == ["Otro"]
    assert names(installation, "x_medidas=~any&x_colores=rojo&x_colores=azul_marino") == ["Ferretería Sol"]


def test_filters_of_every_type(installation: Installation, make: Make) -> None:
    for kind in TYPES:
        make(f"A {kind}", kind)
    lead(installation, **{f"x_a_{kind}": given for kind, (given, _back) in TYPES.items()})
    lead(installation, name="Nada")
    for query in (
        "x_a_text=caja+fuerte",
        "x_a_text.contains=FUERTÉ",
        "x_a_long_text.contains=dos",
        "x_a_number=10.4806",
        "x_a_number.from=10.48&x_a_number.to=10.49",
        "x_a_money.to=2000",
        "x_a_date.from=2026-02-28&x_a_date.to=2026-03-01",
        "x_a_boolean=no",
        "x_a_link.contains=example",
        "x_a_email=ana@example.com",
        "x_a_phone=%2B582125551234",
        "q=fuerte+example",
        "q=5551234" if False else "q=0212-555",
    ):
        assert names(installation, query) == ["Ferretería Sol"], query
    assert names(installation, "x_a_text=~empty") == ["Nada"]
    refused = installation.app.test_client().get("/api/v1/leads?x_a_number=abc", headers=installation.token())
    assert refused.status_code == 422


def test_what_is_wrong_is_told_beside_the_field(installation: Installation, make: Make) -> None:
    make("Metros", "number", required=True)
    client, headers = installation.app.test_client(), installation.token()
    missing = client.post("/api/v1/leads", json={"name": "Sin metros"}, headers=headers)
    assert missing.status_code == 422 and list(missing.json["error"]["fields"]) == ["x_metros"]
    wrong = client.post("/api/v1/leads", json={"name": "Mal", "x_metros": "muchos"}, headers=headers)
    assert wrong.json["error"]["fields"]["x_metros"][0]["code"] == "not_a_number"


def test_a_deleted_record_comes_back_with_its_values(installation: Installation, make: Make) -> None:
    make("Nota propia")
    made = lead(installation, x_nota_propia="algo único")
    browser = installation.browser()
    browser.post(f"/leads/{made['id']}/delete")
    assert names(installation, "q=algo+único") == []
    with installation.session() as session:
        from core.records.models import Undo

        undo_id = session.query(Undo.id).order_by(Undo.id.desc()).first()[0]
    browser.post(f"/undo/{undo_id}")
    assert names(installation, "q=algo+unico&x_nota_propia=algo+unico") == ["Ferretería Sol"]
