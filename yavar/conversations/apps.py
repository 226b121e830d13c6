from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "yavar.conversations"
    default_auto_field = "django.db.models.BigAutoField"
