"""What the settings' pages have in common: one form for each thing that can be changed (`do` names it), a verb, then the page comes anew and says so."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yavar.base.problem import Problem
from yavar.desk.models import Brand
from yavar.people.models import Agent
from yavar.web.ui.templating import page

from ..access import needs

Typed = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """What the page confirms: beside which part, and with what to press."""

    at: str
    text: str
    undo: str = ""  # what the page's undo form sends
    secret: str | None = None  # may be read this once; '' when it cannot be opened
    to: str = ""  # the page that says it, when it is another one


@dataclass(frozen=True)
class Form:
    """One form: the part of the page it stands in, its fields, what it does. `lists` are fields that may be sent several times or not at all."""

    at: str
    act: Callable[[Agent, Typed], Said]
    fields: set[str] = field(default_factory=set)
    boxes: set[str] = field(default_factory=set)  # a box that is not ticked sends nothing
    lists: set[str] = field(default_factory=set)

    def read(self, request: HttpRequest) -> Typed:
        """The fields as typed. Raises Problem 400 for a field too many or too few: no page of ours sends such a form."""
        sent = {name for name in request.POST if name not in ("csrfmiddlewaretoken", "do")}
        if not self.fields <= sent <= self.fields | self.boxes | self.lists:
            raise unexpected()
        typed: Typed = {name: request.POST[name] for name in sent - self.lists}
        if any("\0" in value for name in sent for value in request.POST.getlist(name)):
            raise unexpected()
        return typed | {name: request.POST.getlist(name) for name in self.lists}


def unexpected() -> Problem:
    """The form is not one of ours."""
    return Problem(400, "form.unexpected", _("The request isn’t in the expected form."))


@dataclass(frozen=True)
class Tab:
    """A page in the settings' menu, for those who have the right ('' = for everyone); `about` says in a sentence what it decides."""

    name: str
    label: Promise
    icon: str
    right: str
    group: str
    about: Promise


GROUPS: dict[str, Promise] = {
    "you": gettext_lazy("You"),
    "doors": gettext_lazy("How customers reach you"),
    "team": gettext_lazy("Your team"),
    "work": gettext_lazy("How you work"),
    "desk": gettext_lazy("The desk"),
}
TABS = [
    Tab("profile", gettext_lazy("You"), "user", "", "you", gettext_lazy("Your name, language and clock, and what you are told of, how and when.")),
    Tab("security", gettext_lazy("Your account"), "lock", "", "you", gettext_lazy("Where you’re signed in, your password, and the lines beneath your mails.")),
    Tab("start", gettext_lazy("First steps"), "circle-check", "setting.manage", "desk", gettext_lazy("What a desk needs before customers come, and what’s done of it.")),
    Tab("shops", gettext_lazy("Shops"), "globe", "brand.manage", "desk", gettext_lazy("The names, languages and colours under which you answer.")),
    Tab("chat", gettext_lazy("Chat"), "message-circle", "inbox.manage", "doors", gettext_lazy("Where the chat stands, what it asks first, and how it looks.")),
    Tab("mail", gettext_lazy("E-mail"), "mail", "inbox.manage", "doors", gettext_lazy("The addresses customers write to, and the server your answers leave by.")),
    Tab("forms", gettext_lazy("Forms"), "file", "inbox.manage", "doors", gettext_lazy("Contact forms on a page of their own or on yours.")),
    Tab("received", gettext_lazy("Received mail"), "mail-open", "receipt.decide", "doors", gettext_lazy("Every mail that came, what became of it, and what’s held back.")),
    Tab("inboxes", gettext_lazy("Inboxes"), "inbox", "inbox.manage", "doors", gettext_lazy("All doors in one list: name them, switch them on and off.")),
    Tab("people", gettext_lazy("People"), "user-plus", "agent.manage", "team", gettext_lazy("Who works here, and what each of them may do.")),
    Tab("teams", gettext_lazy("Teams"), "users", "team.manage", "team", gettext_lazy("Groups that conversations can be given to.")),
    Tab("roles", gettext_lazy("Roles"), "shield-check", "role.manage", "team", gettext_lazy("What a role allows; make your own where the five built in don’t fit.")),
    Tab("hours", gettext_lazy("Working hours"), "clock", "setting.manage", "work", gettext_lazy("When somebody is there: usual weeks, holidays, days that are different.")),
    Tab("replies", gettext_lazy("Canned replies"), "zap", "conversation.reply", "work", gettext_lazy("What you send again and again, in three languages, one key away.")),
    Tab("promises", gettext_lazy("Promises"), "timer", "setting.manage", "work", gettext_lazy("How fast you answer, to whom, and what happens when it gets late.")),
    Tab("tags", gettext_lazy("Tags"), "tag", "tag.manage", "work", gettext_lazy("The words you sort conversations and customers by.")),
    Tab("views", gettext_lazy("Saved views"), "eye", "", "work", gettext_lazy("Lists with conditions of your own, beside the inbox.")),
    Tab("fields", gettext_lazy("Fields"), "list-filter", "field.manage", "work", gettext_lazy("What else you want to know of a conversation or a customer.")),
    Tab("webhooks", gettext_lazy("Webhooks"), "command", "webhook.manage", "desk", gettext_lazy("Programs of yours that are told what happens.")),
    Tab("tokens", gettext_lazy("API tokens"), "key", "token.manage", "desk", gettext_lazy("Keys for programs that may do something here.")),
    Tab("audit", gettext_lazy("Audit log"), "history", "audit.read", "desk", gettext_lazy("Who did what, when, and from where.")),
]  # fmt: skip
_built: set[str] = set()


def settings_page(name: str, forms: dict[str, Form], facts: Callable[..., dict[str, Any]], *, within: str = "") -> Callable[..., HttpResponse]:
    """The view of `/settings/<name>`, drawn by `agent/settings/<name>.html`; `within`: the page of the menu that it belongs to, if it is none itself.

    `facts(request, agent, said, problem, typed)` answers what the template needs: what is saved, and where a form was refused, what was typed.
    """
    tab = next(each for each in TABS if each.name == (within or name))
    _built.add(tab.name)

    @needs(tab.right)
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        agent: Agent = request.user
        if any("\0" in value for value in request.GET.values()):
            raise Http404
        if request.method == "GET":
            said = request.session.pop("settings_said", None)
            return draw(request, Said(**said) if said else None)
        form = forms.get(request.POST.get("do", ""))
        if form is None:
            raise unexpected()
        typed = form.read(request) | {"query": request.GET.dict(), "session": request.session}
        try:
            said = form.act(agent, typed)
        except Problem as problem:
            if problem.field is None and problem.status == 400:
                raise
            return draw(request, None, problem, {**typed, "do": request.POST["do"]}, form.at)
        request.session["settings_said"] = asdict(said)
        return HttpResponseRedirect(f"{said.to or request.get_full_path()}#{said.at}", status=303)

    def draw(request: HttpRequest, said: Said | None, problem: Problem | None = None, typed: Typed | None = None, at: str = "") -> HttpResponse:
        shown = facts(request, request.user, said, problem, typed)
        return page(
            request, f"agent/settings/{name}.html", problem.status if problem else 200, theme=request.user.theme, said=said, problem=problem, problem_at=at,
            tabs=tabs_of(request.user), menu_groups=GROUPS, tab=tab.name, about="" if within else tab.about, desk=_desk(), **shown,
        )  # fmt: skip

    return view


def tabs_of(agent: Agent) -> list[Tab]:
    """The pages an agent may open."""
    return [tab for tab in TABS if tab.name in _built and (not tab.right or agent.may(tab.right))]


def start(request: HttpRequest) -> HttpResponse:
    """The first steps for whoever can take them, else what is one's own."""
    able = request.user.is_authenticated and request.user.may("setting.manage")
    return HttpResponseRedirect(f"/settings/{'start' if able else 'profile'}")


def _desk() -> dict[str, str]:
    """The shop's name and initials for the head of the page."""
    lang = translation.get_language() or "en"
    brand = Brand.objects.order_by("pk").first()
    return {"name": brand.name_in(lang), "initials": brand.initials(lang)} if brand else {"name": "Yavar", "initials": "Y"}


def kept(typed: Typed | None, do: str, saved: Typed, boxes: Iterable[str] = ()) -> Typed:
    """What the fields of the form `do` hold: what is saved, or where it was refused, what was typed. A box without a tick was sent as nothing."""
    if not typed or typed["do"] != do:
        return saved
    return {**saved, **typed, **{name: name in typed for name in boxes}}


def without_right() -> Problem:
    """A right that opens the page and yet does not reach so far."""
    return Problem(403, "permission.missing", _("You don’t have the right to do this. An owner or administrator can give it to you."))


def isolated(text: str) -> str:
    """What somebody wrote, inside a sentence of any direction."""
    return f"\u2068{text}\u2069"


def listed(names: Iterable[str]) -> str:
    """Names one after the other."""
    return ("، " if translation.get_language() == "fa" else ", ").join(map(isolated, names))


def labels_typed(typed: Typed, name: str = "name") -> dict[str, str]:
    """A label typed in its languages: the fields `name_fa`, `name_ru`, `name_en`."""
    return {code: typed[f"{name}_{code}"] for code in ("fa", "ru", "en") if typed.get(f"{name}_{code}", "").strip()}
