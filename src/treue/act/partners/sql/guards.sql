-- What the database does not let happen to what partners owe, whoever asks. A shop that is removed takes it along
-- (`core.shop.removal`).
create function partners_never_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' or coalesce(current_setting('treue.removing', true), '') <> 'on' then
        raise exception '% is never changed: a correction is a row of its own', tg_table_name using errcode = 'TP001';
    end if;
    return null;
end $$;

create trigger partners_agreement_stays before update or delete or truncate on partners_agreement
    for each statement execute function partners_never_changed();
create trigger partners_leg_stays before update or delete or truncate on partners_leg
    for each statement execute function partners_never_changed();
create trigger partners_redemption_stays before update or delete or truncate on partners_redemption
    for each statement execute function partners_never_changed();
create trigger partners_share_stays before update or delete or truncate on partners_share
    for each statement execute function partners_never_changed();
create trigger partners_line_stays before update or delete or truncate on partners_line
    for each statement execute function partners_never_changed();
create trigger partners_settled_stays before update or delete or truncate on partners_settled
    for each statement execute function partners_never_changed();

-- What undoes something undoes no more than there was, of the same partner and by the same agreement. The ledger's lock
-- on the member is held by whoever writes the leg.
create function partners_leg_undoes_no_more() returns trigger language plpgsql as $$
declare
    undone partners_leg;
begin
    select * into undone from partners_leg where id = new.original_id;
    if (undone.partner_id, undone.agreement_id, undone.kind) is distinct from
            (new.partner_id, new.agreement_id, new.kind - 1::smallint)
        or undone.points < new.points + (
            select coalesce(sum(points), 0) from partners_leg where original_id = new.original_id) then
        raise exception 'more is undone than there was' using errcode = 'TP002';
    end if;
    return new;
end $$;

create trigger partners_leg_undoes before insert on partners_leg
    for each row when (new.original_id is not null) execute function partners_leg_undoes_no_more();

-- A statement is closed once, after those of all months before it, and stays as it is.
create function partners_statement_closes_in_order() returns trigger language plpgsql as $$
begin
    if old.state = 'closed' or (old.partner_id, old.month, old.programme_id) is distinct from
            (new.partner_id, new.month, new.programme_id) then
        raise exception 'a closed statement is never changed' using errcode = 'TP001';
    end if;
    if new.state = 'closed' and (
        exists (select from partners_statement s where s.partner_id = new.partner_id and s.id <> new.id
            and ((s.month < new.month) = (s.state = 'draft')))
        or new.number <> (select coalesce(max(s.number), 0) + 1 from partners_statement s
            where s.programme_id = new.programme_id)
        or new.amount <> (select coalesce(sum(l.amount), 0) from partners_line l where l.statement_id = new.id)) then
        raise exception 'months are closed in order, and their numbers follow each other' using errcode = 'TP003';
    end if;
    return new;
end $$;

create trigger partners_statement_stays before update on partners_statement
    for each row execute function partners_statement_closes_in_order();

create function partners_statement_is_kept() returns trigger language plpgsql as $$
begin
    if old.state = 'closed' and coalesce(current_setting('treue.removing', true), '') <> 'on' then
        raise exception 'a closed statement is never removed' using errcode = 'TP001';
    end if;
    return old;
end $$;

create trigger partners_statement_kept before delete on partners_statement
    for each row execute function partners_statement_is_kept();

create function partners_statement_begins_as_draft() returns trigger language plpgsql as $$
begin
    raise exception 'a statement begins as a draft' using errcode = 'TP001';
end $$;

create trigger partners_statement_drafted before insert on partners_statement
    for each row when (new.state <> 'draft') execute function partners_statement_begins_as_draft();

-- What was disputed stays, a decision stays, and the difference comes into one statement. Only who it was may be
-- forgotten.
create function partners_dispute_stays() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        if coalesce(current_setting('treue.removing', true), '') = 'on' then
            return old;
        end if;
    elsif (old.line_id, old.reason, old.by_partner, old.opened_at) is not distinct from
            (new.line_id, new.reason, new.by_partner, new.opened_at)
        and (old.state = 'open' or (old.state, old.right_amount, old.difference, old.decided_at) is not distinct from
            (new.state, new.right_amount, new.difference, new.decided_at))
        and (old.correction_id is null or old.correction_id is not distinct from new.correction_id) then
        return new;
    end if;
    raise exception 'a dispute is never changed once it is decided' using errcode = 'TP001';
end $$;

create trigger partners_dispute_decided before update or delete on partners_dispute
    for each row execute function partners_dispute_stays();
create trigger partners_dispute_kept before truncate on partners_dispute
    for each statement execute function partners_never_changed();

create function partners_line_of_a_draft() returns trigger language plpgsql as $$
begin
    if exists (select from written w join partners_statement s on s.id = w.statement_id where s.state = 'closed') then
        raise exception 'a closed statement gets no more lines' using errcode = 'TP001';
    end if;
    return null;
end $$;

create trigger partners_line_into_draft after insert on partners_line referencing new table as written
    for each statement execute function partners_line_of_a_draft();

-- What is in a line is of its kind, month and agreement.
create function partners_settled_fits() returns trigger language plpgsql as $$
begin
    if exists (
        select from written w
        join partners_leg g on g.id = w.leg_id join partners_line l on l.id = w.line_id
        join partners_statement s on s.id = l.statement_id
        where s.state = 'closed' or (g.kind, g.month, g.agreement_id, g.partner_id) is distinct from
            (l.kind, l.month, l.agreement_id, s.partner_id)) then
        raise exception 'a leg does not fit its line, or the statement is closed' using errcode = 'TP001';
    end if;
    return null;
end $$;

create trigger partners_settled_into_draft after insert on partners_settled referencing new table as written
    for each statement execute function partners_settled_fits();
