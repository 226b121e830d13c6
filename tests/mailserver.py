"""A real mail server for tests: Postfix takes mail by SMTP and hands it to Dovecot, which serves IMAP and POP3. Private configuration, private ports.

Needs root (Dovecot changes to a mail user) and Debian's packages; `available()` says whether they are here.
"""

import contextlib
import http.server
import json
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import psutil

from tests.ports import free_port

DOVECOT, POSTFIX = "/usr/sbin/dovecot", "/usr/sbin/postfix"
PASSWORD, TOKEN = "secret", "good-token"
DOMAIN = "shop.test"
UID = 5900


def available() -> str:
    """'' or what is missing."""
    if os.geteuid():
        return "Dovecot and Postfix need root"
    return "" if Path(DOVECOT).exists() and Path(POSTFIX).exists() else "Dovecot and Postfix are not installed"


class Introspection(http.server.BaseHTTPRequestHandler):
    """What Dovecot asks about a token (RFC 7662)."""

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        good = asked.get("token") == [TOKEN]
        body = json.dumps({"active": True, "email": f"support@{DOMAIN}", "username": f"support@{DOMAIN}"} if good else {"active": False}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Silence."""


class MailServer:
    """Start, stop, send; accounts exist as soon as they are named: any user of DOMAIN with PASSWORD."""

    def __init__(self) -> None:
        self.folder = folder = Path(tempfile.mkdtemp(prefix="mail"))  # short: below it lie sockets, whose names may have 107 characters
        self.imap, self.pop3, self.smtp, self.lmtp, self.imaps = (free_port() for _ in range(5))
        self._asked = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Introspection)
        self._dovecot: subprocess.Popen[bytes] | None = None
        for name in ("base", "mail", "state"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o755)  # the mail user has to come through
        os.chown(folder / "mail", UID, UID)
        self._write_dovecot()
        self._write_postfix()

    def _write_dovecot(self) -> None:
        f = self.folder
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", f / "key.pem", "-out", f / "cert.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        (f / "oauth2.conf").write_text(
            f"introspection_mode = post\nintrospection_url = http://127.0.0.1:{self._asked.server_port}/introspect\nusername_attribute = email\nactive_attribute = active\nactive_value = true\n"
        )
        (f / "dovecot.conf").write_text(f"""
base_dir = {f}/base
state_dir = {f}/state
log_path = {f}/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{f}/cert.pem
ssl_key = <{f}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2 oauthbearer
mail_location = maildir:{f}/mail/%u
first_valid_uid = 1
mail_uid = {UID}
mail_gid = {UID}
passdb {{
  driver = static
  args = password={PASSWORD}
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {f}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={UID} gid={UID} home={f}/mail/%u allow_all_users=yes
}}
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap}
  }}
  inet_listener imaps {{
    port = {self.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {self.pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.lmtp}
  }}
}}
""")

    def _start_postfix(self) -> None:
        """Once more after a moment if need be: the ports were free when they were chosen, and on a busy machine somebody else may have had one since."""
        words = [POSTFIX, "-c", str(self.folder / "postfix"), "start"]
        if subprocess.run(words, capture_output=True).returncode:
            time.sleep(1)
            done = subprocess.run(words, capture_output=True, text=True)
            assert not done.returncode, done.stdout + done.stderr

    def _write_postfix(self) -> None:
        etc, f = self.folder / "postfix", self.folder
        shutil.copytree("/etc/postfix", etc, symlinks=True)
        for name in ("queue", "pfdata"):
            (f / name).mkdir()
        shutil.chown(f / "pfdata", "postfix", "postfix")
        (etc / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {f}/queue
data_directory = {f}/pfdata
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.{DOMAIN}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = {DOMAIN}
virtual_transport = lmtp:inet:127.0.0.1:{self.lmtp}
recipient_delimiter = +
default_transport = error:nobody outside is written to
relay_transport = error:nobody outside is written to
maillog_file = /var/log/yavar-test-{self.smtp}.log
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
alias_maps =
lmtp_destination_concurrency_limit = 1
""")
        lines = (etc / "master.cf").read_text().splitlines()
        kept = [line for line in lines if not line.startswith(("smtp      inet", "smtps", "submission", "#", "  -o")) and line.strip()]
        no_chroot = [line if line.startswith(" ") else self._without_chroot(line) for line in kept]
        (etc / "master.cf").write_text("\n".join([f"127.0.0.1:{self.smtp} inet n - n - - smtpd", *no_chroot]) + "\n")

    @staticmethod
    def _without_chroot(line: str) -> str:
        words = line.split()
        words[4] = "n"
        return " ".join(words)

    def start(self) -> "MailServer":
        """Both servers answer when this returns."""
        threading.Thread(target=self._asked.serve_forever, daemon=True).start()
        self.start_dovecot()
        self._start_postfix()
        self._wait_for(self.smtp)
        return self

    def start_dovecot(self) -> None:
        """Mailboxes can be read."""
        self._dovecot = subprocess.Popen([DOVECOT, "-F", "-c", str(self.folder / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for port in (self.imap, self.pop3, self.lmtp):
            self._wait_for(port)

    def stop_dovecot(self) -> None:
        """Mailboxes are away; Postfix keeps what comes meanwhile."""
        assert self._dovecot is not None
        serving = psutil.Process(self._dovecot.pid).children(recursive=True)  # they would go on with whoever is connected
        self._dovecot.send_signal(signal.SIGTERM)
        self._dovecot.wait(timeout=10)
        for each in serving:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()

    def flush(self) -> None:
        """Postfix tries again what it could not deliver."""
        subprocess.run(["/usr/sbin/postqueue", "-c", str(self.folder / "postfix"), "-f"], check=True, capture_output=True)

    def stop(self) -> None:
        """Both end."""
        subprocess.run([POSTFIX, "-c", str(self.folder / "postfix"), "stop"], capture_output=True)
        self.stop_dovecot()
        self._asked.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)
        Path(f"/var/log/yavar-test-{self.smtp}.log").unlink(missing_ok=True)

    def _wait_for(self, port: int) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        log = self.folder / "dovecot.log"
        raise RuntimeError(f"nobody listens on {port}: {log.read_text()[-2000:] if log.exists() else ''}")

    def send(self, *mails: bytes, to: str = f"support@{DOMAIN}", sender: str = "maryam@shop.example") -> None:
        """By SMTP to Postfix."""
        with smtplib.SMTP("127.0.0.1", self.smtp) as line:
            for mail in mails:
                line.sendmail(sender, [to], mail)

    def put(self, *mails: bytes, user: str = f"support@{DOMAIN}") -> None:
        """Straight into the mailbox, in order, as a delivery does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as line:
            for mail in mails:
                line.sendmail("maryam@shop.example", [user], mail)


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """One that runs."""
    server = MailServer().start()
    try:
        yield server
    finally:
        server.stop()
