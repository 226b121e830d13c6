"""Ids, tokens, rates, words, files: small things with sharp edges."""

import io
from datetime import timedelta

import pytest
from django.utils import translation

from yavar.base import clock, crypto, ids
from yavar.base.db import transaction
from yavar.base.events import Actor, UnknownFact, record, schema
from yavar.base.events.models import Event
from yavar.base.events.record import TooDeep
from yavar.base.files import lay, path_of, store, sweep
from yavar.base.files.models import File
from yavar.base.named import alphabetical
from yavar.base.problem import Problem
from yavar.base.rate import Rate
from yavar.base.search import fold, tokens
from yavar.people.events import CustomerNamed


@pytest.mark.parametrize(
    ("typed", "read"),
    [("#8f3k 2p9x", None), ("#8F3K2P9X", "8F3K2P9X"), ("8f3k-2p9x", "8F3K2P9X"), ("O1Il2345", "01112345"), ("short", None), ("8F3K2P9U", None)],
)
def test_references_are_read_kindly(typed, read):
    assert ids.as_reference(typed) == read


@pytest.mark.parametrize(
    "names",
    [
        ["آرش", "ارسال", "بازگشت", "پرداخت", "تخفیف", "چای", "ژاله", "سفارش", "کالا", "كتاب", "گلدان", "هدیه", "یلدا"],
        ["вопрос", "Елена", "ёлка", "ель", "яблоко"],
        ["amir", "Lena", "vip", "Zoe"],
        ["می خواهم", "می‌خواهم", "میهن"],
    ],
)
def test_names_come_in_the_order_of_the_alphabet(names):
    assert sorted(sorted(names), key=alphabetical) == names


def test_a_reference_reads_back():
    for _ in range(100):
        assert ids.as_reference(made := ids.reference()) == made


@pytest.mark.parametrize(
    ("text", "good"), [("abcdefgh", True), ("short", False), ("a" * 65, False), ("with space", False), ("newline\nx", False), ("abcdefgh\n", False)]
)
def test_client_ids(text, good):
    assert ids.is_client_id(text) is good


def test_a_token_is_bound_to_its_purpose():
    assert crypto.token_hash("t", "a") != crypto.token_hash("t", "b")


def test_secrets_open_only_with_their_key(settings):
    sealed = crypto.seal("the shop's")
    assert crypto.unseal(sealed) == "the shop's"
    settings.SECRET_KEY = "another key that is long enough for everyone"
    with pytest.raises(ValueError, match="another desk key"):
        crypto.unseal(sealed)


def test_a_rate_gives_its_burst_and_says_how_long_to_wait():
    rate = Rate(0.5, 3)
    assert [rate.take("a") for _ in range(4)] == [0, 0, 0, 2]
    assert rate.take("b") == 0


@pytest.mark.parametrize(
    ("one", "other"), [("كتاب", "کتاب"), ("علي", "علی"), ("می‌خواهم", "میخواهم"), ("۱۲۳", "123"), ("ЁЛКА", "елка"), ("Café", "cafe"), ("کتابِ", "کتاب")]
)
def test_spellings_that_look_alike_are_alike(one, other):
    assert fold(one) == fold(other)


def test_words_are_stemmed_by_their_script():
    assert tokens("Kettles") == tokens("kettle")
    assert tokens("чайники") == tokens("чайник")
    assert tokens("کتاب‌ها") == tokens("کتابها")


@pytest.mark.django_db
def test_a_fact_must_be_registered_and_chains_end():
    class Stranger(__import__("msgspec").Struct):
        pass

    with pytest.raises(UnknownFact):
        record(Stranger(), subject=("x", 1), by=Actor("system"))
    with pytest.raises(TooDeep):
        record(CustomerNamed(1), subject=("customer", 1), by=Actor("system"), cause=(1, 8))
    record(CustomerNamed(1), subject=("customer", 1), by=Actor("system"), cause=(1, 3))
    assert Event.objects.get().depth == 4


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x06\0\0\0"


@pytest.mark.django_db
def test_a_file_is_typed_by_its_bytes_and_named_safely():
    file = store(io.BytesIO(PNG), name="..\\..\\evil\u202egnp.html", owner=Actor("customer", 1))
    assert (file.mime, file.width, file.height, file.name) == ("image/png", 32, 16, "evilgnp.html")
    assert path_of(file.key).read_bytes() == PNG
    page = store(io.BytesIO(b"<script>alert(1)</script>"), name="a.png", owner=Actor("customer", 1))
    assert page.mime == "text/plain"


@pytest.mark.django_db
@pytest.mark.parametrize(("data", "code"), [(b"", "file.empty"), (b"MZ" + bytes(300), "file.kind"), (b"x" * (10 * 1024 * 1024 + 1), "file.too_large")])
def test_a_refused_file_leaves_nothing(data, code, settings):
    before = sorted(settings.FILES_DIR.rglob("*")) if settings.FILES_DIR.exists() else []
    with pytest.raises(Problem) as problem:
        store(io.BytesIO(data), name="a", owner=Actor("customer", 1))
    assert problem.value.code == code
    assert not File.objects.exists()
    assert [p for p in sorted(settings.FILES_DIR.rglob("*")) if p.is_file() and p not in before] == []


@pytest.mark.django_db
def test_orphans_are_swept_after_a_day_and_twice_is_once():
    kept, orphan = (store(io.BytesIO(b"hello"), name="a.txt", owner=Actor("customer", 1)) for _ in range(2))
    with transaction():
        File.objects.filter(pk=kept.pk).update(attached=True)
    with clock.stopped_at(clock.now() + timedelta(hours=25)):
        assert sweep() == 1
        assert sweep() == 0
    assert path_of(kept.key).exists()
    assert not path_of(orphan.key).exists()


def test_released_facts_are_frozen():
    """A schema of a released version never changes: raise the version instead. `frozen.json` is written with each release."""
    import json
    from pathlib import Path

    frozen = json.loads((Path(__file__).parent / "frozen_facts.json").read_text())
    now = schema()
    assert {name: now.get(name) for name in frozen} == frozen


@pytest.mark.parametrize(("lang", "words"), [("en", "The file is larger than 3 MB."), ("fa", "فایل بزرگ‌تر از ۳ مگابایت است."), ("ru", "Файл больше 3 МБ.")])
def test_a_file_that_is_too_large_is_told_the_limit_that_it_broke(lang, words):
    with pytest.raises(Problem) as raised:
        lay(io.BytesIO(b"x" * (3 << 20) + b"y"), name="large", limit=3 << 20)
    with translation.override(lang):
        assert str(raised.value.title) == words
