"""Sign-in with a token instead of a password (XOAUTH2): Google and Microsoft take no passwords for mail any more."""

import base64
import time
from urllib.parse import urlencode

import msgspec

from yavar.base import http

from ..models import Account
from . import line
from .verdict import Trouble

ENDPOINTS = {"google": "https://oauth2.googleapis.com/token", "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}
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
    try:
        answer = http.send("POST", grant.endpoint, headers={"Content-Type": "application/x-www-form-urlencoded"}, body=urlencode(asked).encode())
        if answer.status != 200:
            raise Trouble("grant", answer.body[:200].decode("utf-8", "replace"))
        told = msgspec.json.decode(answer.body, type=_Told)
    except http.HttpError as error:
        raise Trouble("timeout", str(error)) from None
    except msgspec.MsgspecError as error:
        raise Trouble("grant", str(error)) from None
    _kept[grant] = told.access_token, time.monotonic() + max(0.0, told.expires_in - 120)
    return told.access_token


def xoauth2(user: str, token: str) -> str:
    """The initial response of SASL XOAUTH2 (Google, "XOAUTH2 mechanism")."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()
