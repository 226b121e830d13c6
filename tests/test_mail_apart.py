"""One's trouble is nobody else's: an inbox whose mail hangs its reader, a mailbox whose server never answers."""

import contextlib
import socket
import time

import pytest

from tests.mailserver import PASSWORD, available, mail_server
from tests.waiting import running, wait_for
from yavar.base.jobs import Outside
from yavar.channels.models import Receipt
from yavar.integrations.channels.email import reading
from yavar.integrations.channels.email.actions import Settings, add_mailbox
from yavar.integrations.channels.email.doors.keeper import Keeper
from yavar.integrations.channels.email.models import Mailbox
from yavar.integrations.channels.email.testing import email_inbox, hand_in, mail

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def states(inbox):
    return list(Receipt.objects.filter(inbox=inbox).order_by("pk").values_list("state", "reason"))


def test_a_mail_on_which_the_reader_hangs_delays_its_own_inbox_alone(shop, monkeypatch):
    monkeypatch.setattr(reading, "CHILD", "tests.hanging:encode")
    monkeypatch.setattr(reading, "_idle", [])
    one, other = email_inbox(shop.brand, "one@nila.example"), email_inbox(shop.brand, "other@nila.example")
    with running(Outside().run):
        hand_in(other, mail("warm"))
        wait_for(lambda: states(other) == [("routed", "")])
        hand_in(one, mail("please hang"), mail("after it"))
        time.sleep(0.5)
        for n in range(10):
            began = time.monotonic()
            hand_in(other, mail(f"number {n}"))
            wait_for(lambda n=n: states(other) == [("routed", "")] * (n + 2), 5)
            assert time.monotonic() - began < 2
        assert states(one) == [("received", "")] * 2, "it still hangs"
        wait_for(lambda: states(one) == [("quarantined", "timeout"), ("routed", "")], 15)


@pytest.mark.skipif(bool(available()), reason=available())
def test_a_server_that_never_answers_delays_no_other_mailbox(shop):
    deaf = socket.create_server(("127.0.0.1", 0))  # the kernel takes the connection; nobody ever says a word
    inbox = email_inbox(shop.brand, "support@shop.test")

    def box(port, user):
        settings = Settings(protocol="imap", host="127.0.0.1", port=port, security="none", user=user, secret=PASSWORD, start="all")
        return add_mailbox(inbox, settings, by=shop.owner.actor)

    with contextlib.closing(deaf), mail_server() as server:
        for n in range(3):
            box(deaf.getsockname()[1], f"deaf{n}@shop.test")
        good = box(server.imap, "good@shop.test")
        with running(Keeper().run):
            wait_for(lambda: Mailbox.objects.get(pk=good.pk).polled_at, 5)
            time.sleep(0.5)  # it idles now
            for n in range(5):
                began = time.monotonic()
                server.put(mail(f"number {n}"), user="good@shop.test")
                wait_for(lambda n=n: Receipt.objects.count() == n + 1, 5)
                assert time.monotonic() - began < 2
        assert not Mailbox.objects.filter(user__startswith="deaf", polled_at__isnull=False).exists()
