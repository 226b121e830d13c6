"""Sign-in with a token instead of a password (XOAUTH2): Google and Microsoft take no passwords for mail any more.

The owner registers an application of their own at the provider, gives its id and secret, and consents in the browser (RFC 6749, 4.1, with PKCE, RFC 7636).
"""

import base64
import hashlib
import time
from urllib.parse import urlencode

import msgspec

from yavar.base import http

from ..models import Account
from . import line
from .verdict import Trouble

ENDPOINTS = {"google": "https://oauth2.googleapis.com/token", "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}
ASK = {"google": "https://accounts.google.com/o/oauth2/v2/auth", "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize"}
SCOPES = {
    "google": "https://mail.google.com/",
    "microsoft": "offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All https://outlook.office.com/SMTP.Send",
}
_kept: dict["Grant", tuple[str, float]] = {}  # token, and when it ends


class Grant(msgspec.Struct, frozen=True):
    """What a mailbox's secret holds: the refresh token that its owner's consent gave (RFC 6749, 6), and with whom to change it."""

    client_id: str
    client_secret: str
    refresh_token: str
    endpoint: str


class _Told(msgspec.Struct):
    access_token: str
    expires_in: float = 3600
    refresh_token: str = ""


def consent_url(provider: str, client_id: str, *, back: str, state: str, verifier: str) -> str:
    """Where the owner consents; from there they come `back` with a code and our `state`."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": client_id, "redirect_uri": back, "response_type": "code", "scope": SCOPES[provider], "access_type": "offline", "prompt": "consent", "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{ASK[provider]}?{urlencode(asked)}"


def redeem(provider: str, client_id: str, client_secret: str, *, code: str, back: str, verifier: str) -> Grant:
    """What the code of a consent is good for. Raises Trouble when the provider does not take it, or gives no refresh token."""
    asked = {
        "grant_type": "authorization_code", "client_id": client_id, "client_secret": client_secret, "code": code, "redirect_uri": back, "code_verifier": verifier,
    }  # fmt: skip
    told = _ask(ENDPOINTS[provider], asked)
    if not told.refresh_token:
        raise Trouble("grant", "no refresh token was given")
    return Grant(client_id, client_secret, told.refresh_token, ENDPOINTS[provider])


def access_token(account: Account) -> str:
    """A token that is good for some minutes at least. Raises Trouble when the grant was withdrawn or the provider does not answer."""
    secret = line.secret(account)
    try:
        grant = msgspec.json.decode(secret, type=Grant)
    except msgspec.MsgspecError:  # a password, kept from before
        raise Trouble("grant") from None
    token, until = _kept.get(grant, ("", 0.0))
    if until > time.monotonic():
        return token
    asked = {"grant_type": "refresh_token", "client_id": grant.client_id, "client_secret": grant.client_secret, "refresh_token": grant.refresh_token}
    told = _ask(grant.endpoint, asked)
    _kept[grant] = told.access_token, time.monotonic() + max(0.0, told.expires_in - 120)
    return told.access_token


def _ask(endpoint: str, asked: dict[str, str]) -> _Told:
    try:
        answer = http.send("POST", endpoint, headers={"Content-Type": "application/x-www-form-urlencoded"}, body=urlencode(asked).encode())
        if answer.status != 200:
            raise Trouble("grant", answer.body[:200].decode("utf-8", "replace"))
        return msgspec.json.decode(answer.body, type=_Told)
    except http.HttpError as error:
        raise Trouble("timeout", str(error)) from None
    except msgspec.MsgspecError as error:
        raise Trouble("grant", str(error)) from None


def xoauth2(user: str, token: str) -> str:
    """The initial response of SASL XOAUTH2 (Google, "XOAUTH2 mechanism")."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()
