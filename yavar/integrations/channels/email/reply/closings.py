"""How letters end: what programs write under them by themselves, and the forms of good-bye that say nothing more.

Thanks are not among them ("Thanks, Alex", "Спасибо!", "ممنونم"): somebody said that. Only the Persian «با تشکر» on a line of its own is a form.
"""

import re
from typing import Final

from .fold import folded

FAREWELLS: Final = folded("""
    با تشکر|با سپاس|با احترام|با تشکر و احترام|با احترام و تشکر|با سپاس و احترام|با احترام فراوان|با تشکر فراوان|با سپاس فراوان|با کمال احترام
    با تقدیم احترام|با تقدیم احترامات|با تجدید احترام|با کمال تشکر|ارادتمند|ارادتمند شما
    با تشکر از شما|با مهر|با آرزوی موفقیت|با آرزوی بهترین‌ها|با بهترین آرزوها|با بهترین احترامات|دوستدار شما|با مهر و احترام|با عرض احترام
    با ادب و احترام|مخلص شما|با درود و احترام|با تشکر و سپاس|با سپاس و تشکر|با تشکر فراوان از شما
    با احترام و سپاس|با نهایت احترام|با سپاس از شما|با سپاس از توجه شما|با تشکر از توجه شما|قربان شما|مع تحیاتی|تحیاتی|مع خالص التحیه|مع التحیه
    با قدردانی|پیشاپیش از همکاری شما سپاسگزارم
    С уважением|С наилучшими пожеланиями|С наилучшими|С наилучшим|С искренним уважением|С глубоким уважением|С большим уважением|Всего доброго
    Всего хорошего|Всего наилучшего|Искренне Ваш|С пожеланием всего доброго
    С уважением и благодарностью|С благодарностью и уважением|С благодарностью|С почтением|С приветом|Наилучшие пожелания|С пожеланиями хорошего дня
    Хорошего дня|С добрыми пожеланиями|С теплом|С ув|С ув.|С признательностью|Искренне ваша|З повагою|З найкращими побажаннями
    Best regards|Kind regards|Kindest regards|Warm regards|Warmest regards|With best regards|With kind regards|Many regards|Regards|Best wishes
    With best wishes|All the best|Sincerely|Sincerely yours|Yours sincerely|Yours truly|Yours faithfully|Respectfully|Respectfully yours
    Very truly yours|Thanks and regards|Thanks & regards|Thanks and best regards|Thank you and best regards|With regards|Best rgds|Rgds|Br|BR|Warmly
    Cordially|Faithfully|With warm regards|Best Regards to all|Thanks with regards
    Mit freundlichen Grüßen|Mit freundlichem Gruß|Mit freundlichen Grüssen|Mit besten Grüßen|Viele Grüße|Freundliche Grüße|Beste Grüße|Liebe Grüße
    Herzliche Grüße|Mit lieben Grüßen|Schöne Grüße|Grüße|Gruß|MfG|LG|VG
    Cordialement|Bien cordialement|Très cordialement|Bien à vous|Cdlt|Sincères salutations|Meilleures salutations|Salutations distinguées|Saludos
    Un saludo|Saludos cordiales|Un cordial saludo|Atentamente|Reciba un cordial saludo
    Cordiali saluti|Distinti saluti|Saluti|Un saluto|Cordialmente|Atenciosamente|Cumprimentos|Com os melhores cumprimentos|Melhores cumprimentos
    Abraços|Att|Met vriendelijke groet|Met vriendelijke groeten|Vriendelijke groet|Groeten|Mvg
    Med vänliga hälsningar|Vänliga hälsningar|Med vänlig hälsning|Hälsningar|Mvh|Med venlig hilsen|Venlig hilsen|Vh|Med vennlig hilsen|Vennlig hilsen
    Hilsen|Ystävällisin terveisin|Terveisin|Parhain terveisin
    Pozdrawiam|Z poważaniem|Z wyrazami szacunku|Serdecznie pozdrawiam|S pozdravem|S přátelským pozdravem|Saygılarımla|Saygılar|İyi günler
    İyi çalışmalar|Üdvözlettel|Tisztelettel|Cu stimă|Toate cele bune|Με εκτίμηση|Φιλικά|此致|敬具|よろしくお願いいたします
""")

# "Sent from my iPhone": the beginnings of lines that a device or a program adds
_SENT: Final = (
    r"[<(]*(?:sent|written|composed|posted|typed|dictated) (?:with|from|via|by|using|on|through)\b.{1,80}"
    r"|[<(]*(?:get|download|sent from) \[?outlook for .{1,90}|get (?:bluemail|spark|protonmail|yahoo mail|mail) (?:for|on) .{1,80}"
    r"|yahoo mail: search, organi[sz]e, conquer.{0,60}"
    r"|(?:.{1,20} )?(?:from|via) (?:my )?(?:mobile|phone|iphone|ipad|android|smartphone|cell|samsung|galaxy|huawei|xiaomi|blackberry)\b.{0,40}"
    r"|(?:please )?excuse (?:any |my )?(?:brevity|typos).{0,60}"
    r"|отправлено (?:с|со|из|от|через|при помощи|в)\b.{1,90}|отправлен[оа]? (?:с|из)\b.{1,80}|посл(?:ано|ан) (?:с|из|через)\b.{1,80}|написано (?:с"
    r"|на|в)\b.{1,60}|(?:скачать|получить|загрузить|установите|получите) outlook (?:для|на) .{1,80}"
    r"|из (?:мобильно[йг]о? |приложения )?(?:яндекс[. ]?почты|почты (?:mail(?:\.ru)?|для windows|яндекс).{0,20}|mail(?:\.ru)?|gmail|outlook)(?: для .{1,30})?"
    r"|с (?:моего )?(?:айфона|iphone|телефона|смартфона)(?: .{0,30})?|(?:простите|извините) за (?:краткость|опечатки).{0,60}"
    r"|(?:(?:این )?(?:ایمیل|نامه|پیام) )?(?:ارسال شده|فرستاده شده|ارسال|ارسالی|ارسالشده|فرستاده شد|ارسال شد)(?: است)? (?:از|با|توسط|به وسیله"
    r"|بوسیله|از طریق)\b.{1,80}|از (?:گوشی|تلفن|موبایل|ایفون|iphone|دستگاه) .{0,30}(?:ارسال|فرستاده) .{1,20}"
    r"|(?:دریافت|دانلود|گرفتن) outlook (?:برای|برای سیستم عامل) .{1,80}|outlook (?:برای|را برای) .{1,60}(?:دریافت|دانلود) .{1,20}"
    r"|(?:von meine[mr]|gesendet (?:von|mit|aus)|diese nachricht wurde von|von .{1,30} gesendet)\b.{0,90}|(?:outlook|hol dir outlook) für .{1,60}"
    r"|envoy[ée]e?s? (?:depuis|de|à partir|avec|par)\b.{1,80}|t[ée]l[ée]charge[rz] outlook pour .{1,60}|(?:obtenir|obtenez) outlook pour .{1,80}"
    r"|envoyé par .{1,40}"
    r"|enviad[oa] (?:desde|do|de|a partir|con|através|pelo|via|mediante)\b.{1,80}|(?:obtener|obter|obtenga) (?:o )?outlook para .{1,60}"
    r"|inviato (?:da|dal|con|tramite)\b.{1,80}|(?:ottieni|scarica) outlook per .{1,60}"
    r"|verzonden (?:vanaf|met|via|van)\b.{1,80}|(?:download|outlook voor) .{0,10}outlook voor .{1,60}|outlook voor .{1,60}(?:downloaden|krijgen)"
    r"|skickat från .{1,60}|(?:hämta|hent|få) outlook (?:för|til|for) .{1,60}|sendt (?:fra|med|via) .{1,60}|lähetetty .{1,60}(?:sta|stä|lla|llä"
    r"|lta|ltä)\b.{0,20}"
    r"|wys[łl]ano? z .{1,60}|wysłane? (?:z|za) .{1,60}|pobierz outlook .{1,60}|odesláno (?:z|ze) .{1,60}|odoslané z .{1,60}|.{1,40}(?:'dan|'den"
    r"|'tan|'ten|dan|den|ımdan|umdan) gönderildi\b.{0,10}|надіслано (?:з|із|зі|через) .{1,60}|відправлено (?:з|із) .{1,60}"
    r"|从我的.{1,40}发送|发自我的.{1,40}|從我的.{1,40}傳送|.{0,20}iphoneから送信|.{1,30}から送信|나의 .{1,20}에서 (?:보냄|보낸 메시지)|.{1,20}에서 보냄|στάλθηκε από .{1,60}"
    r"|elküldve .{1,60}|trimis de pe .{1,60}|نسلت من .{1,60}|(?:تم الارسال|مرسل|ارسلت) من .{1,60}|נשלח מ.{1,40}"
)
MOBILE: Final = re.compile(rf"(?:{_SENT})$")
