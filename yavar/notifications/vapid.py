"""By what push services know this desk: a key pair of its own (RFC 8292), made when it is first wanted, its private half sealed with the desk key."""

from datetime import timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from yavar.base import clock, crypto
from yavar.base.db import transaction
from yavar.desk.place import address

from .models import PushKey
from .sealing import CURVE, lettered, public_of

GOOD_FOR = timedelta(hours=12)  # RFC 8292, 2: at most a day
NOBODY = "mailto:desk@example.invalid"  # when the desk has no address on the internet; some services refuse it


def key() -> PushKey:
    """The pair. There is one, whoever asks first; one that was sealed with another desk key gives way to a new one, to which browsers come over as their inbox is opened."""
    found = PushKey.objects.filter(pk=1).first()
    if found is not None and _opens(found):
        return found
    made = ec.generate_private_key(CURVE)
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    with transaction():
        row = PushKey(pk=1, public=lettered(public_of(made)), private=crypto.seal(private), created_at=clock.now())
        if found is not None:
            PushKey.objects.filter(pk=1, public=found.public).delete()
        PushKey.objects.bulk_create([row], ignore_conflicts=True)
    return PushKey.objects.get(pk=1)


def _opens(pair: PushKey) -> bool:
    try:
        crypto.unseal(pair.private)
    except ValueError:
        return False
    return True


def authorization(endpoint: str, pair: PushKey) -> str:
    """The Authorization header for one push service (its origin is what it is good for). Raises ValueError under another desk key."""
    parts, own = urlsplit(endpoint), address()
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}", "exp": int((clock.now() + GOOD_FOR).timestamp()), "sub": own if own.startswith("https://") else NOBODY,
    }  # fmt: skip
    token = jwt.encode(claims, crypto.unseal(pair.private), algorithm="ES256")
    return f"vapid t={token}, k={pair.public}"
