"""Where this desk is reached. Whoever starts it says so, in options or the environment; the other commands know it from a note in the data folder."""

import json
import os
from pathlib import Path

from django.conf import settings

NOTE = "serving.json"
SAID = ("HOST", "PORT", "URL", "SMTP", "LMTP", "MAIL_CERTIFICATE", "MAIL_KEY")  # nothing secret: addresses and paths


def address() -> str:
    """Where this desk is reached from this machine."""
    env = settings.ENV
    host = "127.0.0.1" if env.host in ("0.0.0.0", "::") else f"[{env.host}]" if ":" in env.host else env.host
    return env.url or f"http://{host}:{env.port}"


def note() -> None:
    """Write down how the desk is served now."""
    env = settings.ENV
    new = env.data / f"{NOTE}.new"
    new.write_text(json.dumps({name: str(getattr(env, name.lower())) for name in SAID}))
    new.replace(env.data / NOTE)


def recall(data: Path) -> None:
    """Before settings are read: as the desk in this folder was served last, wherever the environment says nothing else."""
    try:
        found = json.loads((data / NOTE).read_text())
    except FileNotFoundError:
        return
    for name in SAID:
        if found.get(name) and f"YAVAR_{name}_FILE" not in os.environ:
            os.environ.setdefault(f"YAVAR_{name}", found[name])
