from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('act', '0004_steps_messages_outbox'),
        ('records', '0008_remark'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='occurrence',
            index=models.Index(fields=['state', 'due_at', 'snoozed_until', 'account', 'effort_minutes'], name='act_occurre_state_ae1ffc_idx'),
        ),
        migrations.AddIndex(
            model_name='occurrence',
            index=models.Index(fields=['done_at'], name='act_occurre_done_at_c5bb7c_idx'),
        ),
    ]
