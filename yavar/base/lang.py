"""Which language a text is in: by its script, then by letters only one language has, then by its most frequent words. Small, and ours: no model, no list taken from elsewhere."""

import re
from collections import Counter
from functools import cache

_LOOKED_AT = 1_200  # characters
_LETTERS = re.compile(r"[^\W\d_]+(?:['’\u200c][^\W\d_]+)*")
_KANA = re.compile(r"[\u3040-\u30ff]")

_WORDS = {
    "en": "the and is of to in i my you it for have not your this what where when how order please hello thanks thank are was can with on me we has been be would hi dear if do did there any help will that from but delivery refund return",
    "de": "und der die das ist nicht ich sie mein meine ein eine wo wie bitte danke habe mit für auf zu wir bestellung hallo es von den noch kann auch im wann guten tag bin sehr geehrte",
    "fr": "le la les est je et de mon ma vous une un pas où bonjour merci commande pour que dans avec sur des ne ce nous du avez été votre mes comment",
    "es": "el la los las es y de mi que por favor hola gracias pedido no un una para con en dónde donde está cuándo he mis su buenos días me lo se cómo pero",
    "it": "il la lo gli è e di mio mia che per favore ciao grazie ordine non un una con dove quando ho sono buongiorno mi del della ancora come vorrei",
    "pt": "o os as é e de meu minha que por favor olá obrigado obrigada pedido não um uma para com em onde está quando eu você meus bom dia do da no na ainda como",
    "nl": "de het een is en mijn ik niet waar wanneer bestelling hallo dank bedankt alstublieft voor van op met dat heb heeft u je wij zijn nog kan hoe graag",
    "sv": "och är min mitt jag inte var när beställning hej tack för det en ett på med som att har ni vi kan hur den till av vill",
    "da": "og er min mit jeg ikke hvor hvornår bestilling hej tak for det en et på med som at har i vi kan hvordan den til af vil ordre",
    "no": "og er min mitt jeg ikke hvor når bestilling hei takk for det en et på med som at har vi kan hvordan den til av vil ordre",
    "fi": "ja on ei minun olen tilaus missä milloin hei kiitos että se mutta oli kun voi miten tilaukseni mitä vielä",
    "pl": "i jest nie moje moja mój się że w na z do gdzie kiedy zamówienie dzień dobry dziękuję proszę cześć czy jak mam co dla ale już",
    "cs": "a je se že na v moje můj kde kdy objednávka objednávku dobrý den děkuji prosím ahoj jak co ale pro už jsem mám nebo",
    "tr": "ve bir bu ne nerede zaman siparişim sipariş merhaba teşekkürler lütfen için değil mi ben çok var yok ile de da nasıl henüz gelmedi benim",
    "ro": "și este nu comanda mea meu unde când bună ziua mulțumesc vă rog pentru că în la cu un o am de ce sunt",
    "hu": "és a az nem hogy rendelésem rendelés hol mikor szia köszönöm kérem jó napot van egy még de meg mit",
    "vi": "tôi của là không và đơn hàng ở đâu khi nào xin chào cảm ơn cho có một được bạn này",
    "id": "saya di mana dan yang tidak pesanan kapan terima kasih halo tolong untuk ini itu dengan ada sudah belum dari apa",
    "ru": "и в не на я что с где мой моя заказ когда здравствуйте привет спасибо пожалуйста как это у вы мне по но за от до для уже есть все ещё еще добрый день так меня",
    "uk": "і в не на я що з де моє моя мій замовлення коли вітаю привіт дякую будь ласка як це у ви мені але за від до для вже є ще добрий доброго день дня та",
    "bg": "и в не на аз че с къде моята моят поръчка кога здравейте здравей благодаря моля как това у вие ми по но за от до вече има са да се добър ден съм още",
    "be": "і ў не на я што з дзе мой мая замова калі прывітанне дзякуй калі ласка як гэта вы мне але за ад да для ўжо ёсць",
    "sr": "и у не на ја што са где мој моја поруџбина када здраво хвала молим како ово ви ми али за од до је да се још",
    "fa": "و در به از که این را با است من سلام سفارش کجاست ممنون لطفا لطفاً برای هم نیست شما کی چرا هنوز آن یک بود شده کنید خواهم می‌خواهم نرسیده چطور دارم خسته نباشید متشکرم وقت بخیر قیمت چنده",
    "ar": "في من على إلى أن هذا التي الذي مرحبا شكرا طلبي الطلب أين متى لم لا هل ما عن مع كان السلام عليكم لكم يرجى كيف هو أنا قد تم بعد ولكن",
    "ur": "ہے میں کا کی کے اور سے نہیں ہیں کو پر آپ یہ میرا آرڈر کہاں شکریہ السلام کیا ہوں تھا",
    "ckb": "لە و بە کە ئەم ئەو بۆ من سڵاو داواکاری سوپاس کوێ نییە هەیە دەکەم تۆ چۆن",
}  # fmt: skip
_BY_WORD: dict[str, list[str]] = {}
for _language, _list in _WORDS.items():
    for _word in _list.split():
        _BY_WORD.setdefault(_word, []).append(_language)

# letters that only these languages (of the ones above) write; each counts as much as that many words
_SIGNS = {
    letter: weights
    for letters, weights in (
        ("پچژگ", {"fa": 1.0, "ur": 0.6, "ckb": 0.6}), ("یک", {"fa": 0.5, "ur": 0.4, "ckb": 0.4}), ("ةكيى", {"ar": 0.5}), ("أإ", {"ar": 0.6}),
        ("ٹڈڑےںھہ", {"ur": 1.5}), ("ێۆڵڕەڤ", {"ckb": 1.5}),
        ("їєґ", {"uk": 2.0}), ("і", {"uk": 0.8, "be": 0.8}), ("ў", {"be": 2.0}), ("ыэё", {"ru": 0.8, "be": 0.7}), ("ђћљњџј", {"sr": 1.5}), ("ъ", {"bg": 0.5, "ru": 0.1}),
        ("ß", {"de": 2.0}), ("äö", {"de": 0.3, "sv": 0.3, "fi": 0.3}), ("ü", {"de": 0.4, "tr": 0.3, "hu": 0.2}), ("ñ¿¡", {"es": 2.0}), ("ãõ", {"pt": 1.5}),
        ("êœ", {"fr": 0.8}), ("ç", {"fr": 0.4, "pt": 0.4, "tr": 0.4}), ("è", {"fr": 0.5, "it": 0.5}), ("ìò", {"it": 1.0}), ("łąęśźżćń", {"pl": 1.0}),
        ("řěůž", {"cs": 1.0}), ("ığş", {"tr": 1.0}), ("țșă", {"ro": 1.0}), ("őű", {"hu": 2.0}), ("å", {"sv": 0.5, "da": 0.5, "no": 0.5}),
        ("øæ", {"da": 1.0, "no": 1.0}), ("đơưạếệ", {"vi": 1.0}),
    )
    for letter in letters
}  # fmt: skip
_SCRIPTS = (
    ("Latin", "A", "\u024f"), ("Latin", "\u1e00", "\u1eff"), ("el", "\u0370", "\u03ff"), ("Cyrillic", "\u0400", "\u052f"), ("hy", "\u0531", "\u058f"), ("he", "\u0590", "\u05ff"),
    ("Arabic", "\u0600", "\u06ff"), ("Arabic", "\ufb50", "\ufeff"), ("hi", "\u0900", "\u097f"), ("bn", "\u0980", "\u09ff"), ("th", "\u0e00", "\u0e7f"), ("ka", "\u10a0", "\u10ff"),
    ("kana", "\u3040", "\u30ff"), ("han", "\u4e00", "\u9fff"), ("ko", "\uac00", "\ud7a3"),
)  # fmt: skip
_ALONE = {"Arabic": "fa", "Cyrillic": "ru"}  # what a text in this script most likely is, here, when it has no sign of anything
_WRITTEN_IN = {
    **dict.fromkeys(("fa", "ar", "ur", "ckb"), "Arabic"),
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr"), "Cyrillic"),
}


def detect(text: str) -> str:
    """The two-letter code (ISO 639-1; `ckb` for Sorani), or '' when nothing speaks for one. Romanised Persian and single words of many languages are ''."""
    lines = "\n".join(line for line in text[:_LOOKED_AT].split("\n") if not line.startswith(">"))
    sample = " ".join(word for word in lines.split() if "://" not in word and "@" not in word and not word.startswith("www."))
    words = Counter(_LETTERS.findall(sample.lower()))
    scripts = Counter[str]()
    for word, times in words.items():
        scripts[_script(word[0])] += len(word) * times
    if not scripts:
        return ""
    script = scripts.most_common(1)[0][0]
    if script in ("han", "kana"):  # words are not parted there, so a Chinese sign may only begin a Japanese sentence
        return "ja" if _KANA.search(sample) else "zh"
    if script not in ("Latin", "Cyrillic", "Arabic"):
        return script
    return _within(script, {word: times for word, times in words.items() if _script(word[0]) == script})


@cache
def _script(letter: str) -> str:
    return next((name for name, first, last in _SCRIPTS if first <= letter <= last), "")


def _within(script: str, words: dict[str, int]) -> str:
    points: dict[str, float] = {}
    for word, times in words.items():
        for language in _BY_WORD.get(word, ()):
            if _WRITTEN_IN.get(language, "Latin") == script:
                points[language] = points.get(language, 0) + times
        for letter in _SIGNS.keys() & set(word):
            for language, weight in _SIGNS[letter].items():
                points[language] = points.get(language, 0) + weight * times
    if not points:
        return _ALONE.get(script, "")
    (most, first), *others = sorted(((value, language) for language, value in points.items()), reverse=True)
    alike = others and most <= others[0][0]
    if script == "Latin" and (most < 1 or alike or most * 12 < sum(words.values())):
        return ""
    return first
