"""Other names that files give to the fields of the card: Spanish, French, English, and those of known exports."""

from __future__ import annotations

from core.api import fold

_NAMES = """
name: nombre, société, empresa, entreprise, company, compañía, account name, nom, organization, full name, nombre completo
legal_name: razón social, razón, raison sociale, denominación social
kind: tipo de cliente, type de client, kind of client
document_type: tipo de documento, type de document, tipo documento
document_number: número de documento, numéro de document, nº documento, documento, número de documentos, tax id
email: email, correo, correo electrónico, courriel, e-mail, mail, adresse e-mail
phone_1: teléfono 1, teléfono, téléphone, téléphone 1, phone, telephone, tel, celular
phone_2: teléfono 2, téléphone 2, mobile, móvil, mobile phone, otro teléfono
website: sitio web, site web, web, página web, url
channel: canal, canal de comercialización
segment: segmentación, segmento, segmentation, industry, sector de actividad
level: nivel de potencialidad, nivel, niveau, niveau de potentiel, rating, potential level
salesperson: vendedor, responsable, commercial, vendeur, owner, propietario, asignado a, assigned to
notifications: notificaciones
entered_on: fecha de ingreso, ingreso, creado el, créé le, date d'entrée, created date, createddate, fecha de creación, date de création, created on, entry date, cliente desde, client depuis, customer since
tags: etiquetas, étiquettes, mots-clés, labels
notes: notas, observaciones, commentaire, commentaires, comentarios, remarques, description, comments
address_type: tipo de dirección, type d'adresse, type of address
address: dirección, dirección completa, adresse, adresse complète, street, billingstreet, calle
country: país, pays, billingcountry
state: estado, región, région, state, region, provincia, departamento, billingstate
city: ciudad, ville, billingcity
municipality: municipio, municipalidad, municipalité, commune
parish: parroquia, paroisse
postal_code: código postal, code postal, zip, zip code, billingpostalcode, cp
reference_point: punto de referencia, point de repère, referencia
zone: zona
sector: secteur
latitude: latitud, lat
longitude: longitud, lng, lon, long
contact_first_name: contacto nombre, nombre del contacto, prénom, first name, firstname, contact prénom
contact_last_name: contacto apellido, apellido, nom de famille, last name, lastname, contact nom, surname
contact_position: cargo, fonction, position, job title, contacto cargo, descripción del contacto, contacto descripción
contact_email: contacto email, email del contacto, e-mail du contact, contact email, contacto correo
contact_phone_1: contacto teléfono, contacto teléfono 1, teléfono del contacto, teléfono del contacto 1, téléphone du contact, téléphone 1 du contact, contact phone, contact phone 1
contact_phone_2: contacto teléfono 2, teléfono del contacto 2, téléphone 2 du contact, contacto móvil, contact mobile, contact phone 2
"""

_NAMES_OF_SECOND = """
addresses.2.address: shippingstreet, shipping street, shipping address, otherstreet, other street, dirección de entrega, dirección de envío, adresse de livraison, delivery address
addresses.2.city: shippingcity, shipping city, othercity, other city, ciudad de entrega, ville de livraison
addresses.2.state: shippingstate, shipping state, shipping state province, otherstate, other state, estado de entrega
addresses.2.postal_code: shippingpostalcode, shipping zip, shipping zip postal code, otherpostalcode, código postal de entrega, code postal de livraison
addresses.2.country: shippingcountry, shipping country, othercountry, other country, país de entrega, pays de livraison
"""

HEADERS: dict[str, tuple[str, ...]] = {
    field: tuple(names.split(", "))
    for field, names in (line.split(": ") for line in _NAMES.strip().splitlines())
}
"""The names of each field that has any."""

SECOND: dict[str, str] = {
    fold(name): target
    for target, names in (line.split(": ") for line in _NAMES_OF_SECOND.strip().splitlines())
    for name in names.split(", ")
}
"""Folded headers that say an address beside the main one: where goods are shipped to."""
