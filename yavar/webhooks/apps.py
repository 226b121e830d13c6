from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "yavar.webhooks"
    default_auto_field = "django.db.models.BigAutoField"
