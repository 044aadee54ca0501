"""The manual's section “Prospectos” (S3, S4), told as stories in Spanish: what it says one can do, done at the pages."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from core.testing.installation import Installation
from tests.core.resources.test_form import inputs_of
from tests.core.resources.test_list import names_in
from tests.crm_leads.test_convert_pages import Form

GENERAL = (
    "Canal", "Segmentación", "Nivel", "Vendedor", "Estatus", "Tipo de documento", "Número de documento", "Nombre",
    "Razón social", "Correo", "Teléfono 1", "Teléfono 2", "Vigencia", "Notificaciones", "Condición",
)  # fmt: skip
DIRECCIONES = (
    "Tipo", "País", "Ciudad", "Municipio", "Parroquia", "Código postal", "Dirección completa",
    "Punto de referencia", "Estado o región", "Zona", "Sector", "Latitud", "Longitud", "Ingrese ubicación en el mapa",
)  # fmt: skip
CONTACTOS = ("Nombre de pila", "Apellido", "Descripción", "Correo", "Teléfono 1", "Teléfono 2", "Principal")


def api(installation: Installation, method: str, at: str, **body: Any) -> Any:
    client = installation.app.test_client()
    answer = getattr(client, method)(
        f"/api/v1/{at}", **({"json": body} if body else {}), headers=installation.token()
    )
    assert answer.status_code < 300, answer.json
    return answer.json


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def value(installation: Installation, list_name: str, name: str) -> int:
    browser = installation.browser()
    browser.post(f"/settings/lists/{list_name}", {"name": name})
    items = api(installation, "get", f"lists/{list_name}")["items"]
    return int(next(each["id"] for each in items if each["name"] == name))


@pytest.fixture
def farmacia(installation: Installation) -> int:
    """A prospect with everything that the card of S3 has."""
    body = {
        "name": "Farmacia Doña Bárbara",
        "legal_name": "Farmacia Doña Bárbara, C.A.",
        "document_type": "RIF",
        "document_number": "J-30456118-0",
        "email": "barbara@example.com",
        "phone_1": "0414-555.12.34",
        "phone_2": "0212-223.39.05",
        "channel": "Web",
        "segment": "Minorista",
        "level": "Alto",
        "validity_days": 5,
        "tags": ["VIP", "feria 2025"],
        "notes": "Pide catálogo",
        "addresses": [
            {"type": "Fiscal", "address": "Av. Peña con calle 1", "city": "Caracas", "parish": "El Cafetal"},
            {"type": "Entrega", "address": "Galpón 3", "city": "Valencia", "parish": "Rafael Urdaneta"},
        ],
        "contacts": [
            {"first_name": "José", "last_name": "Núñez", "email": "jose@example.com", "is_main": True},
            {"first_name": "Zoraida", "last_name": "Ávila", "phone_1": "0424-786.95.67"},
        ],
    }
    return int(api(installation, "post", "leads", **body)["id"])


def test_la_ficha_tiene_cada_campo_del_manual(installation: Installation) -> None:
    page = installation.browser().get("/leads/new").text
    shown = text_of(page)
    for label in (*GENERAL, *DIRECCIONES, *CONTACTOS, "Direcciones", "Contactos", "Documentos"):
        assert label in shown, label


def test_un_prospecto_se_crea_con_sus_tres_secciones_de_una_vez(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    fiscal = value(installation, "address_types", "Planta")
    sent = form | {
        "name": "Taller Luna",
        "document_number": "J-30456118-0",
        "addresses-0-type": str(fiscal),
        "addresses-0-address": "Av. Bolívar 10",
        "addresses-0-parish": "La Candelaria",
        "contacts-0-first_name": "Rosa",
        "contacts-0-last_name": "Díaz",
        "files": (io.BytesIO(b"%PDF-1.7"), "rif vigente.pdf"),
    }
    answer = browser.post("/leads/new", sent)
    assert answer.status_code == 302, text_of(answer.text)[:1500]
    shown = text_of(browser.get(answer.location).text)
    for what in ("Taller Luna", "Planta", "Av. Bolívar 10", "La Candelaria", "Rosa Díaz", "rif vigente"):
        assert what in shown, what


def test_lo_obligatorio_se_pide_y_no_se_pierde_nada(installation: Installation) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get("/leads/new").text)
    sent = form | {"name": "", "notes": "No perder", "addresses-0-address": "Av. Bolívar 10"}
    answer = browser.post("/leads/new", sent)
    assert answer.status_code == 422
    assert "No perder" in answer.text and "Av. Bolívar 10" in answer.text


def test_prospectos_y_clientes_se_distinguen(installation: Installation, farmacia: int) -> None:
    api(installation, "post", "clients", name="Ferretería La Candelaria", document_number="J-30459027-0")
    found = text_of(installation.browser().get("/leads/find?q=J-3045").text)
    assert re.search(r"Farmacia Doña Bárbara.{0,80}Prospecto", found), found
    assert re.search(r"Ferretería La Candelaria.{0,80}Cliente", found), found


def test_el_filtro_abierto_busca_en_varios_campos(installation: Installation, farmacia: int) -> None:
    api(installation, "post", "leads", name="Otro")
    browser = installation.browser()
    for text in (
        "barbara",
        "C.A.",
        "30456118",
        "555.12.34",
        "Peña",
        "Rafael Urdaneta",
        "Zoraida",
        "vip",
        "catálogo",
    ):
        assert names_in(browser.get(f"/leads?q={text}").text) == ["Farmacia Doña Bárbara"], text


def test_canal_segmentacion_y_nivel_admiten_uno_o_varios_valores(installation: Installation) -> None:
    for channel, segment, level in (
        ("Web", "Minorista", "Alto"),
        ("Feria", "Mayorista", "Alto"),
        ("Referido", "Institucional", "Bajo"),
    ):
        api(
            installation,
            "post",
            "leads",
            name=f"{channel} {segment}",
            channel=channel,
            segment=segment,
            level=level,
        )
    browser = installation.browser()

    def shown(query: str) -> list[str]:
        return sorted(names_in(browser.get(f"/leads?{query}").text))

    assert shown("channel=Web&channel=Feria") == ["Feria Mayorista", "Web Minorista"]
    assert shown("segment=Mayorista&segment=Institucional") == ["Feria Mayorista", "Referido Institucional"]
    assert shown("level=Alto&segment=Mayorista") == ["Feria Mayorista"]
    assert shown("level=Alto&channel=Referido") == []


def test_vendedor_zona_sector_y_estatus_filtran(installation: Installation) -> None:
    seller = installation.user("sara@example.com", name="Sara").id
    zone, other = value(installation, "zones", "Este"), value(installation, "zones", "Oeste")
    sector = value(installation, "sectors", "Centro")
    api(installation, "post", "leads", name="Uno", salesperson=seller, zone=zone, sector=sector)
    addresses = [{"zone": other, "address": "A"}, {"zone": zone, "address": "B"}]
    api(installation, "post", "leads", name="Dos", addresses=addresses, status="En Gestión")
    browser = installation.browser()
    for query, names in (
        (f"salesperson={seller}", ["Uno"]),
        (f"zone={zone}", ["Dos", "Uno"]),
        (f"zone={other}", ["Dos"]),
        (f"sector={sector}", ["Uno"]),
        ("status=En Gestión", ["Dos"]),
        (f"zone={zone}&status=En Gestión", ["Dos"]),
    ):
        assert sorted(names_in(browser.get(f"/leads?{query}").text)) == names, query


def test_las_fechas_ubican_un_periodo_de_ingreso(installation: Installation) -> None:
    today = date.today()
    for days in (1, 40, 400):
        day = (today - timedelta(days=days)).isoformat()
        api(installation, "post", "leads", name=f"hace {days}", entered_on=day)
    browser = installation.browser()
    start, end = today - timedelta(days=60), today - timedelta(days=20)
    page = browser.get(f"/leads?entered_on.from={start}&entered_on.to={end}").text
    assert names_in(page) == ["hace 40"]
    assert sorted(names_in(browser.get("/leads?entered_on.last_days=90").text)) == ["hace 1", "hace 40"]


def test_los_filtros_se_aplican_y_se_limpian(installation: Installation, farmacia: int) -> None:
    page = installation.browser().get("/leads?status=~open&level=Alto").text
    shown = text_of(page)
    assert "Estatus: Abiertos" in shown.replace(" :", ":") and "Limpiar" in shown
    assert "Aplicar los filtros" in page


def test_la_tabla_destaca_las_columnas_del_manual_con_ojo_y_lapiz(
    installation: Installation, farmacia: int
) -> None:
    page = (
        installation.browser().get("/leads?columns=channel,segment,salesperson,zone,sector,level,status").text
    )
    for head in ("Canal", "Segmentación", "Vendedor", "Zona", "Sector", "Nivel", "Estatus"):
        assert re.search(rf"<th[^>]*>(<a[^>]*>)?\s*{head}", page), head
    assert 'aria-label="Ver Farmacia Doña Bárbara"' in page
    assert 'aria-label="Editar Farmacia Doña Bárbara"' in page


def test_los_documentos_se_cargan_se_nombran_se_descargan_y_se_eliminan(
    installation: Installation, farmacia: int
) -> None:
    browser = installation.browser()
    sent = {"file": (io.BytesIO(b"cualquier cosa"), "contrato.xyz")}
    assert browser.post(f"/leads/{farmacia}/files", sent).status_code < 400
    page = browser.get(f"/leads/{farmacia}").text
    match = re.search(rf"/leads/{farmacia}/files/(\d+)/delete", page)
    assert match and "contrato" in page
    at = f"/leads/{farmacia}/files/{match.group(1)}"
    assert browser.get(at).data == b"cualquier cosa"
    assert browser.post(f"{at}/rename", {"name": "Contrato marco"}).status_code < 400
    assert "Contrato marco" in browser.get(f"/leads/{farmacia}").text
    browser.post(f"{at}/delete")
    assert "Contrato marco" not in browser.get(f"/leads/{farmacia}").text.split('id="toasts"')[0]


def test_los_iconos_rojos_se_ven_delante_de_correo_y_telefono(
    installation: Installation, farmacia: int
) -> None:
    page = text_of(installation.browser().get(f"/leads/{farmacia}").text)
    for what in ("barbara@example.com", "jose@example.com", "0424-786.95.67"):
        assert f"{what} no está validado" in page or f"{what} no está validado" in unescape(
            installation.browser().get(f"/leads/{farmacia}").text
        ), what


def test_exportar_lleva_a_excel_toda_la_informacion(installation: Installation, farmacia: int) -> None:
    answer = installation.browser().get("/leads/export?format=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    cells = {
        str(cell)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
    }
    whole = " ".join(cells)
    for what in (
        "Farmacia Doña Bárbara, C.A.",
        "J-30456118-0",
        "Galpón 3",
        "Rafael Urdaneta",
        "Zoraida",
        "feria 2025",
    ):
        assert what in whole, what


def test_la_condicion_cliente_lleva_a_convertir(installation: Installation, farmacia: int) -> None:
    browser = installation.browser()
    form = inputs_of(browser.get(f"/leads/{farmacia}/edit").text)
    answer = browser.post(f"/leads/{farmacia}/edit", form | {"condition": "client"})
    assert answer.location == f"/leads/{farmacia}/convert", text_of(answer.text)[:800]
    dialog = Form(browser.get(answer.location).text).said(target="company")
    done = browser.post(answer.location, dialog)
    assert done.status_code == 302, text_of(done.text)[:800]
    (client,) = api(installation, "get", "clients")["items"]
    assert client["name"] == "Farmacia Doña Bárbara"
    assert [each["city"] for each in client["addresses"]] == ["Caracas", "Valencia"]
    assert sorted(each["first_name"] for each in client["contacts"]) == ["José", "Zoraida"]
    assert set(client["tags"]) == {"VIP", "feria 2025"}


def test_el_ojo_abre_la_ficha_con_su_lado_derecho(installation: Installation, farmacia: int) -> None:
    page = installation.browser().get(f"/leads/{farmacia}").text
    assert 'id="side"' in page and "Historial" in page


def test_un_atributo_se_crea_con_tipo_y_multiple_y_aparece_en_la_ficha(installation: Installation) -> None:
    api(
        installation,
        "post",
        "attributes",
        name="Marcas",
        type="text",
        multiple=True,
        resources=["leads", "clients"],
    )
    browser = installation.browser()
    assert "Marcas" in text_of(browser.get("/leads/new").text)
    assert "Marcas" in text_of(browser.get("/clients/new").text)
    assert (
        "Marcas" in text_of(browser.get("/settings/attributes").text)
        or "Marcas" in browser.get("/settings/attributes").text
    )


def test_un_canal_un_segmento_y_un_nivel_se_crean_con_su_descripcion(installation: Installation) -> None:
    browser = installation.browser()
    for name in ("channels", "segments", "levels"):
        id = value(installation, name, "Nuevo valor")
        form = inputs_of(browser.get(f"/settings/lists/{name}/{id}/edit").text)
        sent = form | {"name": "Nuevo valor", "description": "Para probar"}
        assert browser.post(f"/settings/lists/{name}/{id}/edit", sent).status_code < 400
        assert "Para probar" in browser.get(f"/settings/lists/{name}").text


def test_el_valor_por_defecto_recoge_lo_que_entra_sin_evaluar(installation: Installation) -> None:
    id = value(installation, "channels", "Sin evaluar")
    installation.browser().post(f"/settings/lists/channels/{id}/default")
    api(installation, "post", "leads", name="Recién llegado")
    (lead,) = api(installation, "get", "leads")["items"]
    assert lead["channel"]["name"] == "Sin evaluar"
    assert lead["segment"]["name"] == "Por segmentar"


def test_el_color_de_un_segmento_se_usa_en_las_graficas(installation: Installation) -> None:
    items = api(installation, "get", "lists/segments")["items"]
    minorista = next(each["id"] for each in items if each["name"] == "Minorista")
    installation.browser().post(f"/settings/lists/segments/{minorista}", {"hue": "teal"})
    api(installation, "post", "leads", name="Uno", segment="Minorista")
    page = installation.browser().get("/reports/leads-by-segment").text
    assert "teal" in page


def test_un_nivel_es_de_prospectos_o_de_clientes(installation: Installation) -> None:
    id = value(installation, "levels", "Solo clientes")
    browser = installation.browser()
    form = inputs_of(browser.get(f"/settings/lists/levels/{id}/edit").text)
    name = next(key for key in form if key == "applies_to")
    assert browser.post(f"/settings/lists/levels/{id}/edit", form | {name: "clients"}).status_code < 400
    assert "Solo clientes" in browser.get("/clients/new").text
    assert "Solo clientes" not in browser.get("/leads/new").text
    browser.post(f"/settings/lists/levels/{id}/default")
    assert api(installation, "post", "clients", name="Cliente")["level"]["name"] == "Solo clientes"
    assert api(installation, "post", "leads", name="Prospecto")["level"] is None
