"""Settings → Chat, the card of visitors: off until an owner switches it on, and the launcher speaks only then."""

import pytest
from django.test import Client

from yavar.channels.chat import config_of

from .test_settings import inbox, nila, shop  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def launcher():
    return Client().get(f"/chat/{inbox().public_id}/loader.js").content.decode()


def test_visitors_are_seen_only_when_it_is_switched_on(nila):  # noqa: F811
    assert config_of(inbox().config).see_visitors is False and "/chat/visits" not in launcher()
    assert "Say so in your privacy notice" in nila.page()
    nila.do("visitors", see_visitors="on")
    assert config_of(inbox().config).see_visitors is True and "/chat/visits" in launcher()
    nila.do("visitors")
    assert config_of(inbox().config).see_visitors is False and "/chat/visits" not in launcher()
    assert nila.do("visitors", see_visitors="on", more="1").status_code == 400
