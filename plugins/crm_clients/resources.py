"""Clients as the host sees them."""

from __future__ import annotations

from core.api import Date, Draft, Field, RecordRef, Resource, SavedFilter, Touched, WriteContext, _, _l
from plugins.crm_clients.card import GROUPS, IDENTITY, SEARCHED, card_fields, check_name, infer_columns
from plugins.crm_clients.children import children
from plugins.crm_clients.documents import check_document
from plugins.crm_clients.inquiries.history import HAPPENINGS as INQUIRIES
from plugins.crm_clients.models import Client, ClientAddress, ClientContact, ClientValidation
from plugins.crm_clients.panels import PEOPLE, SAME_CLIENTS
from plugins.crm_clients.validation import HAPPENINGS, VALIDATION_ACTIONS, validation_mark

BELONGS_TO = Field(
    "belongs_to",
    _l("Belongs to"),
    RecordRef("clients", among="kind=company"),
    attribute="company_id",
    aliases=("pertenece a", "appartient à", "belongs to company", "parent account", "cuenta principal"),
    help=_l("The company that this person belongs to."),
)


def check_company(draft: Draft, context: WriteContext) -> None:
    """Nobody belongs to themselves."""
    if not draft.is_new and draft.values.get(BELONGS_TO.name) == draft.record_id:
        draft.problem(BELONGS_TO.name, _("Nobody belongs to themselves."))


CLIENTS = Resource(
    name="clients",
    model=Client,
    label=_l("Client"),
    plural=_l("Clients"),
    icon="address-book",
    hue="green",
    fields=card_fields("clients", _l("Customer since"), Date(), extra={"kind": (BELONGS_TO,)}),
    groups=GROUPS,
    columns=(
        "name",
        "kind",
        "segment",
        "channel",
        "level",
        "zone+sector",
        "city",
        "salesperson",
        "phone_1",
        "entered_on",
    ),
    filters=(
        "segment",
        "channel",
        "level",
        "salesperson",
        "zone",
        "sector",
        "kind",
        "belongs_to",
        "document_number",
        "city",
        "state",
        "tags",
        "entered_on",
    ),
    quick_filters=("segment", "channel", "level", "salesperson", "zone", "sector", "entered_on"),
    views=(SavedFilter("mine", _l("My clients"), "salesperson=~me"),),
    title="name",
    subtitle="document_number",
    search=SEARCHED,
    owner="salesperson_id",
    sort="-entered_on",
    checks=(check_name, check_document, check_company),
    panels=(PEOPLE, SAME_CLIENTS),
    marks=(validation_mark(ClientValidation, "client_id"),),
    rest_actions=VALIDATION_ACTIONS,
    happenings=(
        ("from_lead", _l("Was a lead"), "user-search"),
        ("conversion_undone", _l("Conversion taken back"), "arrow-back-up"),
        *INQUIRIES,
        *HAPPENINGS,
    ),
    children=children(ClientAddress, ClientContact, "client_id"),
    identity=IDENTITY,
    identity_with=("leads",),
    infer_import=infer_columns,
    timeline=True,
    touched=Touched(last="last_touch_at"),
    menu_order=20,
    empty_text=_l("Write down the first one or bring those you already have in Excel."),
)
