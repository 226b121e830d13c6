"""What mail programs say around a quoted letter, per language. Persian, Russian and English first, and as whole as we know them.

Every phrase is written in its usual spelling; `folded` brings it to the form that lines are compared in.
"""

import re
from collections.abc import Iterable
from typing import Final

from .fold import folded


def _alternatives(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))


# "… wrote": the word that ends (or stands within) the line over a quote
_WROTE: Final = folded("""
    نوشت|نوشته است|نوشته|نوشتند|نوشتید|نوشته اید|می‌نویسد|می نویسد|نوشته بود|گفت|کتب|کتبت
    написал(а)|написал|написала|написали|писал(а)|писал|писала|писали|пишет|пишете|написал/а|написал (-а)|сообщил|сообщила
    wrote|writes|has written|said|schrieb|schreibt|a écrit|écrit|écrivait|escribió|escribio|ha escrit|va escriure|ha scritto|scrive|escreveu
    schreef|skrev|skriver|kirjoitti|napisał(a)|napisał|napisała|pisze|napsal(a)|napsal|napsala|píše|napísal|napísal(a)|yazdı|şunu yazdı|şunları yazdı
    yazmış
    написав|написала|написав(ла)|пише|писав|написа|έγραψε|írta|ezt írta|a scris|napisao je|napisala je|је написао/ла|rašė|rakstīja|kirjutas
    כתב|כתבה|כתב/ה|đã viết|menulis|เขียนว่า|jazdı|жазды|yazıb|skrifaði|shkroi|napisao/la je|je napisal|je napisal(a)
""")
_WROTE_CJK: Final = folded("写道|寫道|写到|のメール|は書きました|が書きました|さんは書き|님이 작성|작성하였습니다|작성했습니다|작성|님이 쓴 글|썼습니다")
WROTE: Final = re.compile(rf"(?<!\w)(?:{_alternatives(_WROTE)})(?!\w)|(?:{_alternatives(_WROTE_CJK)})")

# what such a line begins with: a preposition or a day of the week (a number will do as well)
_LEADS: Final = folded("""
    در تاریخ|در روز|در|به تاریخ|تاریخ|روز|فی|فی تاریخ|on|at|le|am|el|il|il giorno|in data|em|op|den|på|dne|w dniu|dnia|в|во|at|on date|quoting
    citando|zitat von|вы писали|ты писал|you wrote|your message of
    on behalf of|la|în|pe|kl|ngày|pada|a|στις|la data de|u|dana|вт|на|у|am|om|den|il|在|於|于
""")
_WEEKDAYS: Final = folded("""
    شنبه|یکشنبه|یک‌شنبه|دوشنبه|سه‌شنبه|سهشنبه|چهارشنبه|پنجشنبه|پنج‌شنبه|جمعه|ج|ش|ی|د|س|چ|پ
    понедельник|вторник|среда|среду|четверг|пятница|пятницу|суббота|субботу|воскресенье|пн|вт|ср|чт|пт|сб|вс|воскресение
    mon|tue|wed|thu|fri|sat|sun|tues|weds|thur|thurs|monday|tuesday|wednesday|thursday|friday|saturday|sunday
    montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer
    jeu|ven|sam|dim
    lunes|martes|miércoles|jueves|viernes|sábado|domingo|mié|jue|vie|sáb|dom|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|gio
    segunda|terça|quarta|quinta|sexta|seg|ter|qua|qui|sex|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|ma|wo|vr|za|zo
    måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag|søndag|man|tir|tirs|ons|tor|tors|fre|lør|søn|lör|sön|tis|mån
    poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|pon|wt|śr|czw|pt|sob|niedz|pondělí|úterý|středa|čtvrtek|pátek|neděle|po|út|st|čt|pá|so
    ne
    pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar|pzt|sal|çar|per|cum|cmt|paz|понеділок|вівторок|середа|четвер|п'ятниця|субота|неділя|нд
    maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai|sunnuntai|الاثنین|الثلاثاء|الاربعاء|الخمیس|الجمعة|السبت|الاحد|δευ|τρι|τετ|πεμ|παρ|hétfő
    kedd|szerda|csütörtök|péntek
""")
OPENS: Final = re.compile(rf"(?:{_alternatives(_LEADS | _WEEKDAYS)})(?!\w)")

# the labels of a header block, by what they stand for
_LABELS: Final[dict[str, frozenset[str]]] = {
    "from": folded("""
        از|فرستنده|ارسال کننده|از طرف|От|От кого|Отправитель|From|Sender|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|Kimden|Gönderen|Від|من|المرسل|发件人|寄件者
        寄件人|差出人|送信者|보낸 사람|보낸사람|발신
        Από|Feladó|De la|Odesílatel|Expéditeur|Absender|Remitente|Mittente|Remetente|Afzender|Avsändare|Avsender|Afsender|Від кого|Saatja|Nuo|No|מאת
        Från|Dari|Từ|จาก
    """),
    "date": folded("""
        ارسال شده|ارسال شده در|ارسال|تاریخ|تاریخ ارسال|زمان|زمان ارسال|فرستاده شده|فرستاده شده در|فرستاده شد|Отправлено|Дата|Отправлен|Время|Послано
        Дата отправки|Sent|Date|Sent at|Sent on|Date sent|On
        Gesendet|Datum|Envoyé|Envoyé le|Date d'envoi|Le|Enviado|Enviado el|Enviado em|Enviada em|Enviada|Fecha|Data|Inviato|Data invio|Verzonden
        Skickat|Sendt|Dato|Sendt den|Lähetetty|Päivämäärä|Pvm|Wysłano|Wysłane|Data wysłania|Odesláno|Datum odeslání
        Gönderildi|Gönderme Tarihi|Tarih|Надіслано|Відправлено|التاریخ|تاریخ الإرسال|تم الإرسال|تاریخ الارسال|发送时间|发送日期|日期|时间|寄件日期|傳送日期|送信日時|日時|送信日
        送信済み|보낸 날짜|보낸날짜|보낸 시간|날짜|일시
        Ημερομηνία|Στάλθηκε|Elküldve|Dátum|Küldve|Trimis|Dată|Datë|Saadetud|נשלח|תאריך|Dikirim|Tanggal|Ngày|Đã gửi|วันที่|Poslano|Изпратено
    """),
    "to": folded("""
        به|گیرنده|گیرندگان|دریافت کننده|Кому|Получатель|Получатели|To|An|À|A|Para|Per|Aan|Till|Til|Vastaanottaja|Do|Komu|Pro|Kime|Alıcı|Кому|إلى|الی
        المستلم|收件人|收件者|宛先|받는 사람|받는사람|수신|Προς|Címzett|Către|Destinataire|Empfänger|Destinatario|Destinatário
        Ontvanger|Mottagare|Odbiorca|Příjemce|Za|Prima|אל|Kepada|Đến|ถึง
    """),
    "subject": folded("""
        موضوع|عنوان|Тема|Subject|Betreff|Objet|Sujet|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Aihe|Temat|Předmět|Předmet|Konu|Тема|الموضوع|主题|主旨|主題
        件名|제목|Θέμα|Tárgy|Subiect|Predmet|Teema|Tema|נושא|Perihal|Subjek|Chủ đề|หัวเรื่อง|Относно
    """),
    "other": folded("""
        رونوشت|کپی|اولویت|پاسخ به|پیوست|پیوست‌ها|نسخه|اهمیت|Копия|Важность|Ответить|Обратный адрес|Вложения|Скрытая копия|Cc|Bcc|Reply-To|Reply to
        Importance|Priority|Attachments|Organization|Mailed-By|X-Mailer|Kopie|Wichtigkeit|Copie|Importance|CC
        Kopio|Kopia|Kopi|Bilgi|Cópia|Anhänge|抄送|副本|参考|참조|نسخة|Antwort an|Répondre à|Responder a|Rispondi a
    """),
}
LABELS: Final[dict[str, str]] = {label: kind for kind, labels in _LABELS.items() for label in labels}
INLINE: Final = re.compile(rf"(?<!\w)({_alternatives(label for kind in ('from', 'date', 'to', 'subject') for label in _LABELS[kind] if len(label) > 1)}) ?:")

# "-----Original Message-----"
ORIGINAL: Final = folded("""
    پیام اصلی|پیغام اصلی|ایمیل اصلی|متن پیام اصلی|متن اصلی پیام|نامه اصلی
    Исходное сообщение|Исходное письмо|Оригинальное сообщение|Первоначальное сообщение|Оригинал сообщения|Исходное сообщение от|Цитируемое сообщение
    Ответ на сообщение
    Original Message|Original Appointment|Original mail|Original e-mail|Reply message|Reply all|Quoted message|Originalnachricht
    Ursprüngliche Nachricht|Originalmail|Message d'origine|Message original|Message initial|Courriel original|Message transféré d'origine
    Mensaje original|Messaggio originale|Messaggio Originale|Mensagem original|Oorspronkelijk bericht|Origineel bericht|Ursprungligt meddelande
    Originalmeddelande|Original meddelelse|Oprindelig meddelelse|Oprindelig besked|Opprinnelig melding|Oprindelig mail|Opprinnelig e-post
    Alkuperäinen viesti|Wiadomość oryginalna|Oryginalna wiadomość|Původní zpráva|Původní e-mail|Pôvodná správa|Orijinal Mesaj|Özgün İleti
    Orjinal mesaj|Orijinal ileti|Оригінальне повідомлення|Вихідне повідомлення|Початкове повідомлення
    الرسالة الأصلية|原始邮件|原始郵件|原邮件|原始訊息|元のメッセージ|オリジナルメッセージ|Original-Nachricht|원본 메시지|원본 메일|원본메일|Αρχικό μήνυμα|Eredeti üzenet|Eredeti levél
    Mesajul original|Mesaj original|Izvirno sporočilo|Izvorna poruka|הודעה מקורית|Pesan asli|Thư gốc|Missatge original
""")
# a forward is what its sender wants us to read, so it is content
FORWARD: Final = folded("""
    پیام بازارسال‌شده|پیام بازارسال شده|پیام هدایت‌شده|پیام هدایت شده|پیام ارسال مجدد|پیام فوروارد شده|ایمیل فوروارد شده|پیغام ارجاع شده
    پیام ارجاع شده|پیام ارجاع‌داده‌شده|آغاز پیام بازارسال‌شده|آغاز پیام هدایت‌شده|شروع پیام بازارسال شده|شروع پیام هدایت شده
    Пересылаемое сообщение|Пересланное сообщение|Начало переадресованного сообщения|Начало пересылаемого сообщения|Начало пересланного сообщения
    Переадресованное сообщение|Перенаправленное сообщение|Пересылаемое письмо|Конец пересылаемого сообщения
    Forwarded message|Begin forwarded message|Start of forwarded message|Beginning of forwarded message|Forwarded by|Forwarded mail|Forwarded email
    Weitergeleitete Nachricht|Anfang der weitergeleiteten Nachricht|Anfang der weitergeleiteten E-Mail|Weitergeleitete Mail
    Message transféré|Début du message transféré|Début du message réexpédié|Message transmis|Mensaje reenviado|Inicio del mensaje reenviado
    Messaggio inoltrato|Inizio messaggio inoltrato|Mensagem encaminhada|Mensagem reencaminhada|Início da mensagem encaminhada|Doorgestuurd bericht
    Begin doorgestuurd bericht
    Vidarebefordrat meddelande|Vidarebefordrat brev|Vidarebefordrat mail|Videresendt meddelelse|Videresendt melding|Videresendt besked
    Start på videresendt besked|Edelleenlähetetty viesti|Välitetty viesti alkaa|Wiadomość przekazana dalej|Przekazana wiadomość
    Treść przekazanej wiadomości|Przeposlaná zpráva|Přeposlaná zpráva|Přeposlaný e-mail
    İletilen ileti|İletilmiş ileti|Yönlendirilen ileti|Yönlendirilmiş mesaj|Переслане повідомлення|Перенаправлене повідомлення|رسالة معاد توجيهها
    الرسالة المحولة|رسالة محولة|转发的邮件|转发邮件信息|轉寄的郵件|轉寄郵件|転送されたメッセージ|転送メッセージ|전달된 메시지|전달된 메일|Προωθημένο μήνυμα|Továbbított üzenet|Továbbított levél
    Mesaj redirecționat|Mesaj redirectionat|הודעה שהועברה|Pesan terusan
""")
