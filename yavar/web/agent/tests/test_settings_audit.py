"""The audit log's page: filters, words for every fact, the chain, the export."""

import csv
import io
import json
from datetime import timedelta

import pytest

from yavar.base import clock
from yavar.base.audit import seal
from yavar.base.events import schema
from yavar.base.events.models import Event
from yavar.conversations.setup import change_tag, make_tag
from yavar.people.team.actions import add_team
from yavar.people.team.tokens import agent_of, make_program
from yavar.web.agent.settings import audit_words

from .deciding import Decider

pytestmark = pytest.mark.django_db(transaction=True)


def deeds(page):
    return page[page.index('id="log"') : page.index('id="export"')]


def test_every_fact_has_words_and_a_family():
    names = {key.partition("@")[0] for key in schema()}
    assert {name for name in names if not name.startswith("test") and name not in audit_words.WORDS} == set()
    assert {name.split(".")[0] for name in audit_words.WORDS} == set(audit_words.FAMILIES)


def test_who_did_what_from_where(shop, nila):
    assert "Nothing yet." in nila.page("audit")
    nila.do("teams", "add", name="Returns", members=[])
    _token, secret = make_program("Warehouse", ["all"], by=shop.owner)
    change_tag(make_tag("vip"), by=agent_of(secret).actor, name="VIP")
    page = deeds(nila.page("audit")).replace("\u2068", "").replace("\u2069", "").replace("\u2066", "")
    assert "Made a team" in page and "Returns" in page and "Firefox, Linux · 127.0.0.1" in page
    assert "Renamed or recoloured a tag" in page and "Token Warehouse" in page and "VIP" in page
    assert page.index("Renamed or recoloured") < page.index("Made a team")


def test_filters(shop, nila):
    nila.do("teams", "add", name="Returns", members=[])
    nila.do("tags", "add", name="vip")
    nila.do("roles", "add", name="Packer", permissions=["conversation.read"])
    page = lambda query: deeds(nila.page(f"audit?{query}"))  # noqa: E731
    assert "Made a role" in page("what=role") and "Made a team" not in page("what=role") and "Made a team" in page("what=team.made")
    assert "Made a team" in page(f"who={shop.owner.public_id}") and "Nothing fits this filter" in page(f"who={shop.amir.public_id}")
    today = clock.now().date()
    assert "Made a team" in page(f"since={today}&until={today}")
    assert "Nothing fits this filter" in page(f"until={today - timedelta(days=1)}")
    assert "Made a team" in page("since=1400/9/1&until=۱۴۷۰/۱/۱") and "Made a team" not in page("until=26.11.2020")
    wrong = nila.page("audit?since=yesterday&what=evil.all&before=x")
    assert 'id="since-fault"' in wrong and "Made a team" in wrong


def test_pages(shop, nila):
    for number in range(60):
        add_team(f"T{number}", [], by=shop.owner.actor.__class__("agent", shop.owner.pk, "cli"))
    first = nila.page("audit?what=team")
    link = first[first.index('href="?') + 6 :].split('"')[0].replace("&amp;", "&")
    second = nila.page(f"audit{link}")
    assert "T59" in first and "T9<" not in first and "T9<" in second and "T59" not in second and "Earlier" not in second and "Command line" in second
    before = nila.queries("audit?what=team.made")
    for number in range(60, 90):
        add_team(f"T{number}", [], by=shop.owner.actor.__class__("agent", shop.owner.pk, "cli"))
    assert nila.queries("audit?what=team.made") <= before


def test_the_chain(shop, nila):
    nila.do("teams", "add", name="Returns", members=[])
    assert "Nothing is sealed yet" in nila.page("audit")
    Event.objects.update(at=clock.now() - timedelta(minutes=5))
    assert seal()
    assert "Nothing has been changed or removed" in nila.page("audit")
    Event.objects.filter(name="team.made").update(actor="agent:77")
    assert "Something was changed or removed" in nila.page("audit")


def export(nila, **fields):
    return nila.client.post("/settings/audit/export", fields)


def test_export_is_filtered_and_noted(shop, nila):
    nila.do("teams", "add", name="=Returns", members=[])
    nila.do("roles", "add", name="Packer", permissions=["conversation.read"])
    answer = export(nila, format="csv", what="team")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["what"], row["words"], row["about"], row["ip"]) for row in rows] == [("team.made", "Made a team", "'=Returns", "127.0.0.1")]
    assert 'attachment; filename="yavar-audit-' in answer.headers["Content-Disposition"]
    noted = Event.objects.get(name="audit.exported")
    assert noted.payload == {"format": "csv", "rows": 1} and noted.actor == str(shop.owner.actor) and noted.via.startswith("s:")
    lines = [json.loads(line) for line in b"".join(export(nila, format="jsonl").streaming_content).splitlines()]
    assert [line["name"] for line in lines][:2] == ["audit.exported", "role.made"] or lines[0]["name"] in ("audit.exported", "role.made")
    assert "Exported the audit log" in nila.page("audit")


def test_export_goes_on_past_a_chunk_and_stops_at_the_cap(shop, nila, monkeypatch):
    from yavar.web.agent.settings import audit_export

    for number in range(7):
        add_team(f"T{number}", [], by=shop.owner.actor.__class__("agent", shop.owner.pk, "cli"))
    monkeypatch.setattr(audit_export, "CHUNK", 2)
    got = lambda: [json.loads(line)["about"] for line in b"".join(export(nila, format="jsonl", what="team").streaming_content).splitlines()]  # noqa: E731
    assert got() == [f"T{number}" for number in range(6, -1, -1)]
    monkeypatch.setattr(audit_export, "MOST", 3)
    assert got() == ["T6", "T5", "T4"]


def test_export_needs_the_right_a_post_and_a_known_form(shop, nila):
    assert nila.client.get("/settings/audit/export").status_code == 405
    for wrong in ({"format": "xml"}, {"format": "csv", "more": "1"}, {"format": "csv", "since": "yesterday"}):
        assert export(nila, **wrong).status_code == 400
    assert Decider(shop.sara).client.post("/settings/audit/export", {"format": "csv"}).status_code == 403
    assert not Event.objects.filter(name="audit.exported").exists()
