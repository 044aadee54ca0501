"""What a request brings: a JSON object of known fields, or a list's query of known names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from core.fields import AttachedFile, Boolean, Many, RecordBeside, RecordRef, Reference, Tags, YesNo
from core.i18n import _
from core.resources.context import Problem
from core.resources.criteria import OPERATORS
from core.resources.declare import Child, Field, Resource
from core.resources.query import ListQuery, read_query
from core.rest.answers import ApiError, not_valid

MOST = 200
ROW_NAMES: Mapping[str, type] = {"id": int, "is_main": bool}
"""What a row has beyond its fields."""
LIST_NAMES = frozenset({"q", "sort", "limit", "cursor", "id"})


def json_object(*, required: bool = True) -> dict[str, Any]:
    """The request's body. Raises ApiError where it is no JSON object."""
    if not required and not request.get_data():
        return {}
    if not request.is_json:
        raise ApiError(400, "not_json", _("Send JSON, with Content-Type: application/json."))
    try:
        body = request.get_json()
    except (BadRequest, RecursionError):
        raise ApiError(400, "not_json", _("The body is not JSON.")) from None
    if not isinstance(body, dict):
        raise ApiError(400, "not_an_object", _("The body is not a JSON object."))
    if any(not _is_text(text) for text in _texts(body)):
        raise ApiError(400, "not_text", _("The body holds what is no text (a lone surrogate)."))
    return body


def fields_of(
    resource: Resource, body: Mapping[str, Any], told: Callable[[Field], Any] | None = None
) -> dict[str, Any]:
    """The body by field. Raises ApiError naming every field that is unknown, not to be written, or of a wrong type.

    `told` answers what a field of the stored record says: sent back as it was read, one that cannot be written is no
    problem.
    """
    problems = []
    unwritten = set()
    for name, value in body.items():
        child = resource.child(name)
        if child is not None:
            problems += _row_problems(child, value)
        elif not resource.has_field(name):
            problems.append(Problem(name, _("There is no such field."), "unknown_field"))
        elif not resource.field(name).writable and told is not None and value == told(resource.field(name)):
            unwritten.add(name)
        elif not resource.field(name).writable:
            problems.append(Problem(name, _("This field cannot be written."), "read_only"))
        elif not fits(resource.field(name), value):
            problems.append(Problem(name, _("This is not a value of this field’s type."), "invalid_type"))
    if problems:
        raise not_valid(problems)
    return {name: value for name, value in body.items() if name not in unwritten}


def list_query(resource: Resource) -> ListQuery:
    """The query of a list. Raises ApiError naming every argument that means nothing here."""
    filters = {*(field.name for field in resource.fields), *(each.name for each in resource.extra_filters)}
    problems = []
    for key in request.args:
        name, _dot, operator = key.partition(".")
        if key not in LIST_NAMES and not (name in filters and operator in ("", *OPERATORS)):
            problems.append(Problem(key, _("There is no such filter."), "unknown_filter"))
    limit = request.args.get("limit", "")
    if limit and not (limit.isdecimal() and len(limit) < 6 and 1 <= int(limit) <= MOST):
        problems.append(Problem("limit", _("From %(low)s to %(high)s.", low=1, high=MOST), "out_of_range"))
    query = read_query(resource, request.args.to_dict(flat=False), most=MOST)
    if request.args.get("sort") and not query.sort:
        problems.append(Problem("sort", _("The list cannot be sorted by this."), "unknown_field"))
    if problems:
        raise not_valid(problems)
    return query


def _row_problems(child: Child, rows: Any) -> list[Problem]:
    """What is wrong with the form of the rows of a child, each by `<child>.<place>.<field>`."""
    wrong_type = _("This is not a value of this field’s type.")
    if not isinstance(rows, list):
        return [Problem(child.name, wrong_type, "invalid_type")]
    problems = []
    for place, row in enumerate(rows):
        at = f"{child.name}.{place}"
        if not isinstance(row, dict):
            problems.append(Problem(at, wrong_type, "invalid_type"))
            continue
        for name, value in row.items():
            if name in ROW_NAMES and (child.has_main or name != "is_main"):
                is_fit = value is None or isinstance(value, ROW_NAMES[name])
            elif not child.has_field(name):
                problems.append(Problem(f"{at}.{name}", _("There is no such field."), "unknown_field"))
                continue
            else:
                is_fit = fits(child.field(name), value)
            if not is_fit:
                problems.append(Problem(f"{at}.{name}", wrong_type, "invalid_type"))
    return problems


def fits(field: Field, value: Any) -> bool:
    """Whether JSON's type is one the kind can mean; what the value is the kind says itself."""
    if isinstance(value, dict):
        return isinstance(field.kind, (AttachedFile, Reference, RecordRef, RecordBeside)) and not any(
            isinstance(each, (dict, list)) for each in value.values()
        )
    if isinstance(value, list):
        if isinstance(field.kind, Many):
            return all(not isinstance(each, (dict, list)) for each in value)
        return isinstance(field.kind, Tags) and all(isinstance(each, str) for each in value)
    if isinstance(value, bool):
        return isinstance(field.kind, (Boolean, YesNo))
    return True


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
