"""What only a browser said stands on no record any more."""

from django.db import migrations

LENGTHS = {"name": 200, "email": 254, "phone": 40, "city": 120, "country": 60}

# Also where a merge that holds took it over from the record of which it was said.
EMPTY = """
update customers_customer c set {name} = {nothing}
from customers_trait t join customers_customer o on o.id = t.customer_id
where t.name = '{name}' and not t.is_trusted and c.{name}{as_text} = left(t.value, {length})
  and (c.id = o.id or c.id = o.merged_into_id and exists (
    select from customers_merge m where m.kept_id = c.id and m.undone_at is null and m.filled ? '{name}'))"""

# An address that is the number of somebody of whom nobody but browsers said anything else.
UNNAMED = """
update customers_customer c set email = ''
where c.email <> '' and c.email = c.number and c.name = '' and c.phone = '' and c.city = '' and c.birthday is null
  and c.signed_up_at is null
  and not exists (select from customers_identity i where i.customer_id = c.id and i.is_trusted)
  and not exists (select from commerce_order o join commerce_batch b on b.id = o.batch_id
    where o.customer_id = c.id and b.source <> 'browser')"""

FORGET = "delete from customers_trait where not is_trusted"


def emptied() -> list[str]:
    texts = [EMPTY.format(name=name, nothing="''", as_text="", length=length) for name, length in LENGTHS.items()]
    return [*texts, EMPTY.format(name="birthday", nothing="null", as_text="::text", length=10)]


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_addresses_given_up"), ("commerce", "0004_persons")]

    operations = [
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in [*emptied(), UNNAMED, FORGET]),
        migrations.RemoveField(model_name="trait", name="is_trusted"),
    ]
