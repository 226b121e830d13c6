from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "yavar.notifications"
    default_auto_field = "django.db.models.BigAutoField"
