"""How names are compared: in small letters without accents, so that "muller" finds Müller and Öztürk stands under O.

PostgreSQL has no German sorting without ICU, and the embedded one has no ICU; folded keys in byte order come close to
DIN 5007, on every server alike. The functions are the database's own (migration 0001), which keeps the keys of a bulk
import right without anybody thinking of them.
"""

from django.db import models

FUNCTIONS = r"""
create function customers_fold(value text) returns text language sql immutable strict parallel safe as $$
    select case when value ~ '^[\u0001-\u007f]*$' then lower(value) else
        replace(replace(replace(translate(
            lower(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]', '', 'g')),
            'øØłŁđĐðÐı', 'oollddddi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
    end
$$;

create function customers_searchable(name text, city text, email text) returns text
language sql immutable parallel safe as $$
    select name || ' ' || city || ' ' || regexp_replace(split_part(email, '@', 1), '[^[:alpha:]]+', ' ', 'g')
$$;
"""
DROP_FUNCTIONS = "drop function customers_searchable(text, text, text); drop function customers_fold(text);"


class Fold(models.Func):
    """A text as it is compared."""

    function = "customers_fold"
    output_field = models.TextField()


class Searchable(models.Func):
    """Name, city and the letters of an e-mail address as one text to take words from."""

    function = "customers_searchable"
    output_field = models.TextField()


PHONE_END = 7


class PhoneEnd(models.Func):
    """The last digits of a telephone number, which most ways of writing it have in common."""

    template = f"right(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), {PHONE_END})"
    output_field = models.TextField()
