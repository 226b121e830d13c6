"""What the tests of mail share."""

import pytest

from yavar.integrations.channels.email.testing import email_inbox


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand)
