from django.apps import AppConfig


class EmailConfig(AppConfig):
    name = "yavar.integrations.channels.email"
    label = "email"
    default_auto_field = "django.db.models.BigAutoField"
