"""Words of three languages in the proportions of real talk: few are in every other message, most are rare, some stand in one message alone."""

import random
from collections.abc import Sequence

RING = 1 << 19  # words of a language drawn once; a text is a stretch of them
TAIL = 12_000  # made-up rare words of each language
COMMON = {
    "en": """the to and you is it of for my in that this have with on not be your was but as are at can if me so will we or please order from has just
        thank hello would what do when they there an get been which one how any about no up out by did received could parcel delivery back still time thanks
        kettle today help refund address send grinder need payment coffee new day card price return size number shipped box colour filter week money beans
        invoice arrived yesterday wrong broken code discount stock warranty track email phone question machine change cancel courier milk leaks lid cup
        missing password account website checkout damaged replacement sugar descale brew espresso burr scale thermometer subscription wholesale""",
    "fa": """و به از که را در این است با من برای شما سلام هم تا ممنون سفارش لطفا یک می‌خواهم ولی اگر آن خیلی دارم بود شد کنم کنید چرا هنوز کی
        چند روز بسته ارسال رسید پول هزینه آدرس کتری قهوه آسیاب فیلتر کالا خرید پرداخت کارت برگشت تعویض رنگ اندازه قیمت تخفیف کد شماره تماس
        گارانتی پیک تهران شیراز امروز فردا دیروز هفته ماه نشد نیست هست باید شده کردم گفتم خراب شکسته ناقص اشتباه فاکتور حساب سایت رمز ایمیل
        جعبه لیوان شیر شکر دانه دستگاه اسپرسو ترازو موجود تمام تشکر خداحافظ پاسخ پیگیری نامه انبار مشتری عالی بد خوب زود دیر مرسوله""",
    "ru": """и в не на я что с это у мне по за как но он так мы вы здравствуйте спасибо заказ пожалуйста если все уже еще когда до для из был есть можно
        нет или вам меня мой там только день посылка доставка деньги возврат адрес чайник кофе мельница фильтр товар оплата карта обмен цвет размер цена
        скидка код номер телефон гарантия курьер сегодня завтра вчера неделя месяц пришел пришла получил получила отправили жду почему сломан разбит
        неправильный счет сайт пароль почта коробка чашка молоко сахар зерна машина эспрессо весы наличие склад ответ вопрос помогите хорошо плохо быстро
        долго отмена трек пункт выдачи магазин чек подписка крышка течет москва казань""",
}  # fmt: skip
SYLLABLES = {
    "en": "ba con der el fi gar hon in jo ker lan mer nor op par quin ros sul ter un ver wen yor zel tion ment er ing ly ous",
    "fa": "با تر می کا نو سا را دی مه شا پر گل زن بو خا رو نی دا کی مو چا هی ور ست ان یا لو فر جا قه",
    "ru": "ба ве го да ем жи за ко ли мо на об по ра со ту уп фе хо це чи ши эл ют ян ник ость ение ный ать",
}
FIRST = {
    "en": "James Mary John Anna Robert Linda David Sarah Tom Emma Paul Olivia Mark Grace Peter Ruby Alan Chloe Simon Freya Colin Maud",
    "fa": "مریم علی زهرا محمد فاطمه حسین سارا رضا نرگس امیر لیلا مهدی مینا حسن پریسا کاوه شیرین بهرام نازنین آرش ترانه سیاوش",
    "ru": "Анна Иван Мария Сергей Елена Дмитрий Ольга Алексей Татьяна Андрей Наталья Павел Ирина Михаил Светлана Никита Юлия Егор Вера Глеб",
}
LAST = {
    "en": "Smith Jones Taylor Brown Wilson Evans Thomas Walker White Green Hall Wood Clarke Hill Moore Ward Turner Cooper Quill Thorne",
    "fa": "محمدی حسینی احمدی کریمی رضایی موسوی جعفری صادقی رحیمی ابراهیمی کاظمی قاسمی بهرامی فراهانی نوری یزدانی شریفی مرادی زند افشار",
    "ru": "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Федоров Морозов Волков Лебедев Козлов Орлов Зуев Гущин Щукин",
}


def zipf(number: int, shift: float = 0.0, power: float = 1.0) -> list[float]:
    """Cumulative weights of `number` ranks."""
    total, found = 0.0, []
    for rank in range(1, number + 1):
        total += 1 / (rank + shift) ** power
        found.append(total)
    return found


class Language:
    """The words of one language, with what the analyser makes of each."""

    def __init__(self, code: str, rng: random.Random) -> None:
        from yavar.base.search import tokens

        self._rng = rng
        words = list(dict.fromkeys(COMMON[code].split()))
        known, syllables = set(words), SYLLABLES[code].split()
        while len(words) < TAIL:
            word = "".join(rng.choices(syllables, k=rng.randint(2, 4)))
            if word not in known:
                known.add(word)
                words.append(word)
        ring = rng.choices(range(TAIL), cum_weights=zipf(TAIL, 2.7), k=RING)
        stems = [" ".join(tokens(word)) for word in words]
        self._words, self._stems = [words[n] for n in ring], [stems[n] for n in ring]
        self.vocabulary = words
        self._first, self._last = FIRST[code].split(), LAST[code].split()
        self._first_weights, self._last_weights = zipf(len(self._first)), zipf(len(self._last))

    def text(self) -> tuple[str, str]:
        """A message and its tokens: about 18 words, seldom hundreds; one in eight names an order."""
        rng = self._rng
        length = min(300, 1 + int(rng.lognormvariate(2.5, 0.8)))
        at = int(rng.random() * (RING - length))
        text, stems = " ".join(self._words[at : at + length]), " ".join(self._stems[at : at + length])
        if rng.random() < 0.125:
            number = rng.randrange(10**7, 10**8)
            return f"{text} NK-{number}", f"{stems} nk {number}"
        return text, stems

    def name(self) -> str:
        """A person's."""
        rng = self._rng
        return f"{rng.choices(self._first, cum_weights=self._first_weights)[0]} {rng.choices(self._last, cum_weights=self._last_weights)[0]}"


def languages(rng: random.Random) -> dict[str, Language]:
    """All three."""
    return {code: Language(code, rng) for code in COMMON}


def sample(texts: Sequence[tuple[str, str]]) -> bool:
    """Whether the analyser, given whole texts, finds the same tokens: what `Language` joined word by word is the real thing."""
    from yavar.base.search import tokens

    return all(tokens(text) == stems.split() for text, stems in texts)
