import pytest

from yavar.base.events import Actor
from yavar.base.http.testing import Receiver
from yavar.webhooks import actions
from yavar.webhooks.testing import Work


@pytest.fixture
def shop(transactional_db, settings):
    from yavar.conversations.testing import furnish

    settings.HTTP_ALLOW = ("127.0.0.1",)
    return furnish()


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


@pytest.fixture
def other():
    with Receiver() as found:
        yield found


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def told(shop):
    """Make an endpoint of a receiver; answers it with its secret."""

    def add(receiver, *events, name="CRM"):
        return actions.add(name=name, url=f"{receiver.url}/hook", events=events or ("*",), by=Actor("system"))

    return add
