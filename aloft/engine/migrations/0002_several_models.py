import django.db.models.deletion
from django.db import migrations, models


def keep_what_is_live(apps, schema_editor):
    for decided in apps.get_model("engine", "Decided").objects.filter(live__isnull=False):
        apps.get_model("engine", "Live").objects.create(name=decided.live.name, version=decided.live)


class Migration(migrations.Migration):

    dependencies = [
        ("engine", "0001_initial"),
        ("records", "0003_several_models"),
    ]

    operations = [
        migrations.CreateModel(
            name="Live",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.modelversion")),
            ],
        ),
        migrations.RunPython(keep_what_is_live, migrations.RunPython.noop),
        migrations.RemoveField(model_name="decided", name="live"),
    ]
