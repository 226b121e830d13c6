"""Every address of Django's chain. The hot doors stand in yavar.config.wiring."""

from django.conf import settings
from django.urls import path

from yavar.integrations.channels.email.doors import esp
from yavar.web.agent import board, inbox, installed, original, sign_in, welcome
from yavar.web.agent.settings import chat as chat_settings
from yavar.web.agent.settings import frame, pages
from yavar.web.agent.settings import webhooks as webhook_settings
from yavar.web.api.v1 import api
from yavar.web.demo import postbox, shop
from yavar.web.portal import confirm, embed, form, promises
from yavar.web.ui import errors, files
from yavar.web.widget import views as chat

urlpatterns = [
    path("api/v1/", api.urls),  # asked for most, so it is looked at first
    path("", sign_in.start),
    path("welcome", welcome.welcome),
    path("welcome/<str:step>", welcome.welcome),
    path("welcome-seen", welcome.seen),
    path("welcome-check", welcome.check),
    path("sign-in", sign_in.sign_in),
    path("sign-in/again", sign_in.again),
    path("sign-out", sign_in.sign_out),
    path("inbox", inbox.inbox),
    path("inbox/<path:path>", inbox.inbox),
    path("board", board.board),
    path("inbox-original/<str:conversation>/<str:message>", original.original),
    path("inbox-original/<str:conversation>/<str:message>/body", original.body),
    path("picture/<str:token>", original.picture),
    path("hooks/mail/<str:name>", esp.hook),
    path("hooks/mail/<str:name>/<str:mime>", esp.hook),
    path("favicon.ico", files.favicon),
    path("manifest.webmanifest", installed.manifest),
    path("sw.js", installed.worker),
    path("offline", installed.offline),
    path("settings", frame.start),
    path("settings/chat", chat_settings.chat),
    path("settings/try", chat_settings.try_chat),
    path("settings/webhooks", webhook_settings.webhooks),
    *pages.addresses,
    path("files/<str:key>/<str:name>", files.show),
    path("chat/<str:key>/loader.js", chat.loader),
    path("chat/<str:key>/panel", chat.panel),
    path("chat/<str:key>/session", chat.session),
    path("chat/hello", chat.hello),
    path("chat/line", chat.line),
    path("chat/transcript", chat.transcript),
    path("chat/messages", chat.older),
    path("chat/files", chat.files),
    path("form/confirm/<str:token>", confirm.confirm),
    path("form/<str:key>", form.form),
    path("form/<str:key>/thanks", form.thanks),
    path("form/<str:key>/files", form.files),
    path("form/<str:key>/embed.js", embed.embed),
    path("promises", promises.promises),
    path("promises/<str:brand>", promises.promises),
]  # fmt: skip
if settings.ENV.demo:
    urlpatterns += [
        path("shop", shop.product), path("shop/mail", postbox.mailbox), path("shop/mail/<str:name>", postbox.mail), path("shop/mail/<str:name>/body", postbox.body),
    ]  # fmt: skip

handler404 = errors.not_found
handler500 = errors.broken
