"""A refresh token becomes an access token, once as long as it lives; a grant that was withdrawn is said."""

import http.server
import json
import threading
from urllib.parse import parse_qs

import pytest

from yavar.base.events import Actor
from yavar.integrations.channels.email.actions import Settings, add_mailbox
from yavar.integrations.channels.email.doors.oauth import access_token
from yavar.integrations.channels.email.doors.verdict import Trouble
from yavar.integrations.channels.email.testing import email_inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(settings):
    """A token endpoint (RFC 6749, 6)."""

    class Endpoint(http.server.BaseHTTPRequestHandler):
        asked = []

        def do_POST(self):
            given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.asked.append(given)
            good = given["refresh_token"] == ["good"] and given["grant_type"] == ["refresh_token"]
            body = json.dumps({"access_token": f"token {len(self.asked)}", "expires_in": 3600} if good else {"error": "invalid_grant"}).encode()
            self.send_response(200 if good else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.HTTP_ALLOW = (f"127.0.0.1:{server.server_port}",)
    yield server, Endpoint.asked
    server.shutdown()


def mailbox(shop, server, refresh):
    secret = json.dumps({"client_id": "id", "client_secret": "hush", "refresh_token": refresh, "endpoint": f"http://127.0.0.1:{server.server_port}/token"})
    given = Settings(host="imap.shop.example", port=993, user="x@shop.example", auth="xoauth2", secret=secret)
    return add_mailbox(email_inbox(shop.brand), given, by=Actor("system"))


def test_a_token_is_asked_for_once(shop, provider):
    server, asked = provider
    box = mailbox(shop, server, "good")
    assert [access_token(box), access_token(box)] == ["token 1", "token 1"]
    assert asked == [{"grant_type": ["refresh_token"], "client_id": ["id"], "client_secret": ["hush"], "refresh_token": ["good"]}]


def test_a_withdrawn_grant_is_said(shop, provider):
    with pytest.raises(Trouble) as trouble:
        access_token(mailbox(shop, provider[0], "withdrawn"))
    assert trouble.value.code == "grant"
