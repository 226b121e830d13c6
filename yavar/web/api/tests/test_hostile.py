"""Whatever is thrown at the API, it answers in its own shape and never breaks: generated requests, with each role. What succeeds fits its schema."""

import random

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from yavar.people.team.roles import BUILT_IN
from yavar.web.api.v1 import api

from .world import World, build

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.one_engine, pytest.mark.timeout(300)]
EXAMPLES = 2


@pytest.fixture
def world(transactional_db):
    for signal in (request_started, request_finished):  # as Django's own test client: the connection is the test's
        signal.disconnect(close_old_connections)
    yield build()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def known(world: World, path: str) -> list[str]:
    """Ids that lead somewhere, for the first part of a path."""
    about = {
        "conversations": [world.own.conversation, world.own.merged], "customers": [world.own.customer], "inboxes": [world.own.inbox], "brands": [world.own.brand],
        "agents": [world.things["agent"]], "teams": [world.things["team"]], "roles": [world.things["role"]], "tokens": [world.things["token"]], "tags": [world.things["tag"]],
        "views": [world.things["view"]], "fields": [world.things["field"]], "request_types": [world.things["request_type"]], "me": [],
    }  # fmt: skip
    return [thing.public_id for thing in about.get(path.split("/")[1], [])]


@pytest.mark.parametrize("role", sorted(BUILT_IN))
def test_generated_requests(world, role):
    app = WSGIHandler()
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    token, failures, tried, succeeded = world.desk[role].defaults["HTTP_AUTHORIZATION"], [], 0, set()

    def throw(operation):
        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def run(case):
            nonlocal tried
            tried += 1
            ids = known(world, case.operation.path.removeprefix("/api/v1"))
            if "id" in (case.path_parameters or {}) and ids and tried % 4:
                case.path_parameters["id"] = random.Random(tried).choice(ids)
            answer = case.call(app=app, base_url="http://testserver", headers={"Authorization": token, "Cookie": "", "Accept-Encoding": "identity"})
            label = f"{case.method} {case.formatted_path} {case.query} {case.body!r:.200} -> {answer.status_code} {answer.content[:300]!r}"
            if answer.status_code >= 500:
                failures.append(label)
            elif answer.status_code >= 400:
                if not {"code", "title"} <= set(answer.json()["problem"]):
                    failures.append(label)
            else:
                succeeded.add(f"{case.method} {case.operation.path}")
                try:
                    case.validate_response(answer, checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance])
                except Exception as error:
                    failures.append(f"{label}\n{error}")

        run()

    for result in schema.get_all_operations():
        throw(result.ok())
    assert not failures, f"{len(failures)} of {tried}\n" + "\n".join(failures[:8])
    assert len(succeeded) > (10 if role == "viewer" else 20), succeeded
