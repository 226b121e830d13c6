"""The language of what customers write, also of two words."""

import pytest

from yavar.base.lang import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("سلام", "fa"), ("سفارش من کجاست؟", "fa"), ("لطفا پیگیری کنید", "fa"), ("پيگيري سفارش", "fa"), ("با تشکر", "fa"), ("مرحبا، أين طلبي؟", "ar"), ("السلام عليكم", "ar"), ("شكرا", "ar"),
        ("میرا آرڈر کہاں ہے", "ur"), ("سڵاو داواکاریەکەم لە کوێیە", "ckb"), ("Привет", "ru"), ("Где мой заказ?", "ru"), ("Возврат товара", "ru"), ("Де моє замовлення?", "uk"),
        ("Доброго дня", "uk"), ("Къде е моята поръчка?", "bg"), ("Hello, where is my order?", "en"), ("Thanks!", "en"), ("Wo ist meine Bestellung?", "de"), ("Danke", "de"),
        ("Où est ma commande ?", "fr"), ("¿Dónde está mi pedido?", "es"), ("Dov'è il mio ordine?", "it"), ("Onde está o meu pedido?", "pt"), ("Waar is mijn bestelling?", "nl"),
        ("Var är min beställning?", "sv"), ("Siparişim nerede?", "tr"), ("Gdzie jest moje zamówienie?", "pl"), ("注文はどこですか", "ja"), ("我的订单在哪里", "zh"), ("제 주문은 어디에 있나요", "ko"),
        ("Πού είναι η παραγγελία μου;", "el"), ("איפה ההזמנה שלי", "he"), ("salam sefaresh man koja ast", ""), ("12345 !!", ""), ("", ""),
        ("https://shop.example/the/and/is a@is.the", ""), ("Привет\n> hello this is what you wrote to me and the rest of it", "ru"),
    ],
)  # fmt: skip
def test_the_language_is_told(text, language):
    assert detect(text) == language
