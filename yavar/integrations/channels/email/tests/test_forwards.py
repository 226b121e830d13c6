"""Whose a mail is that somebody sent on, in the words of the programs that send it on."""

import pytest

from yavar.integrations.channels.email.forwards import forwarded


@pytest.mark.parametrize(
    ("name", "date"),
    [("From", "Date"), ("*Von", "*Gesendet"), ("От кого", "Дата"), ("از", "تاریخ"), ("ارسال‌کننده", "تاریخ"), ("Lähettäjä", "Päivämäärä"), ("发件人", "日期")],
)
def test_the_writer_of_a_forwarded_mail(name, date):
    found = forwarded(f"Look at this\n\n{name}: Maryam Karimi <Maryam@shop.example>\n{date}: 24.11.2026\n\nIt leaks.\n")
    assert found is not None
    assert (found.address, found.name, found.text) == ("maryam@shop.example", "Maryam Karimi", "It leaks.")


@pytest.mark.parametrize(
    "text", ["From: maryam@shop.example\n\nIt leaks.", "To: maryam@shop.example\nDate: today\n\nIt leaks.", "From: Maryam\nDate: today\n\nIt leaks."]
)
def test_what_is_no_forward(text):
    assert forwarded(text) is None
