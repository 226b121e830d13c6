"""The short way into Django: what goes in, what comes out, and what is not let in."""

import asyncio

import pytest

from yavar.base.edge.app import Edge
from yavar.base.edge.hop import clean, is_short
from yavar.base.edge.static import Static


def wsgi(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("201 Created", [("Content-Type", "text/plain"), ("X-Query", environ["QUERY_STRING"])])
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["PATH_INFO"].encode("latin-1"), b" ", body]


def ask(messages, query=b"", headers=()):
    scope = {
        "type": "http", "method": "POST", "path": "/api/x", "query_string": query, "headers": list(headers), "client": ("1.2.3.4", 5), "server": ("desk", 80),
        "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    sent, waiting = [], list(messages)

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(Edge(wsgi, [], Static({}))(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(each.get("body", b"") for each in sent[1:])


def test_there_and_back():
    status, headers, body = ask([{"type": "http.request", "body": b"half ", "more_body": True}, {"type": "http.request", "body": b"and half"}])
    assert (status, body) == (201, b"POST /api/x half and half")
    assert headers[b"content-type"] == b"text/plain" and headers[b"content-length"] == b"25"


def test_a_query_of_raw_bytes_is_no_crash():
    assert ask([{"type": "http.request", "body": b""}], query=b"q=\xff\xfe&a=1")[1][b"x-query"] == b"q=%FF%FE&a=1"
    assert clean({"query_string": b"q=%D8"})["query_string"] == b"q=%D8"


@pytest.mark.parametrize("end", [{"type": "http.disconnect"}, {"type": "http.request", "body": b"x" * 300_000}])
def test_what_is_cut_off_or_longer_than_it_said_is_told(end):
    status, _headers, body = ask([{"type": "http.request", "body": b"half", "more_body": True}, end])
    assert status in (400, 413) and b'"problem"' in body


def test_long_and_unannounced_bodies_go_the_other_way():
    assert is_short({"headers": [(b"content-length", b"10")]}) and is_short({"headers": []})
    assert not is_short({"headers": [(b"content-length", b"999999")]}) and not is_short({"headers": [(b"transfer-encoding", b"chunked")]})
    assert not is_short({"headers": [(b"content-length", b"-1")]})
