"""What an import says about itself: its steps, its failures, what it did. Pages and command line read from here.

What is wrong with a file or a row of it stands in `wording`.
"""

from pathlib import Path

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from treue.design import formats
from treue.listen.imports import errors, failures
from treue.listen.imports.wording import problem

Facts = dict[str, object]

KINDS = ("orders", "refunds", "customers", "products", "costs")
STEPS = {
    "waiting": gettext_lazy("Waits for another import in this shop"),
    "reading": gettext_lazy("Reading and checking the file"),
    "customers": gettext_lazy("Customers"),
    "products": gettext_lazy("Products"),
    "categories": gettext_lazy("Categories of orders"),
    "costs": gettext_lazy("Acquisition costs"),
    "orders": gettext_lazy("Orders and refunds"),
    "matching": gettext_lazy("Finding the purchases that refunds belong to"),
    "set_aside": gettext_lazy("Writing down the rows set aside"),
    "undoing": gettext_lazy("Taking back what was written"),
}


def failure(error: Exception) -> str:
    """The sentence for whatever keeps a file from being taken in, imported or undone."""
    if isinstance(error, errors.ImportProblem):
        return problem(error)
    return FAILURES[type(error)](error.facts)


def _file_refused(facts: Facts) -> str:
    facts = dict(facts)
    known = getattr(errors, str(facts.pop("problem")))
    if "path" in facts:
        facts["path"] = Path(str(facts["path"]))
    return problem(known(**facts))


def _not_enough_space(facts: Facts) -> str:
    return _(
        "The disk has %(free)s left, and importing this file may take %(needed)s. "
        "Make room, or split the file into several."
    ) % {"free": _size(facts["free"]), "needed": _size(facts["needed"])}


def _disk_full(facts: Facts) -> str:
    return _("The disk is full. What had been written was taken back; make room and try again.")


def _file_gone(facts: Facts) -> str:
    return _("The file is not kept any more: files are deleted after thirty days. Upload it again.")


def _upload_too_large(facts: Facts) -> str:
    return _(
        "The file has %(size)s; at most %(limit)s can be uploaded. Split it, or use `treue import` on the server."
    ) % {
        "size": _size(facts["size"]),
        "limit": _size(facts["limit"]),
    }


def _moved_on(facts: Facts) -> str:
    return _("This was done already: here is how the import stands now.")


def _replaced_later(facts: Facts) -> str:
    return (
        _("A later import has changed the same records: number %(import_id)s, “%(file_name)s”. Undo that one first.")
        % facts
    )


FAILURES = {
    failures.FileRefused: _file_refused,
    failures.NotEnoughSpace: _not_enough_space,
    failures.DiskFull: _disk_full,
    failures.FileGone: _file_gone,
    failures.UploadTooLarge: _upload_too_large,
    failures.MovedOn: _moved_on,
    failures.ReplacedLater: _replaced_later,
}


def _size(number: object) -> str:
    return formats.filesize(int(number), language())


def language() -> str:
    return (get_language() or "en")[:2]


def count(number: int) -> str:
    return formats.number(number, language())


def documents(what: str, number: int) -> str:
    """How many of what a file brings: "1,204 orders"."""
    forms = {
        "orders": ngettext("%(count)s order", "%(count)s orders", number),
        "refunds": ngettext("%(count)s refund", "%(count)s refunds", number),
        "customers": ngettext("%(count)s customer", "%(count)s customers", number),
        "products": ngettext("%(count)s product", "%(count)s products", number),
        "costs": ngettext("%(count)s month's costs", "costs of %(count)s months", number),
    }
    return forms[what] % {"count": count(number)}


def outcome(summary: Facts) -> str:
    """What an import did, in one or two sentences."""
    parts = [_done(what, summary[what]) for what in KINDS if what in summary and any(summary[what].values())]
    rows = sum(summary.get("set_aside", {}).values())
    if rows:
        parts.append(
            ngettext("%(count)s row was set aside.", "%(count)s rows were set aside.", rows) % {"count": count(rows)}
        )
    return " ".join(parts) or _("The file held nothing that could be used.")


def foreseen(summary: Facts) -> str:
    """What an import would do."""
    what = next((what for what in KINDS if what in summary and any(summary[what].values())), None)
    if what is None:
        return _("Nothing of this file could be used.")
    found = summary[what]
    if not found["new"] and not found["changed"]:
        return _("Known already: %(all)s. Nothing would change.") % {"all": documents(what, found["same"])}
    if not found["changed"] and not found["same"]:
        return _("%(new)s would be new.") % {"new": documents(what, found["new"])}
    return _("%(new)s would be new. %(same)s known already would stay as they are, %(changed)s would change.") % {
        "new": documents(what, found["new"]),
        "same": count(found["same"]),
        "changed": count(found["changed"]),
    }


def _done(what: str, found: dict[str, int]) -> str:
    if not found["new"] and not found["changed"]:
        return _("%(all)s: all known already, nothing was changed.") % {"all": documents(what, found["same"])}
    if not found["changed"] and not found["same"]:
        return _("New: %(all)s.") % {"all": documents(what, found["new"])}
    return _("%(new)s new, %(changed)s changed, %(same)s unchanged.") % {
        "new": documents(what, found["new"]),
        "changed": count(found["changed"]),
        "same": count(found["same"]),
    }
