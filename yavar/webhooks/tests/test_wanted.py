"""A desk without webhooks pays nothing for them; one with them pays one row beside the fact."""

import pytest

from yavar.base.events import Actor
from yavar.base.jobs.models import Job
from yavar.webhooks import actions, wanted
from yavar.webhooks.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor("system")


def test_nothing_is_asked_and_nothing_left_without_an_endpoint(shop, monkeypatch):
    monkeypatch.setattr(wanted, "refresh", lambda: pytest.fail("the database was asked"))
    shop.says(shop.visitor(), "one")
    assert not Job.objects.filter(name__startswith="webhooks").exists()


def test_a_process_that_has_never_looked_looks_once(shop, monkeypatch):
    asked = []
    real = wanted.refresh
    monkeypatch.setattr(wanted, "_names", None)
    monkeypatch.setattr(wanted, "refresh", lambda: (asked.append(1), real()))
    shop.says(shop.visitor(), "one")
    shop.says(shop.visitor(), "two")
    assert len(asked) == 1


def test_changes_count_at_once_where_they_are_made_and_elsewhere_with_the_tick(shop):
    endpoint, _secret = actions.add(name="CRM", url="https://crm.example/hook", events=["message.*"], by=BY)
    assert wanted.wants("message.received") and not wanted.wants("note.written")
    actions.change(endpoint, events=["note.written"], by=BY)
    assert wanted.wants("note.written") and not wanted.wants("message.received")
    actions.switch(endpoint, False, by=BY)
    assert not wanted.wants("note.written")
    Endpoint.objects.update(state="failing")
    assert not wanted.wants("note.written")
    wanted.refresh()
    assert wanted.wants("note.written")
    actions.remove(endpoint, by=BY)
    assert not wanted.wants("note.written")


def test_one_job_beside_the_fact_in_its_transaction(shop):
    for _ in range(3):
        actions.add(name="CRM", url="https://crm.example/hook", events=["message.received"], by=BY)
    shop.says(shop.visitor(), "one")
    job = Job.objects.get(name="webhooks.fan_out")
    assert job.event and job.lane == ""


def test_webhooks_never_tell_of_webhooks(shop):
    actions.add(name="CRM", url="https://crm.example/hook", events=["*"], by=BY)
    assert wanted.wants("message.received")
    assert not any(wanted.wants(name) for name in ("webhook.added", "webhook.switched", "token.made", "role.changed", "setting.changed"))
    actions.add(name="CRM", url="https://crm.example/hook", events=["*"], by=BY)
    assert not Job.objects.exists()
