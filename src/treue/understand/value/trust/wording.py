"""The verdict as a person reads it: what to believe, what follows, and the figures that say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.figures import Finding
from treue.science import spend
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.models import Fit
from treue.understand.value.trust import names, verdict
from treue.understand.value.trust.checked import Checked
from treue.understand.value.trust.verdict import Trust

SAME = 0.005  # of the total, which is printed without decimals


@dataclass(frozen=True)
class Said:
    """sentence: the verdict. advice: what follows from it. reasons: why, with the figures; what speaks against any
    trust comes first."""

    sentence: str
    advice: str
    reasons: Sequence[Finding]


def said(fit: Fit, checked: Checked | None) -> Said:
    trust = verdict.judge(checked)
    if checked is None:
        return Said(_sentence(trust), _advice(trust), cautions(fit))
    sentence = _better_rule(checked) if trust == Trust.RULE_IS_BETTER else _sentence(trust)
    reasons = [_totals(checked), _order(checked), _single(checked), _rules(checked)]
    return Said(sentence, _advice(trust), [*cautions(fit), *reasons])


def cautions(fit: Fit) -> list[Finding]:
    """What keeps one from believing the figures however close they came."""
    found = []
    if fit.status == Fit.Status.NOT_IDENTIFIED:
        say = _("Your orders do not tell whether anybody leaves at all. So the model takes everybody for staying.")
        found.append(Finding(say, _who_tells(fit)))
    if fit.choice == Fit.Choice.TOO_SHORT:
        found.append(Finding(_("The history is too short to check the model on purchases which it had not seen.")))
    if fit.choice == Fit.Choice.TOO_FEW_BEFORE:
        say = _(
            "Too few customers had bought again early enough to check the model on purchases which it had not seen."
        )
        found.append(Finding(say))
    if fit.spend.get("status") == spend.NOT_IDENTIFIED:
        say = _("Spends differ so much that no mean can be told. Who bought once is given that of all who came back.")
        found.append(Finding(say))
    return found


def _who_tells(fit: Fit) -> str:
    if fit.recommended:
        instead = _("Do not ask it who is leaving. %(model)s finds that in the same orders.")
        return instead % {"model": names.of_model(fit.recommended)}
    return _("Do not ask it who is leaving. No other model finds it either; look at each customer's own rhythm.")


def _sentence(trust: Trust) -> str:
    return {
        Trust.UNCHECKED: _("Nobody can say yet how far to trust it: there was nothing to check it on."),
        Trust.TOO_FEW: _("Nobody can say yet how far to trust it: too few purchases were held out."),
        Trust.NOTHING: _("Do not rely on it: neither the total nor the order of customers was right."),
        Trust.ORDER: _("Trust it for who buys more than others, not for how much."),
        Trust.ROUGH_TOTALS: _("Trust it roughly for totals, not for single customers."),
        Trust.ROUGH_TOTALS_AND_ORDER: _(
            "Trust it for who buys more than others and roughly for totals, not for single customers."
        ),
        Trust.TOTALS: _("Trust it for totals, not for single customers."),
        Trust.TOTALS_AND_ORDER: _("Trust it for totals and for who buys more than others, not for single customers."),
        Trust.SINGLE_CUSTOMERS: _("Trust it for totals, and mostly for single customers."),
    }[trust]


def _better_rule(checked: Checked) -> str:
    rule = verdict.better_rule(checked)
    return _("Do not rely on it: a rule that needs no model came closer, “%(rule)s”.") % {
        "rule": names.of_rule(rule.name) if rule else formats.NOTHING
    }


def _advice(trust: Trust) -> str:
    if trust in (Trust.UNCHECKED, Trust.TOO_FEW):
        return _("Take the figures for a first guess. Each month of orders leaves more to check them on.")
    if trust in (Trust.RULE_IS_BETTER, Trust.NOTHING):
        return _("Plan by what customers did so far, until a later night does better.")
    if trust == Trust.ORDER:
        return _("Choose by it whom to call first. Leave its sums out of your plans.")
    if trust in (Trust.ROUGH_TOTALS, Trust.TOTALS):
        return _("Plan with its sums. Do not choose single customers by it.")
    if trust == Trust.SINGLE_CUSTOMERS:
        return _("Plan with its sums and choose customers by it. Of a single one it can still be wrong.")
    return _("Plan with its sums, and choose by it whom to call first. What one of them will buy stays uncertain.")


def _totals(checked: Checked) -> Finding:
    language, bias = active_language(), checked.chosen.total_bias
    proof = _("%(expected)s purchases expected from %(first)s to %(last)s, %(came)s came.") % {
        "expected": formats.number(checked.expected, language),
        "first": formats.day(checked.first, language),
        "last": formats.day(checked.last, language),
        "came": formats.number(checked.purchases, language),
    }
    if not checked.purchases:
        return Finding(_("Nothing was bought in the time held out."), proof)
    if abs(bias) < SAME:
        return Finding(_("In total it expected what came."), proof)
    say = _("In total it expected %(share)s too much.") if bias > 0 else _("In total it expected %(share)s too little.")
    if abs(bias) <= verdict.chance(checked):
        proof = " ".join([proof, _("So much can be chance.")])
    return Finding(say % {"share": formats.share(abs(bias), language)}, proof)


def _order(checked: Checked) -> Finding:
    language, chosen = active_language(), checked.chosen
    shares = {
        "share": formats.share(chosen.top_tenth, language),
        "possible": formats.share(chosen.top_possible, language),
        "rule": formats.share(max(rule.top_tenth for rule in checked.rules), language),
    }
    return Finding(
        _("The tenth of customers that it put first brought %(share)s of the revenue.") % shares,
        _("The best tenth that there was brought %(possible)s, the one of the best rule without a model %(rule)s.")
        % shares,
    )


def _single(checked: Checked) -> Finding:
    share = formats.share(checked.explained, active_language())
    return Finding(
        _("Of the differences between single customers it foresaw %(share)s.") % {"share": share},
        _("The rest is chance, or what no earlier purchase tells."),
    )


def _rules(checked: Checked) -> Finding:
    beaten = sum(rule.deviance > checked.chosen.deviance for rule in checked.rules)
    if beaten == len(checked.rules):
        return Finding(_("It came closer than every rule that needs no model."))
    say = ngettext(
        "It came closer than %(beaten)s of %(all)s rules that need no model.",
        "It came closer than %(beaten)s of %(all)s rules that need no model.",
        beaten,
    )
    return Finding(say % {"beaten": beaten, "all": len(checked.rules)})
