"""Signing in with a provider: consent in the browser, a grant that the form takes, and nothing for who comes with a state of somebody else."""

import http.server
import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from yavar.integrations.channels.email.doors import check as checking
from yavar.integrations.channels.email.doors import oauth
from yavar.integrations.channels.email.models import Mailbox
from yavar.integrations.channels.email.testing import email_inbox

from .test_settings_mail import TYPED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(settings, monkeypatch):
    """A token endpoint that knows one code (RFC 6749, 4.1.3)."""
    asked = []

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            given = {name: values[0] for name, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
            asked.append(given)
            good = given.get("code") == "good"
            body = json.dumps({"access_token": "a", "expires_in": 3600, "refresh_token": "r"} if good else {"error": "invalid_grant"}).encode()
            self.send_response(200 if good else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.HTTP_ALLOW = (f"127.0.0.1:{server.server_port}",)
    monkeypatch.setitem(oauth.ENDPOINTS, "google", f"http://127.0.0.1:{server.server_port}/token")
    yield asked
    server.shutdown()


@pytest.fixture
def owner(shop):
    client = Client()
    client.force_login(shop.owner)
    return client


@pytest.fixture
def inbox(shop):
    return email_inbox(shop.brand)


def begin(owner, inbox, **more):
    page = f"/settings/consent?inbox={inbox.public_id}"
    assert owner.post(page, {"do": "begin", "provider": "google", "client_id": "desk", "client_secret": "hush"} | more).status_code == 303
    shown = owner.get(page).content.decode()
    url = shown.partition('href="https://accounts.google.com')[2].partition('"')[0].replace("&amp;", "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_owner_agrees_there_and_the_form_takes_it(owner, inbox, provider, monkeypatch):
    monkeypatch.setattr("yavar.web.agent.settings.mail.check", lambda _box: checking.Verdict("ok", "well"))
    sent = begin(owner, inbox)
    assert sent["client_id"] == "desk" and sent["code_challenge_method"] == "S256" and "hush" not in str(sent)
    back = owner.get("/settings/consent/granted", {"state": sent["state"], "code": "good"})
    assert back.status_code == 302 and back.headers["Location"] == f"/settings/mail?inbox={inbox.public_id}#connect"
    assert provider[0]["redirect_uri"] == sent["redirect_uri"] == "http://testserver/settings/consent/granted" and provider[0]["code_verifier"]
    assert 'value="imap.gmail.com"' in owner.get(f"/settings/mail?inbox={inbox.public_id}").content.decode()
    typed = TYPED | {"do": "connect", "host": "imap.gmail.com", "auth": "google", "secret": ""}
    assert owner.post(f"/settings/mail?inbox={inbox.public_id}", typed).status_code == 303
    box = Mailbox.objects.get()
    assert box.auth == "xoauth2" and json.loads(box.unsealed_secret()) == {
        "client_id": "desk", "client_secret": "hush", "refresh_token": "r", "endpoint": oauth.ENDPOINTS["google"],
    }  # fmt: skip


@pytest.mark.parametrize("query", [{"code": "bad"}, {"error": "access_denied"}])
def test_a_no_is_said_and_nothing_is_kept(owner, inbox, provider, query):
    sent = begin(owner, inbox)
    back = owner.get("/settings/consent/granted", {"state": sent["state"]} | query)
    assert back.status_code == 302 and 'role="alert"' in owner.get(back.headers["Location"]).content.decode()
    assert "mail_grant" not in owner.session


def test_another_state_or_a_second_time_is_nothing(owner, inbox, provider):
    sent = begin(owner, inbox)
    assert owner.get("/settings/consent/granted", {"state": "x" * 32, "code": "good"}).status_code == 404 and not provider
    owner.get("/settings/consent/granted", {"state": sent["state"], "code": "good"})
    assert owner.get("/settings/consent/granted", {"state": sent["state"], "code": "good"}).status_code == 404 and len(provider) == 1


def test_secrets_do_not_lie_in_the_session_in_the_clear(owner, inbox, provider):
    sent = begin(owner, inbox)
    assert "hush" not in json.dumps(dict(owner.session))
    owner.get("/settings/consent/granted", {"state": sent["state"], "code": "good"})
    assert "hush" not in json.dumps(dict(owner.session)) and '"r"' not in json.dumps(dict(owner.session))
