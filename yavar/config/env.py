"""What an operator decides: `YAVAR_*` from the environment, each also as `YAVAR_*_FILE`. Typed once, here."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Unsafe(RuntimeError):
    """A setting with which the desk refuses to start; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Env:
    """The operator's settings."""

    data: Path
    secret_key: str = field(repr=False)
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    url: str = ""
    debug: bool = False
    proxies: str = "127.0.0.1"
    rate: float = 1.0  # messages a visitor may send per second, after a burst of 20; 0 = no limit (benchmarks)
    threads: int = 8
    demo: bool = False
    smtp: str = ""  # host:port where mail is taken by SMTP; '' = nowhere
    lmtp: str = ""  # host:port where the mail server beside us hands mail over by LMTP
    mail_certificate: str = ""  # PEM files with which the SMTP door offers STARTTLS
    mail_key: str = ""
    esp: tuple[str, ...] = ()  # mail providers that may post mail: mailgun, sendgrid, postmark, sparkpost
    esp_secret: str = field(default="", repr=False)  # name:password that they have to send
    mailgun_key: str = field(default="", repr=False)  # Mailgun's webhook signing key
    http_allow: tuple[str, ...] = ()  # host or host:port that may be called although it is no public address: an intranet

    @property
    def sqlite(self) -> bool:
        """Whether the desk lives in one SQLite file."""
        return not self.database

    @property
    def secure(self) -> bool:
        """Whether people reach it over TLS."""
        return self.url.startswith("https://")


def _text(source: Mapping[str, str], name: str, default: str = "") -> str:
    if path := source.get(f"YAVAR_{name}_FILE"):
        return Path(path).read_text().strip()
    return source.get(f"YAVAR_{name}", default).strip()


def _flag(text: str) -> bool:
    return text.lower() in ("1", "true", "yes", "on")


def data_folder(source: Mapping[str, str] = os.environ) -> Path:
    """Where the desk keeps its data."""
    return Path(_text(source, "DATA", "data")).expanduser().resolve()


def read(source: Mapping[str, str] = os.environ) -> Env:
    """The environment as an Env. Raises Unsafe."""
    data = data_folder(source)
    env = Env(
        data=data, secret_key=_text(source, "SECRET_KEY") or _own_key(data), database=_text(source, "DATABASE"), host=_text(source, "HOST", "127.0.0.1"),
        port=int(_text(source, "PORT", "8000")), url=_text(source, "URL").rstrip("/"), debug=_flag(_text(source, "DEBUG")),
        proxies=_text(source, "PROXIES", "127.0.0.1"), rate=float(_text(source, "RATE", "1")), threads=int(_text(source, "THREADS", "8")), demo=_flag(_text(source, "DEMO")),
        smtp=_text(source, "SMTP"), lmtp=_text(source, "LMTP"), mail_certificate=_text(source, "MAIL_CERTIFICATE"), mail_key=_text(source, "MAIL_KEY"),
        esp=tuple(_text(source, "ESP").lower().replace(",", " ").split()), esp_secret=_text(source, "ESP_SECRET"), mailgun_key=_text(source, "MAILGUN_KEY"),
        http_allow=tuple(each.strip().lower() for each in _text(source, "HTTP_ALLOW").split(",") if each.strip()),
    )  # fmt: skip
    _refuse_unsafe(env)
    return env


def _refuse_unsafe(env: Env) -> None:
    if len(env.secret_key) < 32 or len(set(env.secret_key)) < 8:
        raise Unsafe("YAVAR_SECRET_KEY is too short or too plain: use at least 32 random characters, or leave it out and the desk makes its own.")
    for entry in env.http_allow:
        try:
            known = urlsplit(f"//{entry}")
            good = bool(known.hostname) and (known.port or 1) > 0 and not known.path
        except ValueError:
            good = False
        if not good:
            raise Unsafe(f"YAVAR_HTTP_ALLOW: “{entry}” is neither a host nor host:port.")
    if env.esp and (len(env.esp_secret) < 20 or ":" not in env.esp_secret):
        raise Unsafe("YAVAR_ESP needs YAVAR_ESP_SECRET: name:password with at least 20 characters, which the provider sends along.")
    if "mailgun" in env.esp and not env.mailgun_key:
        raise Unsafe("YAVAR_ESP names mailgun: set YAVAR_MAILGUN_KEY to its webhook signing key.")
    for name, at in (("SMTP", env.smtp), ("LMTP", env.lmtp)):
        host, _colon, port = at.rpartition(":")
        if at and (not host or not port.isdecimal() or not 0 < int(port) < 65536):
            raise Unsafe(f"YAVAR_{name}: “{at}” is not host:port, such as 127.0.0.1:2525.")
        here = host.strip("[]") in ("127.0.0.1", "localhost", "::1")
        if at and not here and (name == "LMTP" or not env.mail_certificate):
            why = "LMTP is for a mail server on the same machine" if name == "LMTP" else "a door for the whole network needs YAVAR_MAIL_CERTIFICATE"
            raise Unsafe(f"YAVAR_{name}: {why}; listen on 127.0.0.1, or put your mail server in front.")
    public = env.host not in ("127.0.0.1", "localhost", "::1") or env.secure
    if env.debug and public:
        raise Unsafe("YAVAR_DEBUG shows the inside of the desk to everyone: switch it off, or listen on 127.0.0.1 only.")


def _own_key(data: Path) -> str:
    """The desk's own key, made at the first start and kept beside its data, readable by the owner alone."""
    path = data / "secret.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def database(env: Env) -> dict[str, object]:
    """Django's description of the database."""
    if env.sqlite:
        # no mmap_size: in WAL mode whoever reads after somebody else's commit maps the whole file anew, a tenth of the time of an answer
        pragmas = "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=16000; PRAGMA cache_size=-16384"
        options: dict[str, object] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "cached_statements": 512,
            "init_command": pragmas + "; PRAGMA busy_timeout=5000",
        }
        return {"ENGINE": "yavar.base.db.sqlite", "NAME": str(env.data / "desk.sqlite3"), "OPTIONS": options, "CONN_MAX_AGE": None}
    parts = urlsplit(env.database)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Unsafe("YAVAR_DATABASE must be a postgresql:// address; without it the desk keeps its data in one file under YAVAR_DATA.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "yavar.base.db.postgres", "NAME": unquote(parts.path.lstrip("/")), "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""), "HOST": unquote(query.get("host", parts.hostname or "")), "PORT": parts.port or "", "CONN_MAX_AGE": None,
    }  # fmt: skip
