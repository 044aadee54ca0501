"""What the API can do with a lead beyond reading and writing it: convert it, and say beforehand what that would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.api import Draft, NotValid, Problem, Refused, RestAction, WriteContext, _l
from plugins.crm_leads.conversion.declare import COMPANY, CONTACT, Suggestion, Target
from plugins.crm_leads.conversion.outcome import Outcome
from plugins.crm_leads.conversion.preview import Line, Part, Preview, preview
from plugins.crm_leads.conversion.service import attempt
from plugins.crm_leads.conversion.wish import BODY, wish_from
from plugins.crm_leads.models import Lead


def convert_by_api(context: WriteContext, lead: Lead, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`POST /api/v1/leads/{id}/convert`; asked again, the same answer. An empty body is the short way.

    Answers `{"conversion": {"id": …}, "contact": {"id": …}, "company": …, "deal": …, "client": …}`; `client` is the
    company, else the contact.

    Raises:
        NotValid: the wish cannot be carried out; the problems name target and field.
        Refused: the person may not, or a rule is against it as a whole.
    """
    outcome = attempt(context, lead, wish_from(body, context) if body else None)
    if outcome.conversion is None:
        raise _failure(outcome, context)
    return told_outcome(outcome)


def preview_by_api(context: WriteContext, lead: Lead, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`POST /api/v1/leads/{id}/preview-conversion`: what the same body would do; an empty one asks for suggestions."""
    return told_preview(preview(context, lead, wish_from(body, context) if body else None))


def told_outcome(outcome: Outcome) -> dict[str, Any]:
    """What came of a lead, as the API tells it."""
    records = {name: {"id": id} for name, id in outcome.records.items()}
    client = records.get(COMPANY) or records.get(CONTACT)
    conversion = {"id": outcome.conversion.id if outcome.conversion else None}
    empty: dict[str, Any] = dict.fromkeys((CONTACT, COMPANY, "deal"))
    return {**empty, **records, "client": client, "conversion": conversion}


def told_preview(shown: Preview) -> dict[str, Any]:
    """A preview, as the API tells it."""
    return {
        "words": shown.words,
        "ready": shown.is_ready,
        "targets": [_part(each) for each in shown.parts],
        "made": [_line(each) for each in shown.made],
        "completed": [_line(each) for each in shown.completed],
        "moved": [{"name": each.name, "label": str(each.label), "count": each.count} for each in shown.moved],
        "attributes": [
            {
                "name": each.field.name,
                "label": str(each.field.label),
                "text": each.text,
                "offers": [target.name for target in each.offers],
                "chosen": list(each.chosen),
            }
            for each in shown.attributes
        ],
        "problems": _problems(shown.problems),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.target.name,
        "label": str(part.target.label),
        "resource": part.target.resource,
        "wanted": part.wanted,
        "barred": str(part.barred) if part.barred else None,
        "existing": _suggestion(part.existing) if part.existing else None,
        "suggestions": [_suggestion(each) for each in part.suggestions],
        "differences": [
            {
                "field": each.field.name,
                "label": str(each.field.label),
                "kept": each.kept_text,
                "lead": each.lead_text,
                "take": "lead" if each.takes_lead else "kept",
            }
            for each in part.differences
        ],
        "asked": [
            {"field": each.field.name, "label": str(each.field.label), "required": each.required}
            for each in part.choices
        ],
        "notes": [str(each) for each in part.notes],
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "id": suggestion.record_id,
        "title": suggestion.title,
        "subtitle": suggestion.subtitle,
        "why": [str(each) for each in suggestion.why],
    }


def _line(line: Line) -> dict[str, Any]:
    target: Target = line.target
    return {"target": target.name, "title": line.title, "told": line.told, "id": line.record_id}


def _problems(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"field": each.field, "code": each.code, "message": str(each.message)} for each in problems]


def _failure(outcome: Outcome, context: WriteContext) -> Exception:
    """What the API raises for an outcome without a conversion."""
    first = outcome.problems[0]
    if len(outcome.problems) == 1 and not first.field:
        return Refused(first.message, first.code)
    return NotValid(Draft(context.house.resources["leads"], problems=list(outcome.problems)))


CONVERT = RestAction(
    "convert",
    _l("Convert into a contact, a company, a deal"),
    convert_by_api,
    permission="convert",
    body=BODY,
)

PREVIEW = RestAction(
    "preview-conversion",
    _l("What a conversion would make, complete and move"),
    preview_by_api,
    permission="convert",
    body=BODY,
)
