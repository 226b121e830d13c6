"""What every door of the API has in common: who comes, what they may, how often, how a repeat is known, one shape of errors."""

import hashlib
import inspect
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Annotated, Any, get_args

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.utils import check_csrf
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from yavar.base import ids
from yavar.base.once import once
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.people.models import Agent
from yavar.web.ui.bodies import answer
from yavar.web.ui.errors import problem_response

from . import known
from .describe import API

PER_MINUTE, BURST = 600, 200
rate = Rate(PER_MINUTE / 60 if settings.ENV.rate else 0.0, BURST)
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Strict(BaseModel):
    """The base of all that comes in: unknown input is refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)


def _storable(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 9000:  # beyond, another zone would lead out of the calendar
        raise ValueError("a time between 1970 and 9000")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_storable)]


class Empty(Strict):
    """A write that says everything by its address."""


class JSON(Parser):
    """Bodies as JSON without the characters that no engine stores."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            body = msgspec.json.decode(request.body)
        except msgspec.DecodeError:
            raise Problem(400, "body.not_json", _("The request isn’t in the expected form.")) from None
        except RecursionError:
            raise Problem(400, "body.too_deep", _("The request isn’t in the expected form.")) from None
        if b"\\u0000" in request.body and _has_nul(body):
            raise Problem(400, "text.invalid", _("The message contains characters that can’t be stored."))
        return body


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(each) for pair in value.items() for each in pair)
    return "\0" in value if isinstance(value, str) else isinstance(value, list) and any(map(_has_nul, value))


class Doors(Router):
    """A router whose operations name the permission they need."""

    def door(
        self, method: str, path: str, *, needs: str | None, shape: Any = None, status: int = 200, repeatable: bool = True, **more: Any
    ) -> Callable[..., Any]:
        """Register a view. `needs`: the permission (None: any signed-in agent); `shape` is what it answers (None: 204); `repeatable`: whether an Idempotency-Key
        counts, which makes it one transaction (not for uploads: they must not hold a lock while bytes come in).

        The view takes (request, agent, …) and answers what msgspec encodes; it raises Problem for everything else.
        """

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            enter = _entrance(view, needs, 204 if shape is None else status, repeatable)
            enter.needs, enter.repeatable = needs, repeatable  # type: ignore[attr-defined]
            self.api_operation([method], path, response={204 if shape is None else status: shape}, operation_id=view.__name__, **more)(enter)
            return view

        return register


def _entrance(view: Callable[..., Any], needs: str | None, status: int, repeatable: bool) -> Callable[..., Any]:
    signature = inspect.signature(view)
    parameters = [each for name, each in signature.parameters.items() if name != "agent"]
    shapes = [get_args(each.annotation)[0] for each in parameters if _is_query(each.annotation)]
    allowed = {name for shape in shapes for name in shape.model_fields}
    open_ended = any(getattr(shape, "open_ended", False) for shape in shapes)

    @wraps(view)
    def enter(request: HttpRequest, **given: Any) -> HttpResponse:
        agent: Agent = request.auth  # type: ignore[attr-defined]
        _check_query(request, allowed, open_ended)
        if needs is not None and not agent.may(needs):
            raise denied(needs)

        def act() -> HttpResponse:
            done = view(request, agent, **given)
            return done if isinstance(done, HttpResponse) else HttpResponse(status=204) if status == 204 else answer(done, status)

        key = request.headers.get("Idempotency-Key") if repeatable else None
        return _repeatable(request, agent, key, act) if key is not None and request.method in WRITES else act()

    enter.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    enter.__annotations__ = {name: value for name, value in view.__annotations__.items() if name != "agent"}
    return enter


def _is_query(annotation: Any) -> bool:
    return any(isinstance(each, type(Query(...))) for each in getattr(annotation, "__metadata__", ()))


def _check_query(request: HttpRequest, allowed: set[str], open_ended: bool) -> None:
    if "\0" in request.path_info:
        raise Http404
    for name, values in request.GET.lists():
        known = name in allowed or name == "lang" or (open_ended and name.startswith("field."))
        if not known or any("\0" in value for value in values) or len(values) > 1:
            raise Problem(400, "query.invalid", _("The request isn’t in the expected form."), field=name[:60].replace("\0", ""))


def _repeatable(request: HttpRequest, agent: Agent, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    if not 1 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise Problem(400, "idempotency_key.invalid", _("An Idempotency-Key has 1 to 64 printable ASCII characters."), field="Idempotency-Key")

    def do() -> tuple[int, dict[str, str], str]:
        done = act()
        kept = {name: done.headers[name] for name in ("ETag", "Content-Type") if name in done.headers}
        return done.status_code, kept, done.content.decode()

    asked = b"\0".join((request.method.encode(), request.get_full_path().encode(), request.headers.get("If-Match", "").encode(), request.body))
    (status, headers, body), repeated = once(str(agent.actor), key, asked, do)
    return HttpResponse(body, status=status, headers={**headers, **({"Idempotent-Replayed": "true"} if repeated else {})})


def client_id(request: HttpRequest, given: str | None) -> str:
    """The id under which a message or note is stored once: given in the body, else made of the Idempotency-Key. Raises Problem 400 without either."""
    if given is not None:
        return given
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise Problem(400, "client_id.missing", _("Send a client_id, or an Idempotency-Key."), field="client_id")
    return key if ids.is_client_id(key) else hashlib.sha256(key.encode()).hexdigest()[:43]


def version_wanted(request: HttpRequest) -> int | None:
    """If-Match (RFC 9110, 13.1.1) as an event_seq; None when it is absent or `*`. Raises Problem 400."""
    text = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return None
    number = text.strip().removeprefix("W/").strip('"')
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise Problem(400, "if_match.invalid", _("The request isn’t in the expected form."), field="If-Match")
    return int(number)


def denied(permission: str) -> Problem:
    """403: the right is missing. Who can give it is said by the pages; programs read `needs`."""
    return Problem(
        403, "permission.missing", _("You don’t have the right to do this. An owner or administrator can give it to you."), extra={"needs": permission}
    )


def enter(request: HttpRequest) -> Agent | None:
    """Who comes: a program with `Authorization: Bearer`, or our own pages with a session (then writes carry the page's CSRF token)."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        agent = known.find(known.key_of_token(secret.strip())) if scheme.lower() == "bearer" else None
    else:
        agent = known.find(("session", request.session.session_key or ""))
        if agent is not None and request.method in WRITES and check_csrf(request):
            raise Problem(403, "csrf", _("This page was open too long. Please reload it and try again."))
    if agent is not None:
        _slow_down(request, agent)
    return agent


def _slow_down(request: HttpRequest, agent: Agent) -> None:
    who = agent.via if agent.via != "s:0" else str(agent.actor)
    wait = rate.take(who)
    request.rate = rate.left(who)  # type: ignore[attr-defined]
    if wait:
        raise Problem(429, "rate.limited", _("Too many requests. Please go on a little slower."), retry_after=wait)


api = API(
    title="Yavar", version="1", urls_namespace="api", openapi_url="/openapi.json", docs_url=None, auth=enter, parser=JSON(),
    description="Everything the inbox does, for programs. Ids are opaque text, times are ISO 8601 in UTC. Errors are `{\"problem\": {\"code\", \"title\", \"field\"}}`.",
)  # fmt: skip


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem_response(problem)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = [str(part) for part in first["loc"]][1:]
    if where and where[0] in ("body", "given", "query"):
        where = where[1:]
    return problem_response(
        Problem(400, "body.invalid", _("The request isn’t in the expected form."), field=".".join(where) or None, extra={"detail": first["msg"]})
    )


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem_response(Problem(401, "signed_out", _("You’re signed out. Sign in again; what you typed is kept.")))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def _absent(request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem_response(Problem(404, "not_found", _("There is nothing here, or it is not yours to see.")))


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_response(Problem(error.status_code, "request.invalid", _("The request isn’t in the expected form.")))


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return problem_response(Problem(413, "body.too_large", _("The request is too large.")))
