"""Where this desk is reached."""

from django.conf import settings


def address() -> str:
    """Where this desk is reached from this machine."""
    env = settings.ENV
    host = "127.0.0.1" if env.host in ("0.0.0.0", "::") else f"[{env.host}]" if ":" in env.host else env.host
    return env.url or f"http://{host}:{env.port}"
