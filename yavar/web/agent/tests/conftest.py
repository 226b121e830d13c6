"""A small shop and its owner at the settings."""

import pytest

from .deciding import Decider


@pytest.fixture
def shop(transactional_db):
    from yavar.conversations.testing import furnish

    return furnish()


@pytest.fixture
def nila(shop):
    return Decider(shop.owner)
