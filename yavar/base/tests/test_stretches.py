"""PostgreSQL's newest first: stretches that leave nothing out, and the same hits whichever way they are read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yavar.base import search
from yavar.base.search import Line, find, index, mark, stretches
from yavar.base.search.models import SearchEntry


@given(end=st.integers(1, 1 << 22))
def test_every_key_below_stands_in_just_one_step(end):
    steps = list(stretches.below(end))
    ends = [step_end for _marks, step_end in steps]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] == end
    assert len(steps) <= len(stretches.BITS) + 1
    for key in {0, end - 1, *(max(0, each - 1) for each in ends), *(min(each, end - 1) for each in ends)}:
        read = [marks for marks, step_end in steps if key < step_end and (not marks or set(marks) & set(stretches.marks_of(key)))]
        assert read, key
    for (marks, _end), (_next, lower) in pairwise(steps):  # what a step leaves to the next ones is not in it
        assert not lower or not set(marks) & set(stretches.marks_of(lower - 1))
        assert set(marks) & set(stretches.marks_of(lower))


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize("common", [0, 10**9], ids=["marks in the index", "marks on the lines"])
@pytest.mark.parametrize("few", [0, 10**9], ids=["by stretches", "as rare words"])
def test_the_same_is_found_either_way(monkeypatch, few, common):
    monkeypatch.setattr(stretches, "FEW", few)
    monkeypatch.setattr(stretches, "COMMON", common)
    monkeypatch.setattr(stretches, "AT_ONCE", 2)
    monkeypatch.setattr(stretches, "BITS", (1, 2, 3))
    monkeypatch.setattr(index, "WINDOWS", (3, 5, 60))
    for key in range(1, 41):
        words = ["kettle", *(["red"] if key % 3 == 0 else []), *(["odd"] if key in (2, 29) else [])]
        search.put("message", [Line(key, key, " ".join(words), [mark("inbox", key % 2)])])

    def hits(query, marks=(), before=None):
        return [hit.object_id for window in find(query, marks, before=before) for hit in window]

    assert hits("kettle") == [*range(40, 0, -1)]
    assert hits("kettle red") == [*range(39, 0, -3)]
    assert hits("odd") == [29, 2]
    assert hits("kettle red", [mark("inbox", 1)]) == [*range(39, 0, -6)]
    assert hits("red", [mark("inbox", 0), mark("inbox", 1)]) == [*range(39, 0, -3)]
    place = SearchEntry.objects.get(object_id=20).pk
    assert hits("kettle", before=place) == [*range(19, 0, -1)]
    assert hits("kett") == [*range(40, 0, -1)]
    assert hits("ket", [mark("inbox", 1)]) == [*range(39, 0, -2)]  # of few lines each is looked at for the beginning
    assert hits("red ket", [mark("inbox", 1)], before=place) == [*range(15, 0, -6)]
