-- A tier given by hand stays as it was given: a member's tier follows from it. Its end is said once. Who gave or ended
-- it may be forgotten; the row goes with the member alone.
create function loyalty_grant_stays() returns trigger language plpgsql as $$
begin
    if (new.id, new.member_id, new.level, new.valid_from, new.valid_until, new.reason, new.key)
        is distinct from (old.id, old.member_id, old.level, old.valid_from, old.valid_until, old.reason, old.key)
        or (old.ended_at is not null and new.ended_at is distinct from old.ended_at)
        or (new.given_by_id is not null and new.given_by_id is distinct from old.given_by_id)
        or (old.ended_at is not null and new.ended_by_id is not null and new.ended_by_id is distinct from old.ended_by_id)
    then
        raise exception 'a tier given by hand is not changed' using errcode = 'TL008';
    end if;
    return new;
end $$;

create trigger loyalty_grant_stays before update on loyalty_tiergrant
    for each row execute function loyalty_grant_stays();
