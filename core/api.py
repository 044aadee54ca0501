"""The facade: the one module of the host that plugins import. What is not here is not for plugins."""

# ruff: noqa: F401  # every name is here for others

from core.access.actor import ANONYMOUS, Actor, Scope, actor_of, work_for
from core.access.known import KnownRole, KnownTeam, known_roles, known_teams
from core.access.links import by_link
from core.access.reach import reached_rows
from core.access.roles import SETTINGS_RIGHT
from core.access.scope import as_system
from core.access.service import actor_for, digest
from core.access.web.gate import require
from core.access.web.guessing import wrong_link
from core.admin.settings.sections import note_setting
from core.admin.settings.values import create as create_value
from core.assignment.by_rules import give_by_rules
from core.assignment.dealing import take_turns
from core.attributes.service import put_on as put_attribute_on
from core.cli.context import in_app
from core.cli.say import Wrong, json_option, say, say_json
from core.config import load_config
from core.db import (
    OUTLIVES,
    HandedOver,
    Id,
    Json,
    Model,
    Money,
    UtcDateTime,
    db,
    is_sqlite,
    utcnow,
    writing,
)
from core.declare import (
    Errand,
    JobType,
    MenuItem,
    NotificationAct,
    NotificationKind,
    Permission,
    Setting,
    SettingsSection,
    Trial,
)
from core.events import (
    Event,
    MailEvent,
    MailPutOff,
    MailRefused,
    MailSent,
    RecordChanged,
    RecordCreated,
    RecordDeleted,
    RecordEvent,
    RecordsMerged,
    RecordsParted,
)
from core.fields import (
    Boolean,
    Choice,
    Country,
    Currency,
    Date,
    DateTime,
    Email,
    EmailAddress,
    Formats,
    HuedChoice,
    Integer,
    Invalid,
    Kind,
    LongText,
    Many,
    MoneyAmount,
    Number,
    Phone,
    PhoneNumber,
    Reading,
    RecordBeside,
    RecordPlace,
    RecordRef,
    Reference,
    ReferenceItem,
    Region,
    Tags,
    Text,
    TimeOfDay,
    TimeZone,
    Url,
    UserRef,
)
from core.fields.contact import fold_email, to_e164
from core.fields.money import format_amount, money_text
from core.formats import formats_for, reading_for
from core.host.dispatch import PluginError
from core.host.markers import hookimpl, hookspec
from core.house import House, current_house
from core.i18n import LANGUAGES, LazyString, _, _l, ngettext, use_language
from core.i18n import Text as Words
from core.jobs import Job, JobRow, enqueue
from core.kept import KEPT
from core.mail import MailFile, cancel_mail, message_id, outgoing_file, send_later
from core.mail.settings import MailServer, Password
from core.merging.plan import MergePlan, is_united
from core.notifications.service import Note, mark_read, notify, people_who_follow, settle, tell
from core.outbox import announce
from core.records.attachments import attach, attachments_of, path_of
from core.records.handover import bring_back, count_handed_over, hand_over, rows_that_move
from core.records.history import note, write_history
from core.records.models import Attachment, Record, RecordTag, Tag
from core.records.past import Past, past_of
from core.records.pointers import Pointer, pointers_at
from core.records.staging import staged_of
from core.records.tags import set_tags, tags_of
from core.records.touching import keep as keep_touched
from core.records.views import KeptView, views_of
from core.references import ReferenceValue, add_value, references_of
from core.resources.asking import ask_fields, ask_filters, filter_phrases, query_args, sent_fields
from core.resources.children import (
    child_json,
    child_title,
    children_json,
    children_of,
    children_of_records,
    united,
)
from core.resources.context import ChildRow, Draft, Problem, Refused, WriteContext, write_context
from core.resources.criteria import Condition, Unreadable, criterion, read_conditions
from core.resources.declare import (
    Action,
    Ask,
    AttributeValues,
    Before,
    Beside,
    Board,
    BulkAction,
    Child,
    Column,
    Field,
    Filter,
    IdentityKey,
    Look,
    Mark,
    Marked,
    Panel,
    Path,
    ReferenceList,
    Resource,
    RestAction,
    RowSum,
    SavedFilter,
    Seek,
    Shortcut,
    SideTable,
    Strand,
    Told,
    Touched,
)
from core.resources.door import (
    ChosenRows,
    change_here,
    chosen_rows,
    delete_here,
    file_lines,
    flash_toast,
    go_back,
    go_on,
    ids_in_list,
    inputs_of,
    lead_to,
    page_context,
    record_or_404,
    save_files,
    sent_files,
    sent_inputs,
    settings_page,
)
from core.resources.endings import NOT_TOLD, Ending, reopening
from core.resources.glance import Glance, GlanceLine, glance
from core.resources.identity import Match, find_matches, keys_of
from core.resources.kept_filter import conditions_of, fitting_ids, ids_meant, kept_query
from core.resources.listed import Listed
from core.resources.pages.sieve import Sieve, filters_of
from core.resources.pages.staged import Documents
from core.resources.passages import Passages
from core.resources.query import ListQuery, filtered, read_query
from core.resources.read import Stored, find, find_many, stored_of
from core.resources.rights import may, require_reach, title_of
from core.resources.search import found_by
from core.resources.shortcuts import by_api
from core.resources.side import attributes_of
from core.resources.storing import DEED
from core.resources.write import (
    NotValid,
    change,
    check_draft,
    create,
    delete,
    read_draft,
    save,
    write_drafts,
)
from core.resources.written import Written, tell_written
from core.rest.answers import ApiError, answered, not_valid
from core.rest.body import fits, json_object
from core.rest.once import Answer, once
from core.routing import public_address
from core.security import public
from core.settings import CLASSIC, SIMPLE, decoded, encoded, save_setting, settings_of
from core.state import forget, look_again, remembered
from core.tabular.write import ColumnType, SinkColumn, XlsxSink
from core.text import compact, fold, name_key

__all__ = [name for name in dir() if not name.startswith("__")]
