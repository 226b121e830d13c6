"""Tags: words on conversations, renamed and removed everywhere at once."""

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yavar.base.named import by_name
from yavar.base.problem import Problem
from yavar.base.search import fold
from yavar.conversations.models import ConversationTag, Tag
from yavar.conversations.setup import change_tag, make_tag, remove_tag
from yavar.people.models import Agent

from .frame import Form, Said, Typed, isolated, kept, settings_page, unexpected
from .words import big

MOST = 1000
HUES = [str(hue) for hue in range(1, 7)]


def tag_of(query: Typed) -> Tag:
    """The one that `?tag=` names. Raises Http404."""
    found = Tag.objects.filter(public_id=query.get("tag", "")).first()
    if found is None:
        raise Http404
    return found


def _add(agent: Agent, typed: Typed) -> Said:
    folded = fold(" ".join(typed["name"].split())[:60])[:60]
    if folded and Tag.objects.filter(folded=folded).exists():
        raise Problem(409, "name.taken", _("There is one of this name already."), field="name")
    tag = make_tag(typed["name"])
    return Said("tags", _("The tag {name} is here.").format(name=isolated(tag.name)))


def _change(agent: Agent, typed: Typed) -> Said:
    if typed["hue"] not in HUES:
        raise unexpected()
    change_tag(tag_of(typed["query"]), by=agent.actor, name=typed["name"], hue=int(typed["hue"]))
    return Said("tag", _("Saved, on every conversation that has it."))


def _remove(agent: Agent, typed: Typed) -> Said:
    tag = tag_of(typed["query"])
    name = tag.name
    remove_tag(tag, by=agent.actor)
    return Said("tags", _("The tag {name} is deleted.").format(name=isolated(name)), to="/settings/tags")


FORMS = {
    "add": Form("add", _add, {"name"}),
    "change": Form("tag", _change, {"name", "hue"}),
    "remove": Form("remove", _remove),
}


def _facts(request: HttpRequest, agent: Agent, said: Said | None, problem: Problem | None, typed: Typed | None) -> dict[str, Any]:
    through = ConversationTag.objects
    if "tag" in request.GET:
        here = tag_of(request.GET.dict())
        number = through.filter(tag=here).count()
        return {
            "here": here, "shown": kept(typed, "change", {"name": here.name, "hue": str(here.hue)}), "hues": HUES, "link": f"/inbox/tag:{here.public_id}",
            "number": ngettext("{n} conversation carries it.", "{n} conversations carry it.", number).format(n=big(number)),
        }  # fmt: skip
    wanted = request.GET.get("q", "").replace("\0", "").strip()
    found = Tag.objects.filter(folded__contains=fold(wanted)) if wanted else Tag.objects.all()
    tags = by_name(found.order_by("name", "pk")[: MOST + 1])
    numbers = dict(through.values("tag").annotate(n=Count("pk")).values_list("tag", "n"))
    rows = [{"id": each.public_id, "name": each.name, "hue": each.hue, "number": big(numbers.get(each.pk, 0))} for each in tags[:MOST]]
    return {"here": None, "tags": rows, "q": wanted, "more": len(tags) > MOST, "shown": kept(typed, "add", {"name": ""})}


tags = settings_page("tags", FORMS, _facts)
