"""The demonstration shop's product page, with the chat on it as any shop would have it."""

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from yavar.conversations.models import Inbox
from yavar.web.ui.templating import page

NAMES = [("fa", "فارسی"), ("en", "English"), ("ru", "Русский")]


def product(request: HttpRequest) -> HttpResponse:
    """`/shop?lang=fa`."""
    inbox = Inbox.objects.filter(kind="chat").order_by("pk").first()
    form = Inbox.objects.filter(kind="form", active=True).order_by("pk").first()
    form_url = f"/form/{form.public_id}?lang={translation.get_language()}" if form else ""
    return page(request, "demo/shop.html", languages=NAMES, form_url=form_url, loader_url=f"/chat/{inbox.public_id}/loader.js" if inbox else "")
