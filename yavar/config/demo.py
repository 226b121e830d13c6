"""The demonstration: Nila Coffee, its team, and customers in three languages. Everything goes through the same verbs as real life."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from msgspec import structs

from yavar.base import clock
from yavar.base.db import transaction
from yavar.base.events import SYSTEM, Actor
from yavar.base.files import keep, lay
from yavar.base.jobs.models import Job
from yavar.channels import form_offer
from yavar.channels.chat import ChatConfig
from yavar.channels.form import FormConfig
from yavar.channels.intake import Inbound, accept
from yavar.channels.ways import Way
from yavar.conversations import actions
from yavar.conversations.canned.actions import save as save_canned
from yavar.conversations.canned.macro import Actions
from yavar.conversations.filters import Filter
from yavar.conversations.models import Conversation, Inbox
from yavar.conversations.notes.actions import write_note
from yavar.conversations.setup import add_inbox, configure_inbox, make_tag, save_view
from yavar.desk import settings as desk_settings
from yavar.desk.actions import save_field
from yavar.desk.models import Brand, RequestType
from yavar.flow.sla import defaults as promises
from yavar.flow.sla.actions import add_policy
from yavar.flow.sla.course import advance
from yavar.flow.sla.jobs import FOLLOW
from yavar.flow.sla.notices import SAY
from yavar.flow.sla.terms import HOUR, MINUTE, Match, Targets, Terms
from yavar.integrations.channels.email.channel import KIND, EmailConfig
from yavar.integrations.channels.email.sending import outlets
from yavar.notifications.telling import TELL
from yavar.people.customers.actions import open_session
from yavar.people.hours.actions import main_calendar
from yavar.people.models import Agent
from yavar.people.team.actions import add_agent, add_team
from yavar.web.agent import sign_in
from yavar.web.demo import postbox

from .wiring import wire

PASSWORD = "nila-demo"
TEAM: list[dict[str, Any]] = [
    {"key": "amir", "email": "amir@nila.example", "name": "Amir Bahrami", "role": "agent", "lang": "fa", "hue": 1},
    {"key": "lena", "email": "lena@nila.example", "name": "Лена Орлова", "role": "agent", "lang": "ru", "hue": 6},
    {"key": "sara", "email": "sara@nila.example", "name": "Sara Jensen", "role": "supervisor", "lang": "en", "hue": 3},
    {"key": "nila", "email": "nila@nila.example", "name": "Nila Farahani", "role": "owner", "lang": "en", "hue": 5},
]
MAIL = "support@nila.example"
SIGNATURE = {"en": "{agent}\n{shop}", "fa": "{agent}\n{shop}", "ru": "{agent}\n{shop}"}
SECRET = "nila-demo-signing-secret-for-tests-only"


def prepare() -> None:
    """Furnish the stage once; at each start only tell the chat from which address it may be shown."""
    wire()
    if not Agent.objects.exists():
        with transaction():
            _furnish()
    port = settings.ENV.port
    origins = [f"http://127.0.0.1:{port}", f"http://localhost:{port}"] + ([settings.ENV.url] if settings.ENV.url else [])
    inbox = Inbox.objects.filter(kind="chat").order_by("pk")[0]
    form = Inbox.objects.filter(kind="form").order_by("pk").first()
    if inbox.config.get("origins") != origins:
        configure_inbox(inbox, ChatConfig(origins=origins, ask_name="ask", ask_email="ask", ways=_ways(form)))
    if form is not None and form.config.get("origins") != origins:
        configure_inbox(form, form_offer.changed(form.config, origins=origins))
    mail = Inbox.objects.filter(kind=KIND).order_by("pk").first()
    if mail is not None and settings.ENV.smtp:
        outlets.set_outlet(mail, outlets.Settings(host="127.0.0.1", port=postbox.port(), security="none"), by=Actor("system"))
    sign_in.demo_people[:] = [{name: member[name] for name in ("email", "name", "role")} | {"password": PASSWORD} for member in TEAM]


def _furnish() -> None:
    brand = Brand.objects.create(name={"en": "Nila Coffee", "fa": "قهوهٔ نیلا", "ru": "Кофе «Нила»"}, locale="fa")
    inbox = add_inbox(brand, "chat", "Nila Coffee", ChatConfig(), secret=SECRET)
    add_inbox(brand, KIND, MAIL, EmailConfig(MAIL, plus=True, signature=SIGNATURE))
    for name in (
        {"en": "Question", "fa": "پرسش", "ru": "Вопрос"},
        {"en": "Return", "fa": "مرجوعی", "ru": "Возврат"},
        {"en": "Delivery", "fa": "ارسال", "ru": "Доставка"},
    ):
        RequestType.objects.create(brand=brand, name=name)
    _make_form(brand)
    agents = {}
    for member in TEAM:
        facts = {name: value for name, value in member.items() if name != "key"}
        agents[member["key"]] = add_agent(**facts, password=PASSWORD, by=Actor("system"), check_password=False)
    add_team("Nila", list(agents.values()), by=Actor("system"))
    _write_canned(brand, agents["nila"])
    _promise()
    talks = json.loads((Path(__file__).parent / "demo_talks.json").read_text())
    for talk in sorted(talks, key=lambda t: -t["ago"]):
        _play(talk, inbox, agents)
    _keep_views(agents)
    advance(list(Conversation.objects.values_list("pk", flat=True)))
    Job.objects.filter(name__in=(TELL, FOLLOW, SAY)).delete()  # the team was there: it need not be told, nor be mailed about, what happened hours ago


def _promise() -> None:
    """What Nila Coffee promises: around the clock, and slower than a shop that has nobody else to show."""
    main_calendar()
    for name, match, each in (("Urgent", Match(priorities=("urgent",)), 45), ("High priority", Match(priorities=("high",)), 20)):
        answers = Targets(first=each * MINUTE, next=each * MINUTE, resolution=24 * HOUR)
        add_policy(name, Terms(match, answers, promises.steps(each * MINUTE), published=False), by=SYSTEM)
    add_policy("Chat", Terms(Match(channels=("chat",)), Targets(first=HOUR, next=HOUR, resolution=24 * HOUR), promises.steps(HOUR // 2)), by=SYSTEM)
    promises.add("mail", "form", "phone", "social", "forum")
    desk_settings.change(publish_promises=True)


VIEWS = {
    "amir": {
        "نزدیک به پایان مهلت": Filter(due="soon"),
        "فوری‌ها": Filter(priority=("urgent", "high")),
        "مشتریان ویژه": Filter(tag="vip"),
        "دست من و باز": Filter(assignee="me"),
    },
    "lena": {
        "Срок близко": Filter(due="soon"),
        "Срочные": Filter(priority=("urgent", "high")),
        "Особые клиенты": Filter(tag="vip"),
        "Мои открытые": Filter(assignee="me"),
    },
    "sara": {
        "Reply due soon": Filter(due="soon"),
        "Urgent and high": Filter(priority=("urgent", "high")),
        "VIP customers": Filter(tag="vip"),
        "Mine, open": Filter(assignee="me"),
    },
}


def _keep_views(agents: dict[str, Agent]) -> None:
    """Lists that each of them made."""
    for key, views in VIEWS.items():
        for name, chosen in views.items():
            save_view(name, structs.replace(chosen, tag=make_tag(chosen.tag).public_id) if chosen.tag else chosen, by=agents[key], shared=False)


def _make_form(brand: Brand) -> None:
    """The shop's contact form, which asks for the order when something is to go back."""
    back = next(kind for kind in RequestType.objects.filter(brand=brand) if kind.name["en"] == "Return")
    order = {"en": "Order number", "fa": "شمارهٔ سفارش", "ru": "Номер заказа"}
    came = {"en": "When did it arrive?", "fa": "چه روزی رسید؟", "ru": "Когда пришёл заказ?"}
    save_field(by=Actor("system"), label=order, key="order_number", brand=brand, filter=True)
    save_field(by=Actor("system"), label=came, key="came_on", kind="date", brand=brand, request_type=back)
    thanks = {"fa": "معمولاً همان روز پاسخ می‌دهیم.", "ru": "Обычно отвечаем в тот же день.", "en": "We usually answer the same day."}
    add_inbox(brand, "form", "Contact form", FormConfig(fields=["order_number", "came_on"], ask_phone="ask", thanks=thanks))


def _ways(form: Inbox | None) -> list[Way]:
    """How else Nila Coffee is reached."""
    found = [Way("phone", "+982112345678"), Way("email", MAIL), Way("telegram", "https://t.me/nila_coffee_demo")]
    return found + ([Way("form", form.public_id)] if form else [])


def _write_canned(brand: Brand, by: Agent) -> None:
    """What the team sends again and again."""
    types = {kind.name["en"]: kind.public_id for kind in RequestType.objects.filter(brand=brand)}
    for each in json.loads((Path(__file__).parent / "demo_canned.json").read_text()):
        tags = tuple(make_tag(tag).public_id for tag in each.get("tags", ()))
        does = Actions(add_tags=tags, request_type=types.get(each.get("type")), then=each.get("then", ""))
        save_canned(by=by, name=each["name"], shortcut=each["shortcut"], texts=each["texts"], actions=does, shared=True)


def _play(talk: dict[str, Any], inbox: Inbox, agents: dict[str, Agent]) -> None:
    """One customer's story, told by the clock of its day."""
    name, lang, email = talk["customer"]
    begin = clock.now() - timedelta(seconds=talk["ago"])
    step = min(timedelta(minutes=3), timedelta(seconds=talk["ago"]) / (len(talk["talk"]) + 1))
    with clock.stopped_at(begin):
        brand = inbox.brand
        token = f"demo visitor {name} {brand.public_id}"
        session = open_session(token, brand=brand.public_id, inbox=inbox.public_id, lang=lang, page=talk["page"], name=name, email=email)
    conversation = 0
    for index, line in enumerate(talk["talk"]):
        at = begin + index * step
        with clock.stopped_at(at):
            if line[0] == "c":
                files = [_picture(each, session.customer_id) for each in line[2:]]
                said = Inbound(inbox.pk, session.customer_id, conversation or None, f"demo-{index:04d}", line[1], tuple(files), lang, at)
                conversation = accept(said).conversation_id
            elif line[0] == "note":
                called = [agents[each] for each in line[3:]]
                write_note(conversation, by=agents[line[1]], client_id=f"demo-{index:04d}", text=line[2], mentions=called)
            else:
                actions.reply(conversation, by=agents[line[0]], client_id=f"demo-{index:04d}", text=line[1])
        if index == 0:
            with clock.stopped_at(at + step / 3):
                _sort(talk, conversation, agents)
    with clock.stopped_at(begin + len(talk["talk"]) * step):
        _settle(talk, conversation, agents)


def _picture(name: str, customer: int) -> str:
    with (Path(__file__).parent / f"demo_{name}.png").open("rb") as bytes_of_it:
        return keep(lay(bytes_of_it, name=f"{name}.png"), Actor("customer", customer)).key


def _sort(talk: dict[str, Any], conversation: int, agents: dict[str, Agent]) -> None:
    """Whose it is, and what it is about."""
    by = agents[talk["assignee"] or "sara"]
    if talk["assignee"]:
        actions.assign(conversation, by, by=by)
    actions.tag(conversation, add=[make_tag(tag) for tag in talk["tags"]], by=by)
    if "priority" in talk:
        actions.prioritise(conversation, talk["priority"], by=by)


def _settle(talk: dict[str, Any], conversation: int, agents: dict[str, Agent]) -> None:
    by = agents[talk["assignee"] or "sara"]
    if talk.get("then") == "resolve":
        actions.resolve(conversation, by=by)
    elif talk.get("then") == "snooze":
        actions.snooze(conversation, clock.now() + timedelta(days=1), by=by)


def greeting(address: str, seconds: float) -> str:
    """What stands in the terminal when everything answers."""
    lines = [
        f"Yavar’s demonstration is ready at {address} ({seconds:.1f} s)",
        "",
        f"  The shop with its chat   {address}/shop   (?lang=fa, ru, en)",
        f"  Its contact form         {address}/form/{Inbox.objects.filter(kind='form').values_list('public_id', flat=True).first() or ''}",
        f"  The team’s inbox         {address}/inbox",
        "",
    ]
    if settings.ENV.smtp:
        lines += [f"  Mail to {MAIL}   {settings.ENV.smtp} (SMTP, without sign-in)", f"  The customers’ mail      {address}/shop/mail", ""]
    lines += [f"  {member['role']:<12} {member['email']:<20} password {PASSWORD}" for member in TEAM]
    return "\n".join([*lines, "", "Ctrl-C stops it. These passwords are public: never put a demonstration on the internet."])
