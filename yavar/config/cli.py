"""The command `yavar`."""

import argparse
import os
import sys
from importlib import import_module

EPILOG = "Settings come from YAVAR_* variables (docs/operate/settings.md). Everything the desk keeps lies in the data folder."


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="yavar", description="Yavar, the support desk: every channel in one inbox.", epilog=EPILOG)
    top.add_argument("--version", action="store_true", help="print the version")
    commands = top.add_subparsers(dest="command", metavar="command")

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=summary)
        made.add_argument("--data", metavar="DIR", help="the data folder (default: YAVAR_DATA, else ./data)")
        return made

    serve = add("serve", "run the desk: web, streams, writer and worker")
    demo = add("demo", "run a desk with a demonstration shop, customers and sign-ins")
    for made in (serve, demo):
        made.add_argument("--host", help="address to listen on (default 127.0.0.1)")
        made.add_argument("--port", type=int, help="port to listen on (default 8000)")
    work = add("work", "run a worker of its own (on PostgreSQL; on SQLite `serve` does it)")
    work.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    add("doctor", "check the desk's settings, database, disk and queues, and say what to do")
    user = add("user", "add people of the team, list them, set a password or role; make an API token")
    user.add_argument("action", choices=["add", "list", "password", "role", "off", "on", "token"])
    user.add_argument("email", nargs="?", metavar="EMAIL|NAME", help="whom; for token: a team member's address, or the name of a program")
    user.add_argument("--name")
    user.add_argument("--role", choices=["viewer", "agent", "supervisor", "admin", "owner"], default="agent")
    user.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="RIGHT",
        help="token: conversation.read, conversation.*, *.read or all; may be repeated (default *.read)",
    )
    user.add_argument("--lang", choices=["fa", "ru", "en"], default="en")
    user.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    chat = add("chat", "put the chat on a shop's pages: allowed origins, the line for the page, the signing secret")
    chat.add_argument("action", choices=["show", "allow", "disallow", "form", "secret"])
    chat.add_argument("value", nargs="*", help="allow/disallow: origins such as https://shop.example; form: name=ask|require|off email=…")
    mail = add("mail", "look at mail: print what a raw mail says, one line of JSON for each file")
    mail.add_argument("action", choices=["inspect"])
    mail.add_argument("file", nargs="+", metavar="FILE", help="inspect: raw mails (.eml); needs no data folder")
    mail.add_argument("--text", action="store_true", help="inspect: the files are bare texts; print the reply without quotes and signature")
    sla = add("sla", "reckon promises: print when each case of a file is due, one line of JSON for each")
    sla.add_argument("action", choices=["due"])
    sla.add_argument("file", nargs="+", metavar="FILE", help="due: cases with their calendars (docs/operate/reckoning.md); needs no data folder")
    jobs = add("jobs", "look at work that failed; give it a new start")
    jobs.add_argument("action", choices=["list", "retry"])
    jobs.add_argument("id", nargs="?", type=int, help="one job; without it all dead ones")
    simulate = add("simulate", "drive chats against a running desk and check that nothing is lost or doubled")
    simulate.add_argument("--url", default="http://127.0.0.1:8000")
    simulate.add_argument("--chats", type=int, default=50)
    simulate.add_argument("--messages", type=int, default=10, help="messages of each visitor")
    simulate.add_argument("--agent", help="e-mail of an agent who answers (demo: filled in by itself)")
    simulate.add_argument("--password", help="their password")
    simulate.add_argument("--inbox", help="key of the chat inbox (default: the first of this data folder)")
    backup = add("backup", "put the whole desk into one file while it runs, and check the file")
    backup.add_argument("file", nargs="?", help="default: backups/yavar-<time>.tar in the data folder")
    backup.add_argument("--keep", type=int, default=0, metavar="N", help="with the default name: remove all but the newest N")
    backup.add_argument("--without-key", action="store_true", help="leave the desk's key out; sealed secrets then open only with the key kept elsewhere")
    restore = add("restore", "bring a desk back from a backup; it begins a new life: sessions end, webhooks wait")
    restore.add_argument("file")
    restore.add_argument("--replace", action="store_true", help="put the desk that is here aside first (it is moved, not removed)")
    restore.add_argument("--check", action="store_true", help="only say whether the backup is whole")
    audit = add("audit", "check that nobody changed the diary, or print what the team did as JSON lines")
    audit.add_argument("action", choices=["verify", "export"])
    add("reindex", "make the search index anew beside the living one, while the desk runs")
    add("vacuum", "refresh the database's statistics and give back unused room, while the desk runs")
    add("migrate", "bring the database to this version (serve does it by itself on SQLite)")
    return top


RUNS = {
    "serve": "yavar.config.run:serve", "demo": "yavar.config.run:demo", "work": "yavar.config.run:work", "migrate": "yavar.config.run:migrate",
    "doctor": "yavar.config.doctor:doctor", "user": "yavar.config.commands:user", "chat": "yavar.config.commands:chat", "jobs": "yavar.config.commands:jobs", "mail": "yavar.config.mail:command",
    "sla": "yavar.config.sla:command",
    "backup": "yavar.config.backup.make:command", "restore": "yavar.config.backup.restore:command", "audit": "yavar.config.commands:audit", "simulate": "yavar.config.simulate:command",
    "reindex": "yavar.config.upkeep:reindex", "vacuum": "yavar.config.upkeep:vacuum",
}  # fmt: skip
DESKLESS = {("mail", "inspect"), ("sla", "due")}  # what needs neither settings nor a data folder


def main(arguments: list[str] | None = None) -> None:
    """Run one command; what is wrong is said in one sentence, with exit code 1."""
    top = parser()
    given = top.parse_args(arguments)
    if given.version:
        from yavar import __version__

        print(f"yavar {__version__}")
        return
    if not given.command:
        top.print_help()
        return
    for name in ("data", "host", "port"):
        if getattr(given, name, None) is not None:
            os.environ[f"YAVAR_{name.upper()}"] = str(getattr(given, name))
    if given.command == "demo":
        os.environ["YAVAR_DEMO"] = "1"
        os.environ.setdefault("YAVAR_DATA", ".data/demo")
        os.environ.setdefault("YAVAR_SMTP", "127.0.0.1:2525")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yavar.config.settings")
    from .env import Unsafe, data_folder
    from .place import recall

    module, _, function = RUNS[given.command].partition(":")
    try:
        if (given.command, getattr(given, "action", "")) not in DESKLESS:
            import django

            if given.command not in ("serve", "demo"):
                recall(data_folder())
            django.setup()
        code = getattr(import_module(module), function)(given)
    except Unsafe as unsafe:
        sys.exit(f"yavar: {unsafe}")
    sys.exit(code or 0)
