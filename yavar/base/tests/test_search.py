"""The index: what is found, in which order, within which places; and a new one made beside it."""

import threading

import pytest
from django.db import connection

from yavar.base import search
from yavar.base.db import is_sqlite, run, transaction
from yavar.base.search import Line, find, forget, mark, rebuild, refresh
from yavar.base.search.index import NEXT, WINDOWS, WORDS, exists, find_among, lowest_of
from yavar.base.search.merge import merge
from yavar.base.search.models import SearchEntry


def hits(query, marks=()):
    return [hit.object_id for window in find(query, marks) for hit in window]


def put(kind, object_id, group_id, text, marks=()):
    search.put(kind, [Line(object_id, group_id, text, marks)])


@pytest.fixture
def shelf(monkeypatch):
    """Things of a kind called `book`: their texts by key."""
    texts = {}
    monkeypatch.setitem(search.sources._sources, "book", lambda keys: [search.Line(key, key, texts[key]) for key in keys if key in texts])
    return texts


def fill(shelf, number, text="a book about kettles number n{:05}"):
    shelf.update({key: text.format(key) for key in range(1, number + 1)})
    with transaction():
        refresh("book", list(shelf))


@pytest.mark.django_db
def test_search_is_newest_first_by_every_word_and_the_last_as_a_beginning():
    put("message", 1, 10, "The red kettle leaks")
    put("message", 2, 20, "A blue kettle arrived")
    put("message", 3, 30, "کتری قرمز")
    assert hits("kettle") == [2, 1]
    assert hits("kettle re") == [1]
    assert hits("کتري") == [3]
    put("message", 1, 10, "nothing of that")
    assert hits("kettle") == [2]
    forget("message", [2])
    assert hits("kettle") == []


@pytest.mark.django_db
def test_a_long_word_is_a_beginning_only_where_it_is_no_whole_word():
    put("message", 1, 10, "porcelain")
    assert hits("porcel") == hits("porcelain") == [1]
    put("message", 2, 20, "porcel")
    assert hits("porcel") == [2]
    assert hits("p") == []


@pytest.mark.django_db
@pytest.mark.parametrize("query", ['"', "'", "a' | 'b", 'NEAR("a b")', "a & !b", "*", "words:x", "\\", ":*", "()", "\ue000inbox1"])
def test_search_is_never_a_language(query):
    put("message", 1, 10, "some words", [mark("inbox", 1)])
    assert hits(query) == []


@pytest.mark.django_db
def test_hits_of_other_places_do_not_fill_the_windows():
    put("message", 1, 1, "kettle", [mark("inbox", 1)])
    with transaction():
        for key in range(2, sum(WINDOWS) + 50):
            put("message", key, key, "kettle", [mark("inbox", 22)])
    assert len(hits("kettle")) == sum(WINDOWS)
    assert hits("kettle", [mark("inbox", 1)]) == [1]
    assert [hit.object_id for hit in find_among("ket", [1, 2])] == [2, 1]
    assert [hit.object_id for hit in find_among("ket", [1, 3])] == [3, 1]
    assert find_among("ket", [0]) == find_among("kit", [1, 2]) == []


def readings():
    return [progress.done for progress in rebuild.rebuild() if progress.step == "read"]


@pytest.mark.django_db(transaction=True)
def test_a_new_index_takes_the_place_of_the_old_one(shelf):
    fill(shelf, 250)
    run(f"DELETE FROM {WORDS} WHERE rowid < 100")  # as if the old one were broken
    del shelf[7]  # and this thing were gone
    assert readings()[-1] == 250
    assert hits("n00099") == [99]
    assert hits("n00007") == []
    assert not SearchEntry.objects.filter(object_id=7).exists()
    assert not exists(NEXT)
    assert not exists(rebuild.OLD)


@pytest.mark.django_db(transaction=True)
def test_a_killed_rebuild_goes_on_where_it_was(shelf, monkeypatch):
    monkeypatch.setattr("yavar.base.db.slices.SLICE", 0)
    fill(shelf, 450)
    left, work = set(range(1, 451)), rebuild.rebuild()
    while len(left) > 350:  # however many slices that takes: some only merge
        next(work)
        left = set(SearchEntry.objects.filter(pk__lt=lowest_of(NEXT)).values_list("object_id", flat=True))
    work.close()
    assert exists(NEXT)
    assert hits("n00017") == [17]  # the old index answers meanwhile
    shelf[500] = "written meanwhile, n500"
    shelf[3], shelf[440] = "another text below", "another text above"
    with transaction():
        refresh("book", [500, 3, 440])
    assert hits("written") == [500]
    asked, read = set(), search.sources._sources["book"]
    monkeypatch.setitem(search.sources._sources, "book", lambda keys: (asked.update(keys), read(keys))[1])
    readings()
    assert asked == left, "it began anew"
    assert hits("written") == [500]
    assert hits("another text") == [440, 3]
    assert hits("n00003") == hits("n00440") == []
    assert hits("kettles n00017") == [17]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("parts", [1, 2])
def test_killed_while_the_old_index_goes_it_only_goes_on_with_that(shelf, parts):
    fill(shelf, 250)
    for progress in (work := rebuild.rebuild()):
        if progress.step == "clear" and (parts := parts - 1) == 0:
            break
    work.close()
    assert hits("n00099") == [99]
    assert readings() == [] or not is_sqlite()
    assert not exists(rebuild.OLD)
    assert hits("n00099") == [99]


@pytest.mark.django_db(transaction=True)
def test_an_index_begun_with_another_analyser_is_begun_anew(shelf, monkeypatch):
    monkeypatch.setattr("yavar.base.db.slices.SLICE", 0)
    fill(shelf, 250)
    work = rebuild.rebuild()
    next(work)
    work.close()
    monkeypatch.setattr(rebuild, "VERSION", 99)
    assert readings()[0] <= 100
    assert set(SearchEntry.objects.values_list("version", flat=True)) == {99}


@pytest.mark.django_db(transaction=True)
def test_what_is_written_and_sought_during_a_rebuild_is_found(shelf):
    fill(shelf, 600)
    missed, failed, done = [], [], threading.Event()

    def write():
        try:
            for key in range(1000, 1100):
                shelf[key] = f"a book about kettles number n{key:05}"
                with transaction():
                    refresh("book", [key])
                if hits(f"kettles n{key:05}") != [key] or hits("n00017") != [17]:
                    missed.append(key)
        except Exception as error:
            failed.append(error)
        finally:
            done.set()
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    rounds = 0
    while not done.is_set() or not rounds:
        readings()
        rounds += 1
    writer.join()
    assert not failed
    assert not missed
    readings()
    assert [key for key in [*range(1, 601), *range(1000, 1100)] if hits(f"n{key:05}")[:1] != [key]] == []


@pytest.mark.django_db(transaction=True)
def test_merging_changes_nothing_that_is_found(shelf):
    for _ in range(5):
        fill(shelf, 120)
    before = hits("kettles")
    list(merge())
    assert hits("kettles") == before
    if is_sqlite():
        run(f"INSERT INTO {WORDS} ({WORDS}) VALUES ('integrity-check')")
