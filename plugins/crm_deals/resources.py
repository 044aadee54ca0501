"""Deals as the host sees them."""

from __future__ import annotations

from core.api import (
    Board,
    Boolean,
    Currency,
    Date,
    DateTime,
    Field,
    LongText,
    MoneyAmount,
    Path,
    RecordRef,
    Reference,
    Resource,
    SavedFilter,
    Tags,
    Text,
    Touched,
    UserRef,
    _l,
    by_api,
)
from plugins.crm_clients.inquiries.history import HAPPENINGS as INQUIRIES
from plugins.crm_deals import rules
from plugins.crm_deals.buying import PRODUCT
from plugins.crm_deals.closing import CLOSING
from plugins.crm_deals.ending import LOSS, REOPEN
from plugins.crm_deals.forecast_page import FORECAST
from plugins.crm_deals.models import LOST, Deal
from plugins.crm_deals.passages import PASSAGES
from plugins.crm_deals.people import PEOPLE
from plugins.crm_deals.products import LINES, check_value, note_lines
from plugins.crm_deals.repeating import REPEAT, REPEAT_BY_API
from plugins.crm_deals.staleness import STALE, STALE_COLUMN, STALE_FILTER

GENERAL = (
    Field(
        "title",
        _l("Title"),
        Text(max_length=200, folded=True),
        quick=True,
        aliases=(
            "título",
            "titre",
            "nombre de la negociación",
            "deal name",
            "opportunity name",
            "opportunity",
        ),
        help=_l("Left empty, the deal is called by its client."),
    ),
    Field(
        "client",
        _l("Client"),
        RecordRef("clients"),
        quick=True,
        aliases=("cliente", "client", "empresa", "société", "company", "account name", "account"),
    ),
    Field(
        "pipeline",
        _l("Pipeline"),
        Reference("pipelines"),
        quick=True,
        default=rules.own_pipeline,
        aliases=("embudo", "pipeline", "tunnel"),
    ),
    Field(
        "stage",
        _l("Stage"),
        Reference("stages", look="badge", within="pipeline"),
        default=rules.own_stage,
        aliases=("etapa", "étape", "stage", "deal stage", "fase"),
    ),
    Field(
        "loss_reason",
        _l("Reason for losing"),
        Reference("loss_reasons"),
        aliases=("motivo de pérdida", "raison de perte", "loss reason", "lost reason"),
    ),
    Field(
        "loss_note",
        _l("About the loss"),
        Text(max_length=500),
        aliases=("nota de pérdida", "note de perte", "loss note"),
    ),
    Field(
        "value",
        _l("Value"),
        MoneyAmount(currency="currency"),
        quick=True,
        aliases=("valor", "monto", "importe", "montant", "valeur", "amount", "deal value"),
        help=_l("With products it is their sum, and what is typed here is not taken."),
    ),
    Field(
        "currency",
        _l("Currency"),
        Currency(),
        default=rules.own_currency,
        aliases=("moneda", "devise", "currency"),
    ),
    Field(
        "expected_close",
        _l("Expected close"),
        Date(),
        quick=True,
        aliases=("cierre previsto", "clôture prévue", "close date", "expected close date", "fecha de cierre"),
    ),
    Field(
        "salesperson",
        _l("Salesperson"),
        UserRef(),
        default=rules.creator,
        aliases=("vendedor", "vendeur", "commercial", "owner", "deal owner", "responsable"),
    ),
    Field(
        "source",
        _l("Source"),
        Reference("sources"),
        aliases=("fuente", "origen", "origine", "source", "lead source"),
    ),
    Field(
        "entered_on",
        _l("Entered"),
        Date(),
        default=rules.today,
        aliases=("ingreso", "fecha de ingreso", "entrée", "date d’entrée", "created", "create date"),
    ),
    Field("closed_at", _l("Closed"), DateTime(), writable=False),
    Field("is_repeat", _l("Repeat deal"), Boolean(), writable=False),
    Field("tags", _l("Tags"), Tags(), wide=True, aliases=("etiquetas", "étiquettes", "tags")),
    Field(
        "notes",
        _l("Notes"),
        LongText(),
        wide=True,
        aliases=("notas", "notes", "description", "descripción"),
    ),
)

CONTACT = (
    Field(
        "contact",
        _l("Contact person"),
        RecordRef("clients", among="kind=person"),
        group="people",
        aliases=("contacto", "persona de contacto", "contact", "interlocuteur", "primary contact"),
    ),
    Field("contact_role", _l("Role of the contact"), Text(max_length=100), group="people"),
)

DEALS = Resource(
    name="deals",
    model=Deal,
    label=_l("Deal"),
    plural=_l("Deals"),
    icon="briefcase",
    hue="violet",
    fields=(*GENERAL, *CONTACT),
    groups=(("general", _l("General")), ("people", _l("People")), ("lines", _l("Products"))),
    columns=("title", "client", "stage", "value", "expected_close", "salesperson", "entered_on"),
    filters=(
        "stage",
        "pipeline",
        "client",
        "contact",
        "salesperson",
        "source",
        "value",
        "expected_close",
        "closed_at",
        "loss_reason",
        "is_repeat",
        "tags",
        "entered_on",
    ),
    quick_filters=("pipeline", "stage", "salesperson", "expected_close"),
    views=(
        SavedFilter("open", _l("Open"), "stage=~open"),
        SavedFilter("mine", _l("My deals"), "stage=~open&salesperson=~me"),
        SavedFilter("closing", _l("Closing this month"), "closing=month"),
        SavedFilter("overdue", _l("Overdue"), "closing=overdue", tone="bad"),
        SavedFilter("stale", _l("Stale"), "stale=yes", tone="warn"),
        SavedFilter("won", _l("Won"), "stage=~won"),
        SavedFilter("lost", _l("Lost"), "stage=~lost"),
    ),
    title="title",
    search=("title", "notes"),
    owner="salesperson_id",
    sort="-entered_on",
    path=Path("stage", "stages", within="pipeline", asks={LOST: LOSS.ask}, spent=PASSAGES.spent),
    board=Board(sum="value", fact="client", age="expected_close", badges=(STALE,), weight="probability"),
    looks=(FORECAST,),
    checks=(rules.check_title, LOSS.check, check_value),
    before_write=(rules.keep_dates, note_lines, PASSAGES.start_clock),
    before_all=(rules.name_untitled, rules.mark_repeats),
    after_all=(PASSAGES.keep,),
    actions=(REPEAT,),
    rest_actions=(by_api("deals", REOPEN), REPEAT_BY_API),
    extra_columns=(STALE_COLUMN,),
    extra_filters=(CLOSING, STALE_FILTER, PRODUCT),
    shortcuts=(REOPEN,),
    children=(PEOPLE, LINES),
    happenings=(
        ("from_lead", _l("Was a lead"), "user-search"),
        ("conversion_undone", _l("Conversion taken back"), "arrow-back-up"),
        *INQUIRIES,
    ),
    timeline=True,
    touched=Touched(last="last_touch_at"),
    menu_order=30,
    empty_text=_l("Write down the first one, or convert a lead."),
)
