"""What holds for all rules together: rounding, caps, and what earns nothing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.rules import Rounding, RuleSet
from treue.act.loyalty.setup.rule_fields import Choices, Picked, caps_of, caps_said, goods_of, goods_said, limit

ROUNDING = {
    Rounding.DOWN: _("down to whole points"),
    Rounding.HALF_UP: _("to whole points, from a half on up"),
    Rounding.UP: _("up to whole points"),
}
SWITCHES = ("is_for_non_products", "is_for_points", "is_for_vouchers")


class CommonForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    rounding = forms.ChoiceField(label=_("What a rule gives for an order is rounded"), choices=list(ROUNDING.items()))
    caps_day = limit(_("Most points for a member a day"), _("Empty: without a limit."))
    caps_month = limit(_("Most points for a member a month"))
    caps_in_all = limit(_("Most points for a member in all"))
    is_for_non_products = forms.BooleanField(
        label=_("What is on the list of non-products earns nothing"), required=False
    )
    is_for_points = forms.BooleanField(label=_("What is paid with points earns nothing"), required=False)
    is_for_vouchers = forms.BooleanField(label=_("What is paid with vouchers earns nothing"), required=False)
    find = forms.CharField(
        label=_("Find products"), max_length=120, required=False, help_text=_("By code or name; then tick them below.")
    )
    goods_products = Picked(_("No points for the products"))
    goods_categories = Picked(_("No points for the categories"))

    def __init__(self, data: object, *, rules: RuleSet, revision: int, products: Choices, categories: Choices) -> None:
        excluded = rules.excluded
        known = {name: getattr(excluded, name) for name in SWITCHES} | goods_of(excluded.goods, "goods")
        rounding = {"rounding": rules.rounding, "revision": revision}
        super().__init__(data, initial=known | caps_of(rules.caps) | rounding)
        self._rules = rules
        for name, there in (("goods_products", products), ("goods_categories", categories)):
            self.fields[name].offer(there, self.initial[name])
            if not self.fields[name].choices:
                del self.fields[name]

    def rules(self) -> RuleSet:
        """The set with what was filled in."""
        said = self.cleaned_data
        return documents.read(
            {
                **documents.written(self._rules),
                "rounding": said["rounding"],
                "caps": caps_said(said),
                "excluded": {
                    "goods": goods_said(said, self.initial, "goods"),
                    **{name: said[name] for name in SWITCHES},
                },
            }
        )
