from django.db import migrations
from django.utils.crypto import salted_hmac


def keep_as_deeds(apps, schema_editor):
    """What a submission came to stands in the table of all deeds that earned points, as the programme would keep it."""
    Submission = apps.get_model("content", "Submission")
    RewardedDeed = apps.get_model("loyalty", "RewardedDeed")
    for each in Submission.objects.filter(journal__isnull=False).order_by("pk").iterator():
        points, qualifying = (sum(line[name] for line in each.lines) for name in ("points", "qualifying"))
        key = f"{each.programme_id} content {each.pk}"
        moment = each.published_at or each.submitted_at
        RewardedDeed.objects.create(
            programme_id=each.programme_id,
            member_id=each.member_id,
            kind="content",
            key_hash=salted_hmac("treue.loyalty.deed", key, algorithm="sha256").hexdigest(),
            happened_at=moment,
            given_at=moment,
            points=points,
            qualifying=qualifying,
            lines=each.lines,
            journal=each.journal,
            taken_back_at=None if each.points or not points else each.withdrawn_at or each.decided_at,
        )


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0001_content'),
        ('loyalty', '0007_rewarded_deeds'),
    ]

    operations = [
        migrations.RunPython(keep_as_deeds, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='submission',
            name='lines',
        ),
    ]
