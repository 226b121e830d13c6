"""Every address of Django's chain. The hot doors stand in yavar.config.wiring."""

from django.conf import settings
from django.urls import path

from yavar.web.agent import inbox, reads, sign_in, verbs
from yavar.web.agent import settings as own_settings
from yavar.web.demo import shop
from yavar.web.ui import errors, files
from yavar.web.widget import views as chat

conversation = "agent/conversations/<str:public_id>"
urlpatterns = [
    path("", sign_in.start),
    path("sign-in", sign_in.sign_in),
    path("sign-out", sign_in.sign_out),
    path("inbox", inbox.inbox),
    path("inbox/<path:path>", inbox.inbox),
    path("favicon.ico", files.favicon),
    path("settings", own_settings.start),
    path("settings/chat", own_settings.chat),
    path("settings/try", own_settings.try_chat),
    path("files/<str:key>/<str:name>", files.show),
    path("chat/<str:key>/loader.js", chat.loader),
    path("chat/<str:key>/panel", chat.panel),
    path("chat/<str:key>/session", chat.session),
    path("chat/hello", chat.hello),
    path("chat/messages", chat.older),
    path("chat/files", chat.files),
    path("agent/conversations", reads.conversations),
    path("agent/rows", reads.some_rows),
    path("agent/counts", reads.all_counts),
    path("agent/search", reads.search),
    path("agent/tags", verbs.tag),
    path("agent/files", verbs.files),
    path("agent/preferences", verbs.preferences),
    path(conversation, reads.conversation),
    path(f"{conversation}/timeline", reads.more_timeline),
    path(f"{conversation}/draft", verbs.draft),
    *[path(f"{conversation}/{name}", getattr(verbs, name)) for name in
      ("reply", "note", "assign", "tags", "priority", "snooze", "resolve", "reopen", "request_type", "seen", "unread")],
]  # fmt: skip
if settings.ENV.demo:
    urlpatterns += [path("shop", shop.product)]

handler404 = errors.not_found
handler500 = errors.broken
