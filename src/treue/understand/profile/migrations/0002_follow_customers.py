"""The database keeps what the profiles know of customers in step with the customers themselves.

Whoever comes has no order that counts until a profile says so; whoever goes takes that with them; a corrected name is
found at once by its new words, and no longer by the old ones. Statement by statement: a file may bring a million.
"""

import django.db.models.deletion
from django.db import migrations, models

FUNCTIONS = """
create function profile_customers_came() returns trigger language plpgsql as $$
begin
    insert into profile_neverordered (customer_id, shop_id) select id, shop_id from came;
    return null;
end $$;

create function profile_customers_went() returns trigger language plpgsql as $$
begin
    delete from profile_neverordered n using went w where n.customer_id = w.id;
    return null;
end $$;

create function profile_customers_changed() returns trigger language plpgsql as $$
begin
    update profile_buyingprofile p set words = a.words
    from after a join before b using (id) where p.customer_id = a.id and a.words is distinct from b.words;
    return null;
end $$;
"""

TRIGGERS = """
create trigger profile_customers_came after insert on customers_customer referencing new table as came
    for each statement execute function profile_customers_came();
create trigger profile_customers_went after delete on customers_customer referencing old table as went
    for each statement execute function profile_customers_went();
create trigger profile_customers_changed after update on customers_customer
    referencing old table as before new table as after
    for each statement execute function profile_customers_changed();
"""

AS_THEY_ARE = """
insert into profile_neverordered (customer_id, shop_id)
select c.id, c.shop_id from customers_customer c
where not exists (select from profile_buyingprofile p where p.customer_id = c.id);
update profile_buyingprofile p set words = c.words from customers_customer c
where c.id = p.customer_id and p.words is distinct from c.words;
"""

UNDONE = """
drop trigger profile_customers_came on customers_customer;
drop trigger profile_customers_went on customers_customer;
drop trigger profile_customers_changed on customers_customer;
drop function profile_customers_came();
drop function profile_customers_went();
drop function profile_customers_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("shop", "0001_initial"), ("profile", "0001_initial")]

    operations = [
        migrations.DeleteModel("NeverOrdered"),
        migrations.CreateModel(
            name="NeverOrdered",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="never_ordered",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shop.shop",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS + AS_THEY_ARE, UNDONE),
    ]
