"""Threads that do not take turns: the one that has just been busy is the next, nothing is lost, and they end."""

import threading

import pytest

from yavar.base.edge.threads import Threads


def test_calls_one_after_the_other_stay_on_one_thread():
    threads = Threads(4, "t")
    names = {threads.submit(lambda: threading.current_thread().name).result(5) for _ in range(100)}
    assert names == {"t_0"}
    threads.shutdown()


def test_as_many_at_once_as_allowed_and_the_rest_in_order():
    threads, together, lock, at_work, begun = Threads(3, "t"), threading.Barrier(3, timeout=5), threading.Lock(), [], []

    def call(number):
        with lock:
            at_work.append(number)
            begun.append(number)
            most = len(at_work)
        if number < 3:
            together.wait()  # broken if they were not all at work at once
        with lock:
            at_work.remove(number)
        return most

    found = [threads.submit(call, number) for number in range(10)]
    assert max(each.result(5) for each in found) == 3
    assert sorted(begun[:3]) == [0, 1, 2] and sorted(begun) == list(range(10))
    threads.shutdown()


def test_an_error_is_the_callers_and_the_thread_goes_on():
    threads = Threads(1, "t")
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 / 0).result(5)
    assert threads.submit(lambda word: word, "here").result(5) == "here"
    threads.shutdown()


def test_what_waits_is_still_done_after_the_end_was_asked_for_unless_it_is_given_up():
    for give_up, expected in ((False, [0, 1, 2]), (True, [0])):
        threads, gate, done = Threads(1, "t"), threading.Event(), []
        found = [threads.submit(lambda number, gate=gate, done=done: (gate.wait(5), done.append(number)), number) for number in range(3)]
        threading.Timer(0.1, gate.set).start()
        threads.shutdown(wait=True, cancel_futures=give_up)
        assert done == expected and [each.cancelled() for each in found] == [False, give_up, give_up]
        with pytest.raises(RuntimeError):
            threads.submit(print)


def test_a_call_that_was_given_up_before_it_began_is_not_made():
    threads, gate, done = Threads(1, "t"), threading.Event(), []
    threads.submit(gate.wait, 5)
    waiting = threads.submit(done.append, 1)
    assert waiting.cancel()
    gate.set()
    threads.shutdown()
    assert done == []
