from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('collect', '0004_order_of_cells'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='kept_days',
            field=models.PositiveIntegerField(
                blank=True, help_text='How many days its raw events are kept; empty: for ever', null=True
            ),
        ),
    ]
