-- What was announced is never changed: what a product cost on a day is asked for by the law, years later too. A price
-- that was never asked for is withdrawn once, and stays. A shop that is removed takes its prices along
-- (`core.shop.removal`).
create function offers_price_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if old.withdrawn_at is null and new.withdrawn_at is not null
            and to_jsonb(old) - 'withdrawn_at' = to_jsonb(new) - 'withdrawn_at' then
            return new;
        end if;
    elsif coalesce(current_setting('treue.removing', true), '') = 'on' then
        return old;
    end if;
    raise exception 'an announced price is never changed: withdraw it, and announce another' using errcode = 'TL001';
end $$;

create trigger offers_price_guard before update or delete on offers_price
    for each row execute function offers_price_stays();
create trigger offers_prices_kept before truncate on offers_price
    for each statement execute function offers_price_stays();
