import pytest

from yavar.base.http.testing import Receiver
from yavar.webhooks.testing import Work


@pytest.fixture
def shop(transactional_db, settings):
    from yavar.conversations.testing import furnish

    settings.HTTP_ALLOW = ("127.0.0.1",)
    return furnish()


@pytest.fixture
def service():
    """A push service."""
    with Receiver() as found:
        found.answers = [(201, b"")]
        yield found


@pytest.fixture
def work():
    """Does what a worker does."""
    return Work()
