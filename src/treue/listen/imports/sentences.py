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
    "unused": gettext_lazy("Removing what nothing needs any more"),
}
# From and to which percent of an import a step leads, as measured; in a file of records three steps fall out.
SPANS = {
    "waiting": (0, 0),
    "reading": (0, 35),
    "customers": (35, 45),
    "products": (45, 85),
    "costs": (45, 85),
    "orders": (45, 85),
    "categories": (85, 95),
    "matching": (85, 95),
    "set_aside": (95, 99),
}
UNCOUNTED = ("reading", "matching", "unused")


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
    return _(
        "The file is not kept any more: files are deleted after thirty days, or when somebody in them was erased. "
        "Upload it again."
    )


def _upload_too_large(facts: Facts) -> str:
    return _(
        "The file has %(size)s; at most %(limit)s can be uploaded. Split it, or use “treue import” on the server."
    ) % {
        "size": _size(facts["size"]),
        "limit": _size(facts["limit"]),
    }


def _nothing_usable(facts: Facts) -> str:
    return _(
        "Nothing of this file could be used, so there is nothing to import. "
        "Assign other columns, or mend the rows that are set aside and upload the file again."
    )


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
    failures.NothingUsable: _nothing_usable,
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
        "costs": ngettext("%(count)s monthly amount", "%(count)s monthly amounts", number),
    }
    return forms[what] % {"count": count(number)}


def amounts(summary: Facts, how: str) -> tuple[str, int]:
    """What is "new", "changed" or "same" in a file: "1,204 orders and 31 refunds", and how many in all."""
    found = {what: summary[what][how] for what in KINDS if what in summary and summary[what][how]}
    said = [documents(what, number) for what, number in found.items()]
    if len(said) > 1:
        said = [_("%(these)s and %(those)s") % {"these": ", ".join(said[:-1]), "those": said[-1]}]
    return "".join(said), sum(found.values())


def is_useless(summary: Facts) -> bool:
    """Nothing of a file is new, changed or known, and nothing of it would be kept for later."""
    return not any(amounts(summary, how)[1] for how in ("new", "changed", "same")) and not _waiting(summary)


def _waiting(summary: Facts) -> int:
    """How many refunds are kept until their purchase comes."""
    return summary.get("refunds_waiting", 0)


def foreseen(summary: Facts) -> str:
    """What an import would do, in a few short sentences."""
    (new, many_new), (changed, many_changed), (same, many_same) = (
        amounts(summary, how) for how in ("new", "changed", "same")
    )
    parts = []
    if new:
        parts.append(ngettext("%(what)s would be new.", "%(what)s would be new.", many_new) % {"what": new})
    if changed:
        parts.append(ngettext("%(what)s would change.", "%(what)s would change.", many_changed) % {"what": changed})
    if same:
        known = ngettext(
            "%(what)s is known already and would stay as it is.",
            "%(what)s are known already and would stay as they are.",
            many_same,
        )
        parts.append(known % {"what": same})
    waiting = _waiting(summary)
    if waiting and not parts:
        alone = ngettext(
            "%(count)s refund finds no purchase yet. It would be kept and count as soon as its purchase is imported.",
            "%(count)s refunds find no purchase yet. They would be kept and count as soon as theirs is imported.",
            waiting,
        )
        return alone % {"count": count(waiting)}
    return " ".join(parts) or _("Nothing of this file could be used.")


def outcome(summary: Facts) -> str:
    """What an import did, in a few short sentences."""
    (new, many_new), (changed, many_changed), (same, many_same) = (
        amounts(summary, how) for how in ("new", "changed", "same")
    )
    parts = []
    if new:
        parts.append(ngettext("%(what)s was added.", "%(what)s were added.", many_new) % {"what": new})
    if changed:
        parts.append(ngettext("%(what)s was changed.", "%(what)s were changed.", many_changed) % {"what": changed})
    if same:
        known = ngettext(
            "%(what)s was known already and stayed as it was.",
            "%(what)s were known already and stayed as they were.",
            many_same,
        )
        parts.append(known % {"what": same})
    waiting = _waiting(summary)
    if waiting and not parts:
        alone = ngettext(
            "%(count)s refund has found no purchase yet. It counts as soon as its purchase is imported.",
            "%(count)s refunds have found no purchase yet. They count as soon as theirs is imported.",
            waiting,
        )
        parts.append(alone % {"count": count(waiting)})
    rows = sum(summary.get("set_aside", {}).values())
    if rows:
        parts.append(
            ngettext("%(count)s row was set aside.", "%(count)s rows were set aside.", rows) % {"count": count(rows)}
        )
    return " ".join(parts) or _("The file held nothing that could be used.")
