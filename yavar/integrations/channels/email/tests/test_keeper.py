"""How long a mailbox is left alone after a failure, and which failures are its own."""

import pytest

from yavar.base.problem import Problem
from yavar.integrations.channels.email.actions import Settings, add_mailbox, checked
from yavar.integrations.channels.email.doors import keeper
from yavar.integrations.channels.email.doors.verdict import trouble
from yavar.integrations.channels.email.models import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)


class Stop:
    """An event that writes down the waits, and is set after some."""

    def __init__(self, waits):
        self.left, self.waited = waits, []

    def is_set(self):
        return self.left == 0

    def wait(self, seconds):
        self.waited.append(seconds)
        self.left -= 1


def door(polls):
    """A server that answers a poll, or does not, and always cuts the line afterwards."""

    class Door:
        def __init__(self, mailbox):
            self.mailbox = mailbox

        def poll(self, _stop):
            if not polls:
                raise ConnectionResetError("cut")

        def wait(self, _stop, _lost):
            raise ConnectionResetError("cut")

        def close(self):
            """Nothing is open."""

    return Door


@pytest.mark.parametrize(("polls", "waited"), [(True, [1, 1, 1, 1]), (False, [1, 2, 3, 3])])
def test_only_failures_without_a_look_between_them_make_the_pause_longer(shop, inbox, monkeypatch, polls, waited):
    monkeypatch.setattr(keeper, "PAUSES", (1, 2, 3))
    monkeypatch.setitem(keeper.DOORS, "imap", door(polls))
    mailbox = add_mailbox(inbox, Settings(host="imap.shop.example", port=993, user="x", secret="y"), by=shop.owner.actor)
    stop = Stop(len(waited))
    keeper.Keeper()._keep(mailbox.pk, stop)
    assert stop.waited == waited
    assert Mailbox.objects.get().failure == "cut"


def test_a_fault_of_ours_is_not_said_to_be_the_owners():
    with pytest.raises(ValueError, match="ours"):
        trouble(ValueError("ours"))


@pytest.mark.parametrize("host", ["imap..shop.example", ".shop.example", f"{'x' * 64}.example"])
def test_a_host_that_no_one_can_ask_for_is_refused(host):
    with pytest.raises(Problem, match=r"host\.invalid"):
        checked(Settings(host=host, port=993, user="x"))


def test_whoever_was_told_to_stop_says_nothing_of_a_mailbox_that_was_changed_since(shop, inbox, monkeypatch):
    stop = Stop(1)

    class Late(door(False)):
        def poll(self, _stop):
            stop.left = 0  # the owner has typed another password meanwhile, and another thread is at it
            raise TimeoutError("late")

    monkeypatch.setitem(keeper.DOORS, "imap", Late)
    mailbox = add_mailbox(inbox, Settings(host="imap.shop.example", port=993, user="x", secret="y"), by=shop.owner.actor)
    keeper.Keeper()._keep(mailbox.pk, stop)
    assert (Mailbox.objects.get().failure, stop.waited) == ("", [])
