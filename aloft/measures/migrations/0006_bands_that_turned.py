from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0005_listing'),
        ('records', '0008_remark'),
    ]

    operations = [
        migrations.AddField(
            model_name='accounthealth',
            name='score_was',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='accounthealth',
            name='turned_at',
            field=models.DateTimeField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name='accounthealth',
            name='was',
            field=models.CharField(blank=True, max_length=6),
        ),
        migrations.AddIndex(
            model_name='accountprojection',
            index=models.Index(fields=['phase_since'], name='measures_ac_phase_s_bee374_idx'),
        ),
        migrations.AddIndex(
            model_name='accountprojection',
            index=models.Index(fields=['segment_since'], name='measures_ac_segment_23c832_idx'),
        ),
    ]
