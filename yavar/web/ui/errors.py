"""Errors as people and programs see them."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yavar.base.problem import Problem


def problem_response(problem: Problem) -> HttpResponse:
    """The Problem in the language that is active."""
    return HttpResponse(problem.body(), status=problem.status, content_type="application/json", headers=problem.headers())


def _shown(request: HttpRequest, problem: Problem) -> HttpResponse:
    if "text/html" not in request.headers.get("Accept", "") or request.path.startswith(("/api/", "/chat/")):
        return problem_response(problem)
    from .templating import page

    return page(request, "ui/error.html", problem.status, title=str(problem.title))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A write without the page's token: mostly a page that stood open too long."""
    return _shown(request, Problem(403, "csrf", _("This page was open too long. Please go back and send it again.")))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _shown(request, Problem(404, "not_found", _("There is nothing here, or it is not yours to see.")))


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _shown(request, Problem(500, "internal", _("Something broke on our side. It has been noted; please try again.")))
