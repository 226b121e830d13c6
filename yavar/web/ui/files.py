"""Bringing files in and showing them: one way for agents and visitors."""

from urllib.parse import unquote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from yavar.base.events import Actor
from yavar.base.files import path_of, store
from yavar.base.files.models import File

from .assets import assets
from .bodies import answer


def upload(request: HttpRequest, owner: Actor) -> HttpResponse:
    """Store the raw body as a file of `owner`. Raises Problem."""
    file = store(request, name=unquote(request.headers.get("X-Name", "file")), owner=owner)  # type: ignore[arg-type]
    return answer(file.facts(), 201)


def show(request: HttpRequest, key: str, name: str) -> FileResponse:
    """A file by its random key. Never rendered as a page of ours: attachment, nosniff, sandbox, its own type."""
    file = File.objects.filter(key=key).first()
    if file is None or file.owner.startswith("form:") or not path_of(file.key).exists():  # brought to a form and not sent yet: the desk is nobody's file host
        raise Http404
    response = FileResponse(path_of(file.key).open("rb"), as_attachment=True, filename=file.name, content_type=file.mime)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Encoding"] = "identity"  # pictures are compressed already, and Range keeps its meaning
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask without being told: pages carry their icon themselves."""
    return HttpResponse(assets().text("ui/icon.svg"), content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})
