"""Who was merged into another customer is in no list; who comes out again stands among those without an order that
counts until their profile is written."""

from django.db import migrations

CHANGED = """
create or replace function profile_customers_changed() returns trigger language plpgsql as $$
begin
    update profile_buyingprofile p set words = a.words
    from after a join before b using (id) where p.customer_id = a.id and a.words is distinct from b.words;
    if exists (select from after a join before b using (id) where a.merged_into_id is distinct from b.merged_into_id) then
        delete from profile_neverordered n using after a where n.customer_id = a.id and a.merged_into_id is not null;
        delete from profile_buyingprofile p using after a where p.customer_id = a.id and a.merged_into_id is not null;
        insert into profile_neverordered (customer_id, shop_id)
        select a.id, a.shop_id from after a join before b using (id)
        where a.merged_into_id is null and b.merged_into_id is not null
        on conflict do nothing;
    end if;
    return null;
end $$;
"""

BEFORE = """
create or replace function profile_customers_changed() returns trigger language plpgsql as $$
begin
    update profile_buyingprofile p set words = a.words
    from after a join before b using (id) where p.customer_id = a.id and a.words is distinct from b.words;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_persons"), ("profile", "0002_follow_customers")]

    operations = [migrations.RunSQL(CHANGED, BEFORE)]
