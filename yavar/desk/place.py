"""Where the desk is reached."""

from django.conf import settings


def address() -> str:
    """Its address, as its operator says: never as a request says, since anybody can write a Host into one."""
    env = settings.ENV
    return env.url or f"http://{env.host}:{env.port}"
