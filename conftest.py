"""Fixtures that any room may use."""

import os

import pytest
from django.conf import settings
from django.test import Client


def pytest_configure():
    """Passwords of tests need not be dear to guess."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The PostgreSQL of a pass is thrown away as a whole; LISTENing threads still hold its database."""
    return os.environ.get("YAVAR_TEST_ENGINE") == "postgresql"


@pytest.fixture(autouse=True, scope="session")
def _quickly_emptied():
    """A test leaves a handful of rows: deleting those takes PostgreSQL a seventh of the time that it takes to make all tables anew. And Django's own permissions,
    which nobody here reads, need not be written again after each test."""
    from django.db import connection
    from django.db.models.signals import post_migrate

    post_migrate.receivers.clear()
    post_migrate.sender_receivers_cache.clear()

    def empty(_style, tables, **_more):
        rows = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]
        return ["SET session_replication_role = replica", *rows, "SET session_replication_role = DEFAULT"]  # replica: no foreign key minds the order

    if connection.vendor == "postgresql":
        connection.ops.sql_flush = empty


@pytest.fixture(autouse=True, scope="session")
def _wired():
    """Everybody is introduced, as in a running desk."""
    from yavar.config.wiring import wire

    wire()


@pytest.fixture(autouse=True)
def _strangers():
    """Each test begins with empty tables: what was known of keys and people is no longer so."""
    from yavar.base import ids, instance
    from yavar.conversations import filters
    from yavar.flow.sla import choosing, steadiness
    from yavar.people.hours import queries as hours
    from yavar.people.team import crew
    from yavar.realtime.signals import presence
    from yavar.web.api import known
    from yavar.webhooks import wanted

    ids.public_id_of.cache_clear()
    instance.life.cache_clear()
    filters.number_of.cache_clear()
    choosing.forget()
    steadiness.forget()
    hours.hours.cache_clear()
    crew.forget()
    presence.forget()
    known.forget()
    wanted.forget()


@pytest.fixture
def shop(db):
    """A brand, a chat inbox on https://shop.example, three people of the team."""
    from yavar.conversations.testing import furnish

    return furnish()


@pytest.fixture
def agent_client(shop):
    """A browser in which Amir is signed in."""
    client = Client()
    client.force_login(shop.amir)
    return client
