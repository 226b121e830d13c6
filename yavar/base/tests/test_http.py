"""The way out: only public addresses, exactly the one that was checked, never longer or more than the caps say."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from yavar.base import http
from yavar.base.db import transaction
from yavar.base.http import line
from yavar.base.http.address import check
from yavar.base.http.testing import Receiver


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


@pytest.fixture
def open_to(settings):
    def allow(*hosts):
        settings.HTTP_ALLOW = hosts

    return allow


@pytest.fixture(autouse=True)
def _no_database(monkeypatch):
    """Whether a transaction is open is asked of the database's connection; only one test is about that."""

    class Nobody:
        in_atomic_block = False

    monkeypatch.setattr("yavar.base.http.client.connection", Nobody())


def reason(call, *given, **more):
    with pytest.raises(http.HttpError) as error:
        call(*given, **more)
    return type(error.value).__name__, error.value.reason


def test_a_post_arrives_and_is_answered(receiver, open_to):
    open_to(receiver.place)
    receiver.answers = [(201, b"thanks")]
    answer = http.send("POST", f"{receiver.url}/hook?a=1", headers={"X-Own": "yes"}, body=b"{}")
    assert (answer.status, answer.body) == (201, b"thanks")
    got = receiver.got[0]
    assert (got.path, got.body, got.headers["X-Own"], got.headers["Host"]) == ("/hook?a=1", b"{}", "yes", receiver.place)
    assert got.headers["User-Agent"].startswith("Yavar/") and got.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "0177.0.0.1", "127.1",
        "2130706433", "0x7f000001", "0x7f.0.0.1", "1.2.3.4.5", "", "example",
    ],
)  # fmt: skip
def test_addresses_that_are_not_a_strangers(address):
    assert reason(check, address) == ("Refused", "address")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"])
def test_addresses_that_are(address):
    check(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://shop.example/", "scheme"), ("file:///etc/passwd", "scheme"), ("javascript:alert(1)", "scheme"), ("//shop.example", "scheme"), ("", "scheme"),
        ("https://", "url"), ("https:///path", "url"), ("https://[::1/", "url"), ("https://a\nb/", "url"),
        ("https://shop.example:99999/", "port"), ("https://shop.example:0/", "port"),
        ("https://" + "a" * 2001, "url"), ("https://user:pass@shop.example/", "userinfo"), ("https://user@shop.example/", "userinfo"),
        ("https://shop.example@127.0.0.1/", "userinfo"), ("http://shop.example:22/", "port"), ("http://shop.example:25/", "port"),
        ("http://127.0.0.1/", "address"), ("http://2130706433/", "address"), ("http://0x7f000001/", "address"), ("http://0177.0.0.1/", "url"),
        ("http://127.1/", "address"), ("http://127.0.0.1./", "address"), ("http://[::1]/", "address"), ("http://[::ffff:127.0.0.1]/", "address"),
        ("http://[::ffff:7f00:1]/", "address"), ("http://[64:ff9b::7f00:1]/", "address"), ("http://[fe80::1]/", "address"), ("http://１２７.0.0.1/", "url"),
    ],
)  # fmt: skip
def test_urls_that_are_not_called(url, why):
    assert reason(http.send, "GET", url) == ("Refused", why)


@pytest.mark.parametrize(
    "url", ["https://shop.example/a?b=c", "http://shop.example:8080/", "https://فروشگاه.example/", "http://8.8.8.8/", "https://[2606:4700::1]/"]
)
def test_urls_that_may_be(url):
    assert not http.read(url).trusted


def test_a_name_inside_the_house_is_refused_unless_named(receiver, open_to):
    url = f"http://localhost:{receiver.port}/"
    assert reason(http.send, "GET", url) == ("Refused", "address")
    open_to("localhost:1")
    assert reason(http.send, "GET", url) == ("Refused", "address")
    assert not receiver.got
    for entry in ("localhost", f"localhost:{receiver.port}"):
        open_to(entry)
        assert http.send("GET", url).status == 200


def test_one_bad_address_among_good_ones_refuses_the_name(monkeypatch):
    monkeypatch.setattr(line, "resolve", lambda *_: ["8.8.8.8", "10.0.0.1"])
    assert reason(http.send, "GET", "http://shop.example/") == ("Refused", "address")


def test_a_name_is_resolved_once_and_that_address_is_called(receiver, monkeypatch):
    """DNS rebinding: a second resolution would say loopback. We call the address that was checked, by its own name."""
    answers, called = [["93.184.216.34"], ["127.0.0.1"]], []

    def connect(address, timeout):
        called.append(address)
        return socket.socket.connect(sock := socket.socket(), ("127.0.0.1", receiver.port)) or sock

    monkeypatch.setattr(line, "resolve", lambda *_: answers.pop(0))
    monkeypatch.setattr(line.socket, "create_connection", connect)
    assert http.send("GET", f"http://shop.example:{receiver.port}/").status == 200
    assert called == [("93.184.216.34", receiver.port)]
    assert receiver.got[0].headers["Host"] == f"shop.example:{receiver.port}"
    assert reason(http.send, "GET", f"http://shop.example:{receiver.port}/") == ("Refused", "address")
    assert len(called) == 1


def test_a_redirect_is_an_answer_unless_it_is_to_be_followed(receiver, open_to):
    open_to(receiver.place)
    receiver.answers = [(302, b"", {"Location": "/there"})] * 2 + [(200, b"here")]
    assert http.send("GET", receiver.url).status == 302
    answer = http.send("GET", receiver.url, redirects=3, headers={"Authorization": "ours"})
    assert (answer.status, answer.body) == (200, b"here")
    assert (receiver.got[-1].path, receiver.got[-1].headers["Authorization"]) == ("/there", "ours")


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:{port}/", "http://[::1]/", "http://0x7f000001/", "ftp://shop.example/", "http://u:p@shop.example/", "http://localhost:{port}/"]
)
def test_each_hop_is_checked(receiver, open_to, place, monkeypatch):
    open_to("name.example")
    monkeypatch.setattr(line, "resolve", lambda *_: ["127.0.0.1"])
    receiver.answers = [(302, b"", {"Location": place.format(port=receiver.port)})]
    name, _why = reason(http.send, "GET", f"http://name.example:{receiver.port}/", redirects=3)
    assert name == "Refused"
    assert len(receiver.got) == 1


def test_redirects_end_and_take_no_secrets_elsewhere(receiver, open_to):
    open_to("localhost", "127.0.0.1")
    receiver.answers = [(301, b"", {"Location": "/round"})] * 9
    assert reason(http.send, "GET", receiver.url, redirects=2) == ("Refused", "redirects")
    assert len(receiver.got) == 3
    receiver.answers = [(307, b"", {"Location": f"http://localhost:{receiver.port}/"}), (200, b"")]
    http.send("GET", receiver.url, redirects=1, headers={"Authorization": "ours", "X-Own": "yes"})
    assert "Authorization" not in receiver.got[-1].headers and receiver.got[-1].headers["X-Own"] == "yes"
    receiver.answers = [(301, b"")]
    assert reason(http.send, "GET", receiver.url, redirects=2) == ("Refused", "redirects")
    with pytest.raises(ValueError):
        http.send("POST", receiver.url, redirects=1)


def test_nobody_there(open_to):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    open_to("127.0.0.1", "nowhere.invalid")
    assert reason(http.send, "GET", f"http://127.0.0.1:{port}/") == ("Unreachable", "connect")
    assert reason(http.send, "GET", "http://nowhere.invalid/") == ("Unreachable", "name")


def raw(answer, pause=0.0):
    """A server that speaks no HTTP library: it sends `answer` byte by byte with a pause, or nothing for None."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                sock, _ = server.accept()
                for index in range(len(answer or b"") if pause else 0):
                    sock.sendall(answer[index : index + 1])
                    time.sleep(pause)
                sock.sendall(b"" if pause else answer or b"")
                if answer is None:
                    sock.recv(1)
                    time.sleep(5)
                sock.close()
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    return server, f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize("answer", [None, b"HTTP/1.1 200 OK\r\nX-Drip: " + b"d" * 1000, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"d" * 1000])
def test_dripping_ends_at_the_cap(open_to, answer):
    open_to("127.0.0.1")
    server, url = raw(answer, 0.002 if answer else 0)
    with server:
        started = time.monotonic()
        assert reason(http.send, "GET", url, total=0.3) == ("TooSlow", "answer")
        assert time.monotonic() - started < 0.6


def test_a_status_is_worth_more_than_the_rest_of_a_slow_body(open_to):
    open_to("127.0.0.1")
    server, url = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"d" * 1000, 0.002)
    with server:
        answer = http.send("GET", url, total=0.4, whole=False)
        assert answer.status == 200 and 0 < len(answer.body) < 1000


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000]
)
def test_what_is_no_http_is_a_broken_line(open_to, answer):
    open_to("127.0.0.1")
    server, url = raw(answer)
    with server:
        assert reason(http.send, "GET", url, total=3) == ("Unreachable", "broken")


def test_tls_with_a_plain_server_is_unreachable(receiver, open_to):
    open_to("127.0.0.1")
    assert reason(http.send, "GET", receiver.url.replace("http:", "https:")) == ("Unreachable", "tls")


def certificate(name, folder):
    """A certificate for one name, signed by itself: the file of both."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(whose).issuer_name(whose).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(key, SHA256())
    file = folder / name
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


def test_tls_is_spoken_with_the_name_not_with_the_address(open_to, monkeypatch, tmp_path):
    open_to("shop.example", "other.example")
    file = certificate("shop.example", tmp_path)
    monkeypatch.setattr(line, "resolve", lambda *_: ["127.0.0.1"])
    monkeypatch.setattr("yavar.base.http.client._trust", lambda: ssl.create_default_context(cafile=file))
    context, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(file)
    context.sni_callback = lambda _sock, name, _context: asked.append(name)
    with Receiver(context) as receiver:
        answer = http.send("GET", f"https://shop.example:{receiver.port}/")
        assert (answer.status, asked) == (200, ["shop.example"])
        assert reason(http.send, "GET", f"https://other.example:{receiver.port}/") == ("Unreachable", "tls")
        monkeypatch.undo()
        monkeypatch.setattr(line, "resolve", lambda *_: ["127.0.0.1"])
        open_to("shop.example")
        assert reason(http.send, "GET", f"https://shop.example:{receiver.port}/") == ("Unreachable", "tls")  # nobody we know signed it


def test_a_huge_body_is_not_read(receiver, open_to):
    open_to("127.0.0.1")
    receiver.endless = True
    started = time.monotonic()
    assert reason(http.send, "GET", receiver.url) == ("TooLarge", "body")
    answer = http.send("GET", receiver.url, whole=False, limit=500)
    assert (answer.status, len(answer.body)) == (200, 500)
    assert time.monotonic() - started < 1
    assert receiver.sent < 40 << 20  # what fits into the sockets, not what was promised


def test_a_resolver_that_hangs_is_too_slow(monkeypatch):
    monkeypatch.setattr(line.socket, "getaddrinfo", lambda *_a, **_k: time.sleep(3))
    assert reason(http.send, "GET", "http://shop.example/", connect=0.1) == ("TooSlow", "connect")


def test_the_operators_list_is_read_from_the_environment(tmp_path):
    from yavar.config.env import Unsafe, read

    source = {"YAVAR_DATA": str(tmp_path), "YAVAR_SECRET_KEY": "a key that is long enough for everyone", "YAVAR_HTTP_ALLOW": " CRM.local:8080, 10.0.0.5 ,"}
    assert read(source).http_allow == ("crm.local:8080", "10.0.0.5")
    for wrong in ("crm.local:http", "https://crm.local", ":8080", "crm.local/hook"):
        with pytest.raises(Unsafe, match="YAVAR_HTTP_ALLOW"):
            read(source | {"YAVAR_HTTP_ALLOW": wrong})


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_stranger_in_a_transaction(receiver, open_to, monkeypatch):
    from django.db import connection

    monkeypatch.setattr("yavar.base.http.client.connection", connection)
    open_to(receiver.place)
    with transaction(), pytest.raises(http.InTransaction):
        http.send("GET", receiver.url)
    assert not receiver.got
    assert http.send("GET", receiver.url).status == 200
