from django.apps import AppConfig


class CannedConfig(AppConfig):
    name = "yavar.conversations.canned"
    label = "canned"
    default_auto_field = "django.db.models.BigAutoField"
