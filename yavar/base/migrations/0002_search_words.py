"""The engines' own full-text tables: Django's models cannot say them."""

from django.db import migrations

from yavar.base.search.index import CREATE, WORDS


def create(apps, editor):
    for statement in CREATE[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunPython(create, lambda apps, editor: editor.execute(f"DROP TABLE {WORDS}"))]
