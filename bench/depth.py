"""`bench/run depth`: what the inbox's reads cost in the database on a young, a middling and an old desk (made by `bench/run million`)."""

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import million, words

RUNS = 300
TIMES = 3  # each sample is read three times and the middle one counts: the machine has others to serve
Read = Callable[[], object]


def reads(rng: random.Random) -> dict[str, Callable[[], Read]]:
    """Name -> a function that picks a sample and answers the read to be measured."""
    from yavar.base.problem import Problem
    from yavar.conversations.finding import find
    from yavar.conversations.lists import Place, counts, page, view
    from yavar.conversations.models import Conversation, Inbox, Tag
    from yavar.conversations.notes.timeline import timeline
    from yavar.conversations.queries import customer_card, rows
    from yavar.people.models import Agent, Team
    from yavar.web.api.reading import conversation_for

    numbers = Conversation.objects.order_by("-pk").values_list("pk", flat=True)[0]
    owner, rare, big, own, team = (lambda n=n: Agent.objects.get(pk=n) for n in range(1, 6))

    def anyone() -> Agent:
        return Agent.objects.get(pk=rng.randint(6, million.AGENTS))

    inboxes, tags, teams = list(Inbox.objects.order_by("pk")), list(Tag.objects.order_by("pk")), list(Team.objects.order_by("pk"))

    def some(**wanted: Any) -> Conversation:
        found = Conversation.objects.filter(pk__gte=rng.randint(1, numbers), **wanted).order_by("pk").first()
        return found or Conversation.objects.filter(**wanted).order_by("pk").first() or Conversation.objects.order_by("pk")[0]

    def listed(who: Callable[[], Agent], name: Callable[[], str], tab: str = "open", deep: bool = False) -> Callable[[], Read]:
        def pick() -> Read:
            agent, called, before = who(), name(), None
            if deep:
                at = some(status={"open": "open", "done": "resolved"}[tab])
                before = Place(at.last_at, at.public_id)

            def read() -> object:
                found, _more = page(view(agent, called, tab), before)
                return rows(agent, found)

            return read

        return pick

    def opened(who: Callable[[], Agent], which: Callable[[], Conversation]) -> Callable[[], Read]:
        def pick() -> Read:
            agent, public = who(), which().public_id

            def read() -> object:
                try:
                    found = conversation_for(agent, public)
                except Problem:
                    return None
                return rows(agent, [found]), timeline(found.pk), customer_card(agent, found.customer, apart_from=found.pk)

            return read

        return pick

    def counted(who: Callable[[], Agent]) -> Callable[[], Read]:
        def pick() -> Read:
            agent = who()
            return lambda: counts(agent)

        return pick

    def searched(who: Callable[[], Agent], query: Callable[[], str]) -> Callable[[], Read]:
        def pick() -> Read:
            agent, text = who(), query()
            return lambda: find(agent, text)

        return pick

    talk = words.languages(random.Random(1))

    def word(low: int, high: int) -> str:
        return rng.choice(rng.choice(list(talk.values())).vocabulary[low:high])

    def two() -> str:
        return " ".join(rng.sample(rng.choice(list(talk.values())).vocabulary[:20], 2))

    def order() -> str:
        from yavar.conversations.models import Message

        at = rng.randint(1, Message.objects.order_by("-pk")[0].pk)
        found = Message.objects.filter(pk__gte=at, text__contains=" NK-").order_by("pk").first() or Message.objects.filter(text__contains=" NK-")[0]
        return found.text.split(" NK-")[1]

    def named(full: bool) -> str:
        name = rng.choice(list(talk.values())).name()
        return name if full else name.split()[0]

    busiest = Conversation.objects.filter(customer=million_busy()).order_by("-last_at")
    everyone = {"owner": owner, "agent of the rare inbox": rare, "agent of the big inbox": big, "agent who sees own": own, "agent who sees the team's": team}
    found: dict[str, Callable[[], Read]] = {
        "mine, open": listed(anyone, lambda: "mine"),
        "mine, done": listed(anyone, lambda: "mine", "done"),
        "unassigned": listed(anyone, lambda: "unassigned"),
        "all, open": listed(anyone, lambda: "all"),
        "all, waiting": listed(anyone, lambda: "all", "waiting"),
        "all, done": listed(anyone, lambda: "all", "done"),
        "all, done, any next page": listed(anyone, lambda: "all", "done", deep=True),
        "mine, done, any next page": listed(anyone, lambda: "mine", "done", deep=True),
        "inbox big, done, any next page": listed(anyone, lambda: f"inbox:{inboxes[0].public_id}", "done", deep=True),
        "inbox big, open": listed(anyone, lambda: f"inbox:{inboxes[0].public_id}"),
        "inbox rare, done": listed(anyone, lambda: f"inbox:{inboxes[-1].public_id}", "done"),
        "team, open": listed(anyone, lambda: f"team:{rng.choice(teams).public_id}"),
        "team, done": listed(anyone, lambda: f"team:{rng.choice(teams).public_id}", "done"),
        "tag common, open": listed(anyone, lambda: f"tag:{tags[0].public_id}"),
        "tag common, done": listed(anyone, lambda: f"tag:{tags[0].public_id}", "done"),
        "tag common, done, any next page": listed(anyone, lambda: f"tag:{tags[0].public_id}", "done", deep=True),
        "tag middling, open": listed(anyone, lambda: f"tag:{tags[rng.randint(10, 40)].public_id}"),
        "tag middling, done": listed(anyone, lambda: f"tag:{tags[rng.randint(10, 40)].public_id}", "done"),
        "tag rare, open": listed(anyone, lambda: f"tag:{tags[-1].public_id}"),
        "tag rare, done": listed(anyone, lambda: f"tag:{tags[-1].public_id}", "done"),
        "mentions, open": listed(anyone, lambda: "mentions"),
        "mentions, done": listed(anyone, lambda: "mentions", "done"),
        "snoozed": listed(anyone, lambda: "snoozed"),
        "drafts": listed(anyone, lambda: "drafts"),
        **{f"all, open: {title}": listed(who, lambda: "all") for title, who in everyone.items() if who is not owner},
        **{f"all, done: {title}": listed(who, lambda: "all", "done") for title, who in everyone.items() if who is not owner},
        "unassigned, done: agent of the rare inbox": listed(rare, lambda: "unassigned", "done"),
        "counts": counted(anyone),
        **{f"counts: {title}": counted(who) for title, who in everyone.items()},
        "open a conversation": opened(anyone, some),
        "open a conversation: agent of the rare inbox": opened(rare, lambda: some(inbox=inboxes[-1])),
        "open the busiest customer's": opened(anyone, lambda: busiest[rng.randint(0, 5)]),
        "open the busiest customer's: agent of the big inbox": opened(big, lambda: busiest[rng.randint(0, 5)]),
    }
    queries: dict[str, Callable[[], str]] = {
        "common word": lambda: word(0, 10), "two common words": two, "middling word": lambda: word(200, 2000), "rare word": lambda: word(9000, 12000), "unique number": order, "nothing": lambda: f"zz{rng.randrange(10**9)}qx",
        "1 letter": lambda: word(0, 80)[:1], "2 letters": lambda: word(0, 80)[:2], "3 letters": lambda: word(0, 80)[:3], "4 letters": lambda: word(0, 80)[:4], "5 letters": lambda: word(0, 80)[:5],
        "first name": lambda: named(False), "full name": lambda: named(True), "reference": lambda: some().reference,
    }  # fmt: skip
    for what, query in queries.items():
        found[f"search {what}"] = searched(owner, query)
    for title, who in everyone.items():
        if who is not owner:
            for what in ("common word", "two common words", "rare word", "3 letters", "first name"):
                found[f"search {what}: {title}"] = searched(who, queries[what])
    return found


def million_busy() -> int:
    """The customer with the most conversations."""
    from django.db.models import Count

    from yavar.conversations.models import Conversation

    return Conversation.objects.values("customer").annotate(n=Count("pk")).order_by("-n")[0]["customer"]


def _know_everybody() -> None:
    """A desk that has run for a minute knows the public ids of its agents, teams and tags."""
    from yavar.base import ids
    from yavar.conversations.models import Tag
    from yavar.people.models import Agent, Team

    for model in (Agent, Team, Tag):
        for key in model._default_manager.values_list("pk", flat=True):
            ids.public_id_of(model, key)


def measure(only: str, but: str, runs: int) -> dict[str, dict[str, float]]:
    """Each read of this desk: milliseconds at p50 and p99, and the number of statements at most."""
    from bench import meter

    meter.attach()
    _know_everybody()
    found = {}
    for name, pick in reads(random.Random(7)).items():
        if only not in name or but in name:
            continue
        for _ in range(5):
            pick()()
        seconds, statements, hits = [], 0, 0
        for _ in range(runs):
            read, times = pick(), []
            for _ in range(TIMES):
                with meter.reading() as reading:
                    answer = read()
                times.append(reading.seconds * 1000)
            hits += bool(answer)
            seconds.append(sorted(times)[TIMES // 2])
            statements = max(statements, reading.statements)
        seconds.sort()
        found[name] = {"p50": seconds[len(seconds) // 2], "p99": seconds[int(len(seconds) * 0.99)], "statements": statements, "found": hits / runs}
        print(
            f"{name:<60} {found[name]['p50']:8.2f} {found[name]['p99']:8.2f} ms {statements:3} statements, found {hits / runs:.0%}", file=sys.stderr, flush=True
        )
    return found


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(prog="bench/run depth", description=__doc__)
    options.add_argument("desks", nargs="+", metavar="FOLDER[,DATABASE]", help="the youngest first: what the others are compared with")
    options.add_argument("--only", default="", help="part of a read's name")
    options.add_argument("--but", default="nothing at all", help="part of the names of reads to leave out")
    options.add_argument("--runs", type=int, default=RUNS)
    options.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args(arguments)
    if given.one:
        folder, _comma, database = given.desks[0].partition(",")
        million.open_desk(Path(folder), database)
        print(json.dumps(measure(given.only, given.but, given.runs)))
        return
    command = [sys.executable, "-m", "bench", "depth", "--one", "--only", given.only, "--but", given.but, "--runs", str(given.runs)]
    desks = [json.loads(subprocess.run([*command, desk], stdout=subprocess.PIPE, check=True).stdout) for desk in given.desks]
    print("| Read | statements | " + " | ".join(f"{Path(desk.partition(',')[0]).name}, p50 / p99 ms" for desk in given.desks) + " | times the first, p50 |")
    print("|---|---" + "|---" * len(desks) + "|---|")
    for name, first in desks[0].items():
        cells = [f"{desk[name]['p50']:.2f} / {desk[name]['p99']:.2f}" for desk in desks]
        print(f"| {name} | {max(desk[name]['statements'] for desk in desks):.0f} | " + " | ".join(cells) + f" | {desks[-1][name]['p50'] / first['p50']:.1f} |")
