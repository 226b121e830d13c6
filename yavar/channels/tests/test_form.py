"""A form becomes a conversation, once; what is doubtful waits for a person; nothing typed becomes a header."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import translation

from yavar.base import clock, files
from yavar.base.events import Actor
from yavar.base.events.models import Event
from yavar.base.files.models import File
from yavar.base.problem import Problem
from yavar.channels import claims, ledger, senders, stamp
from yavar.channels.form import config_of
from yavar.channels.form_offer import FORM
from yavar.channels.models import Claim, Receipt
from yavar.channels.slip import Refused
from yavar.channels.submitting import owner, submit
from yavar.channels.testing import filled, form_inbox, read_forms, sends, stamped
from yavar.conversations.models import Conversation, ConversationValue
from yavar.desk.actions import save_field, save_request_type
from yavar.people.customers import tending
from yavar.people.models import Customer, Identity

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inbox(shop):
    return form_inbox(shop.brand, ask_phone="ask")


@pytest.fixture
def asking(shop):
    """A form that asks what it is about, and then for more."""
    by = shop.owner.actor
    back, question = (save_request_type(shop.brand, {"en": name}, by=by) for name in ("Return", "Question"))
    save_field(by=by, label={"en": "Order"}, key="order", brand=shop.brand, filter=True)
    save_field(by=by, label={"en": "Pieces"}, key="pieces", kind="number", brand=shop.brand, request_type=back)
    save_field(by=by, label={"en": "Opened"}, key="opened", kind="yesno", brand=shop.brand, request_type=back)
    save_field(by=by, label={"en": "Not asked"}, key="secret", brand=shop.brand)
    return form_inbox(shop.brand, fields=["order", "pieces", "opened"]), back, question


def bring(inbox, name="kettle.txt", text=b"a kettle"):
    return files.store(BytesIO(text), name=name, owner=owner(inbox)).key


def refused(inbox, **typed):
    with pytest.raises(Refused) as caught, translation.override("en"):
        filled(inbox, **typed)
    return caught.value.wrong


def test_a_form_becomes_a_conversation_with_all_that_was_said(inbox):
    key = bring(inbox)
    sent = sends(inbox, lang="fa", subject="کتری", phone="۰۰۹۸ ۲۱ ۱۲۳۴ ۵۶۷۸", text="سلام\r\n\r\n  کتری‌ام نرسید. ", files=[key])
    talk = Conversation.objects.get()
    message = talk.messages.get()
    assert (sent.reference, sent.held, sent.repeated) == (talk.reference, False, False)
    assert (talk.subject, talk.lang, talk.inbox_id, talk.unread) == ("کتری", "fa", inbox.pk, 1) and message.text == "سلام\n\n  کتری‌ام نرسید. "
    assert [file.key for file in message.files.all()] == [key] and File.objects.get().owner == f"customer:{talk.customer_id}"
    assert sorted((i.kind, i.value, i.verified_at) for i in talk.customer.identities.all()) == [
        ("email", "maryam@shop.example", None),
        ("phone", "+982112345678", None),
    ]
    assert talk.customer.name == "Maryam Karimi" and message.original.head["from"] == "maryam@shop.example"
    assert [event.name for event in Event.objects.filter(subject_kind="conversation").order_by("pk")] == ["conversation.opened", "message.received"]


def test_type_and_fields_are_those_of_the_form(asking):
    inbox, back, _question = asking
    sends(inbox, type=back.public_id, field_order="NL-1", field_pieces="۲", field_opened="yes", field_secret="x")
    talk = Conversation.objects.get()
    assert talk.request_type == back and talk.fields == {"order": "NL-1", "pieces": 2, "opened": True}
    assert ConversationValue.objects.get().folded == "nl-1"
    assert talk.messages.get().original.head["fields"] == {"order": "NL-1", "pieces": 2, "opened": True, "secret": "x"}, "what is no longer asked is not lost"


def test_a_day_may_be_one_of_the_persian_calendar_and_numbers_have_any_digits(shop):
    by = shop.owner.actor
    save_field(by=by, label={"en": "Day"}, key="day", kind="date", brand=shop.brand)
    save_field(by=by, label={"en": "Price"}, key="price", kind="number", brand=shop.brand)
    inbox = form_inbox(shop.brand, fields=["day", "price"])
    for typed, day in (("۱۴۰۵/۰۹/۰۵", "2026-11-26"), ("1405-9-5", "2026-11-26"), ("2026-11-26", "2026-11-26"), ("٢٠٢٦/١١/٢٦", "2026-11-26")):
        assert filled(inbox, field_day=typed).fields == {"day": day}
    for typed in ("1405/13/1", "yesterday", "2026-02-30"):
        assert set(refused(inbox, field_day=typed)) == {"field_day"}
    for lang, typed, number in (("fa", "۱٬۲۵۰٫۵", 1250.5), ("ru", "1 250,5", 1250.5), ("en", "1,250.5", 1250.5), ("en", "1,250", 1250), ("fa", "۱۲", 12)):
        with translation.override(lang):
            assert filled(inbox, field_price=typed).fields == {"price": number}
    assert set(refused(inbox, field_price="inf")) == set(refused(inbox, field_price="nan")) == {"field_price"}


def test_what_belongs_to_another_type_is_no_field_and_yet_kept(asking):
    inbox, _back, question = asking
    sends(inbox, type=question.public_id, field_pieces="2")
    talk = Conversation.objects.get()
    assert talk.fields == {} and talk.messages.get().original.head["fields"] == {"pieces": "2"}
    assert refused(inbox, type="no-such-type") == {"type": "This choice is no longer here. Please choose again."}


def test_the_same_form_again_is_the_same_conversation(inbox):
    slip = filled(inbox, files=[bring(inbox)])
    first, again = submit(inbox, slip), submit(inbox, slip)
    assert (first.repeated, again.repeated, first.reference) == (False, True, again.reference)
    by_hand = filled(inbox, files=[bring(inbox)])  # without scripts the file comes twice, too
    second = submit(inbox, by_hand.__class__(**{**{f: getattr(by_hand, f) for f in by_hand.__struct_fields__}, "nonce": slip.nonce}))
    assert second.repeated and Conversation.objects.count() == 1 and Customer.objects.filter(identities__value="maryam@shop.example").count() == 1
    other = filled(inbox, text="And the lid?")
    assert not submit(inbox, other).repeated and Conversation.objects.count() == 2, "what says something else is another one"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": ""}, "email"), ({"email": "maryam@"}, "email"), ({"email": "maryam@shop.example\r\nBcc: victim@shop.example"}, "email"),
        ({"email": "a@shop.example,b@shop.example"}, "email"), ({"email": "a@shop.example\r\n.evil.example"}, "email"), ({"email": "کتری@shop.example"}, "email"),
        ({"email": "<a@shop.example>"}, "email"), ({"email": "a@shop.example\x00"}, "email"), ({"email": "a\x01@shop.example"}, "email"), ({"email": "a@shop_\x7f.example"}, "email"),
        ({"name": ""}, "name"), ({"name": "x" * 121}, "name"), ({"subject": "x" * 201}, "subject"), ({"text": " \n "}, "text"), ({"text": "x" * 10_001}, "text"), ({"phone": "12"}, "phone"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(shop, typed, field):
    inbox = form_inbox(shop.brand, ask_name="require", ask_phone="ask")
    assert set(refused(inbox, **typed)) == {field}
    assert not Claim.objects.exists()


def test_line_ends_and_turned_directions_are_stripped(inbox):
    sends(inbox, name="Maryam\r\nBcc: victim@shop.example\u202e", subject="Kettle\r\n\r\n<b>\u2028x\u2066\x85y\x00", text="a\x00b")
    talk = Conversation.objects.get()
    assert talk.customer.name == "Maryam Bcc: victim@shop.example" and talk.subject == "Kettle <b> x y" and talk.messages.get().text == "ab"


@pytest.mark.parametrize("doubt", ["trap", "fast", "stale", "forged"])
def test_a_doubtful_form_waits_for_a_person_and_its_sender_cannot_tell(inbox, doubt):
    key = bring(inbox)
    slip = filled(inbox, doubt=doubt, files=[key])
    sent, again = submit(inbox, slip), submit(inbox, slip)
    assert len(sent.reference) == 8 and sent.reference == again.reference and again.repeated and not Conversation.objects.exists()
    read_forms()
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.reason, receipt.sender, receipt.subject) == ("quarantined", doubt, "maryam@shop.example", "Where is my kettle?")
    with clock.stopped_at(clock.now() + timedelta(days=3)):
        assert files.sweep() == 0, "its file waits with it"
        assert ledger.release(receipt.pk, by=Actor("system"))
        read_forms()
    talk = Conversation.objects.get()
    receipt.refresh_from_db()
    assert (receipt.state, receipt.conversation, talk.reference) == ("routed", talk, sent.reference)
    assert [file.key for file in talk.messages.get().files.all()] == [key] and talk.messages.get().text == "Where is my kettle?"
    assert submit(inbox, slip).repeated and Conversation.objects.count() == 1
    assert ledger.account(inbox=inbox).balanced


def test_links_blocked_senders_and_learned_words_are_held_back(inbox, shop):
    by = shop.owner.actor
    links = " ".join(f"https://shop{n}.example" for n in range(5))
    assert sends(inbox, text=links).held and sends(inbox, subject="see www.shop.example").held and not sends(inbox, text="https://shop.example/kettle").held
    senders.rule("@bad.example", allow=False, by=by)
    assert sends(inbox, email="a@bad.example").held
    read_forms()
    assert sorted(Receipt.objects.values_list("reason", flat=True)) == ["blocked", "links", "links"]
    receipt = Receipt.objects.filter(reason="links").first()
    assert FORM.words(receipt)
    senders.rule("@bad.example", allow=True, by=by)
    assert ledger.retry(Receipt.objects.get(reason="blocked").pk, by=by)
    read_forms()
    assert Conversation.objects.filter(customer__identities__value="a@bad.example").exists(), "read again, it is judged again"
    for _ in range(6):
        senders.teach(receipt, {"casino", "bonus", "jackpot"}, spam=True, by=by)
        senders.teach(receipt, {"kettle", "order", "lid"}, spam=False, by=by)
    assert sends(inbox, text="casino bonus jackpot").held and not sends(inbox, text="my kettle order").held
    senders.rule("maryam@shop.example", allow=True, by=by)
    assert not sends(inbox, text=links).held and sends(inbox, text="casino", doubt="trap").held, "and yet has to be a person"


def test_the_stamp_says_when_the_form_was_handed_out(inbox):
    key = inbox.public_id
    assert (
        stamp.read(stamped(inbox, 60), key).doubt == ""
        and stamp.read(stamped(inbox, 1), key).doubt == "fast"
        and stamp.read(stamped(inbox, 25 * 3600), key).doubt == "stale"
    )
    good = stamped(inbox, 60)
    for bad in ("", "x", good[:-1], "0" + good, good.replace(".", "", 1)):
        assert stamp.read(bad, key).doubt == "forged"
    assert stamp.read(good, "another-inbox").doubt == "forged" and stamp.read(good, key).nonce == good.split(".")[1]


def test_files_of_others_cannot_be_sent(inbox, shop):
    foreign = files.store(BytesIO(b"x"), name="x.txt", owner=Actor("customer", 7)).key
    for key in (foreign, "no-such-key"):
        with pytest.raises(Problem) as caught:
            sends(inbox, files=[key])
        assert caught.value.field == "files"
    assert not Conversation.objects.exists() and not Claim.objects.exists()


def test_an_address_has_a_budget(inbox):
    for number in range(claims.A_DAY):
        sends(inbox, text=f"{number}", doubt="trap" if number % 2 else "")
    with pytest.raises(Problem) as caught:
        sends(inbox)
    assert caught.value.status == 429 and 86_000 < caught.value.retry_after <= 86_401
    sends(inbox, email="somebody.else@shop.example")
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert not sends(inbox).held


def test_a_typed_address_gives_nothing_away(inbox, shop):
    """A proven customer's address in a form is a claim: it adds nothing to what is known of them."""
    known = tending.add_customer(name="Real Maryam", by=Actor("system"), ways={"email": "maryam@shop.example"})
    tending.prove(known, "email", "maryam@shop.example", by=Actor("system"))
    sends(inbox, name="Mallory", phone="+982112345678")
    talk = Conversation.objects.get()
    assert talk.customer == known and not Identity.objects.filter(kind="phone").exists() and Customer.objects.get(pk=known.pk).name == "Real Maryam"
    assert talk.messages.get().original.head | {"date": ""} == {
        "subject": "",
        "from": "maryam@shop.example",
        "name": "Mallory",
        "phone": "+982112345678",
        "fields": {},
        "date": "",
    }


def test_settings_that_make_no_sense_are_refused(inbox):
    for change in ({"origins": ["https://*.example"]}, {"intro": {"de": "Hallo"}}, {"fields": ["no_such_field"]}):
        with pytest.raises(Problem):
            FORM.changed(inbox.config, change)
    assert config_of({}).origins == [] and FORM.way == "email" and FORM.by_mail
