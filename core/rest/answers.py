"""How the API answers, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Response, jsonify
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from core.db import db
from core.host.dispatch import PluginError
from core.i18n import Text, _
from core.resources.closing import CLOSED
from core.resources.context import Problem, Refused
from core.resources.write import NotValid

FORBIDDEN = "forbidden"


@dataclass
class ApiError(Exception):
    """An answer that ends the request; nothing of it is kept. `fields` maps a name to its problems."""

    status: int
    code: str
    message: Text
    fields: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    location: str = ""

    def response(self) -> Response:
        body: dict[str, Any] = {"code": self.code, "message": str(self.message)}
        if self.fields:
            body["fields"] = self.fields
        answer = jsonify(error=body)
        answer.status_code = self.status
        if self.location:
            answer.headers["Location"] = self.location
        return answer


def not_valid(problems: Iterable[Problem]) -> ApiError:
    """422 with every problem by field; 403 where all there is to say is that the person may not, 409 that it is closed."""
    found = list(problems)
    if found and all(problem.code == FORBIDDEN for problem in found):
        return ApiError(403, FORBIDDEN, found[0].message)
    if closed := next((problem for problem in found if problem.code == CLOSED), None):
        return ApiError(409, CLOSED, closed.message)
    fields: dict[str, list[dict[str, str]]] = {}
    for problem in found:
        fields.setdefault(problem.field, []).append({"code": problem.code, "message": str(problem.message)})
    return ApiError(422, "invalid", _("Some fields cannot be taken as they are."), fields)


def refused(error: Refused) -> ApiError:
    """403 where a right is missing, 409 where a rule stands against it."""
    return ApiError(403 if error.code == FORBIDDEN else 409, error.code, error.message)


def answered(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view of the API: what is raised in it becomes its answer, and its transaction is taken back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except ApiError as error:
            failure = error
        except NotValid as error:
            failure = not_valid(error.draft.problems)
        except Refused as error:
            failure = refused(error)
        except PluginError as error:
            failure = ApiError(500, "plugin_failed", str(error))
        except (IntegrityError, StaleDataError):
            failure = ApiError(409, "conflict", _("Something else has just changed this; look at it again."))
        db.session.rollback()
        return failure.response()

    return guarded
