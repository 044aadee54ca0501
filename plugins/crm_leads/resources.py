"""Leads as the host sees them."""

from __future__ import annotations

from core.api import (
    Action,
    Ask,
    Board,
    Currency,
    DateTime,
    Field,
    Integer,
    MoneyAmount,
    Path,
    Reference,
    Resource,
    SavedFilter,
    Text,
    Touched,
    _l,
    by_api,
)
from plugins.crm_clients.card import (
    GROUPS,
    IDENTITY,
    SEARCHED,
    card_fields,
    check_name,
    default_of,
    infer_columns,
)
from plugins.crm_clients.children import children
from plugins.crm_clients.documents import check_document
from plugins.crm_clients.inquiries.history import HAPPENINGS as INQUIRIES
from plugins.crm_clients.validation import HAPPENINGS, VALIDATION_ACTIONS, validation_mark
from plugins.crm_leads import rules
from plugins.crm_leads.bulk import CONVERT_MANY
from plugins.crm_leads.fields import Condition, EntryDate
from plugins.crm_leads.junk import DISCARDED, REOPEN
from plugins.crm_leads.mode import check_reopening, history_only
from plugins.crm_leads.models import CONVERTED, JUNK, Lead, LeadAddress, LeadContact, LeadValidation
from plugins.crm_leads.passages import PASSAGES
from plugins.crm_leads.repeat import CLIENT, REPEAT, recognise
from plugins.crm_leads.repeat import VIEW as REPEAT_VIEW
from plugins.crm_leads.rest import CONVERT, PREVIEW
from plugins.crm_leads.validity import EXPIRES, EXTEND, LONGEST, usual_validity

TITLE = Field("title", _l("Title"), Text(), aliases=("título", "titre", "asunto", "objet", "subject"))

CONDITION = Field(
    "condition",
    _l("Condition"),
    Condition(
        ((("prospect", _l("Lead")), ("client", _l("Client")))),
        words=(("prospecto", "prospect"), ("cliente", "client")),
    ),
    aliases=("condición", "condition"),
    exported=True,
    help=_l("Choosing “Client” leads on to the conversion; by the API it converts at once."),
)

STATUS = Field(
    "status",
    _l("Status"),
    Reference("statuses", look="badge"),
    default=default_of("statuses"),
    quick=False,
    aliases=("estatus", "estado del prospecto", "statut", "lead status", "etapa"),
)

SOURCE = Field(
    "source",
    _l("Source"),
    Reference("sources"),
    group="origin",
    aliases=("fuente", "origen", "origine", "lead source", "leadsource"),
)

VALUE = Field(
    "value",
    _l("Estimated value"),
    MoneyAmount(),
    aliases=("valor estimado", "valor", "montant", "importe", "monto", "amount", "opportunity amount"),
)

CURRENCY = Field(
    "currency",
    _l("Currency"),
    Currency(),
    default=lambda context: context.formats.currency,
    aliases=("moneda", "devise", "currency"),
)

VALIDITY = Field(
    "validity_days",
    _l("Validity"),
    Integer(minimum=1, maximum=LONGEST, unit=_l("days")),
    default=usual_validity,
    aliases=("días de vigencia", "vigencia", "jours de validité", "validité", "validity days"),
    help=_l("Days from the entry date until the lead expires."),
)

JUNK_REASON = Field(
    "junk_reason",
    _l("Reason for discarding"),
    Reference("junk_reasons"),
    aliases=("motivo de descarte", "razón de descarte", "motif de rejet", "junk reason"),
    help=_l("Asked for where the status means that nothing comes of the lead."),
)

JUNK_NOTE = Field(
    "junk_note",
    _l("About the discarding"),
    Text(max_length=500),
    aliases=("nota de descarte", "note de rejet", "junk note"),
)

CONVERTED_AT = Field("converted_at", _l("Converted on"), DateTime(), writable=False)

ORIGIN = (
    Field(
        "source_detail",
        _l("Source in detail"),
        Text(),
        group="origin",
        aliases=("detalle de la fuente", "detalle del origen", "détail de l’origine", "source details"),
    ),
    *(
        Field(name, label, Text(max_length=100), group="origin", aliases=(name.replace("_", " "),))
        for name, label in (
            ("utm_source", _l("UTM source")),
            ("utm_medium", _l("UTM medium")),
            ("utm_campaign", _l("UTM campaign")),
        )
    ),
)

LEADS = Resource(
    name="leads",
    model=Lead,
    label=_l("Lead"),
    plural=_l("Leads"),
    icon="user-search",
    fields=card_fields(
        "leads",
        _l("Entered"),
        EntryDate(),
        extra={
            "legal_name": (TITLE,),
            "salesperson": (
                STATUS,
                JUNK_REASON,
                JUNK_NOTE,
                SOURCE,
                VALUE,
                CURRENCY,
                VALIDITY,
                CONDITION,
                CLIENT,
                REPEAT,
                CONVERTED_AT,
            ),
            "contact_email": ORIGIN,
        },
    ),
    groups=(*GROUPS, ("origin", _l("Origin"))),
    columns=(
        *("name", "status", "segment", "channel", "level", "zone+sector"),
        *("salesperson", "value", "entered_on"),
    ),
    filters=(
        "status",
        "segment",
        "channel",
        "level",
        "salesperson",
        "zone",
        "sector",
        "source",
        "document_number",
        "value",
        "city",
        "state",
        "tags",
        "entered_on",
        "kind",
        "junk_reason",
        "is_repeat",
        "converted_at",
        "client",
    ),
    quick_filters=("status", "segment", "channel", "level", "salesperson", "zone", "sector", "entered_on"),
    views=(
        SavedFilter("open", _l("Open"), "status=~open"),
        SavedFilter("mine", _l("My leads"), "status=~open&salesperson=~me"),
        SavedFilter("unassigned", _l("Unassigned"), "salesperson=~empty"),
        REPEAT_VIEW,
        SavedFilter("expiring", _l("Expiring"), "expires=soon", tone="warn"),
        SavedFilter("expired", _l("Expired"), "expires=expired", tone="bad"),
    ),
    title="name",
    subtitle="document_number",
    search=("title", *SEARCHED),
    owner="salesperson_id",
    sort="-entered_on",
    permissions=(("convert", _l("Convert")),),
    needs=(("convert", "edit"),),
    actions=(
        Action(
            "convert",
            _l("Convert"),
            "user-check",
            "crm_leads.convert",
            permission="convert",
            primary=True,
            dialog=True,
            visible=rules.is_convertible,
        ),
        Action(
            "undo_conversion",
            _l("Undo conversion"),
            "arrow-back-up",
            "crm_leads.undo_dialog",
            permission="convert",
            dialog=True,
            visible=rules.is_converted,
        ),
    ),
    marks=(validation_mark(LeadValidation, "lead_id"),),
    rest_actions=(
        *VALIDATION_ACTIONS,
        CONVERT,
        PREVIEW,
        by_api("leads", REOPEN),
        by_api("leads", EXTEND),
    ),
    shortcuts=(EXTEND, REOPEN),
    bulk_actions=(CONVERT_MANY,),
    extra_filters=(EXPIRES,),
    path=Path(
        "status",
        "statuses",
        asks={JUNK: DISCARDED.ask, CONVERTED: Ask(endpoint="crm_leads.convert_dialog")},
        means={"condition": {"client": CONVERTED}},
        spent=PASSAGES.spent,
    ),
    board=Board(sum="value", fact="segment", age="entered_on", badges=("is_repeat",)),
    checks=(
        check_name,
        check_document,
        DISCARDED.check,
        rules.check_conversion,
        rules.check_way_back,
        check_reopening,
    ),
    before_write=(rules.keep_dates, PASSAGES.start_clock),
    before_all=(recognise,),
    after_write=(rules.convert_if_asked,),
    after_all=(PASSAGES.keep,),
    happenings=(
        ("converted", _l("Became"), "user-check"),
        ("conversion_undone", _l("Conversion taken back"), "arrow-back-up"),
        *INQUIRIES,
        *HAPPENINGS,
    ),
    children=children(LeadAddress, LeadContact, "lead_id"),
    identity=IDENTITY,
    identity_with=("clients",),
    route_import=rules.route_by_condition,
    infer_import=infer_columns,
    closed=history_only,
    timeline=True,
    touched=Touched(last="last_touch_at", first="first_touch_at"),
    menu_order=10,
    empty_text=_l("Write down the first one or bring those you already have in Excel."),
)
