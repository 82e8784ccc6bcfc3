"""The operator's shops and the settings by which figures are computed."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from treue.core.privacy import NOT_PERSONAL


class ShopManager(models.Manager["Shop"]):
    """Shops that are there to be worked with; one that is being removed is gone for everybody but the remover."""

    def get_queryset(self) -> models.QuerySet["Shop"]:
        return super().get_queryset().filter(is_leaving=False)


class Shop(models.Model):
    personal = NOT_PERSONAL

    name = models.CharField(_("Name of the shop"), max_length=120)
    zone = models.CharField(_("Time zone"), max_length=60, default="Europe/Berlin")
    currency = models.CharField(_("Currency"), max_length=3, default="EUR")
    window_days = models.PositiveSmallIntegerField(
        _("Activity window in days"),
        default=365,
        validators=[MinValueValidator(7), MaxValueValidator(1830)],
    )
    margin = models.DecimalField(
        _("Margin of the shop"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.3000"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    discount_rate = models.DecimalField(
        _("Discount rate a year"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.1000"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    drop_duplicates = models.BooleanField(_("Leave out equal lines of one order"), default=False)
    is_demo = models.BooleanField(default=False)
    is_leaving = models.BooleanField(default=False)
    report_rhythm = models.CharField(
        _("Report by mail"),
        max_length=8,
        choices={"never": _("Never"), "weekly": _("Every Monday"), "monthly": _("On the first of the month")},
        default="never",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShopManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(window_days__range=(7, 1830)), name="shop_window_range"),
            models.CheckConstraint(condition=models.Q(margin__range=(0, 1)), name="shop_margin_is_a_share"),
            models.CheckConstraint(condition=models.Q(discount_rate__range=(0, 1)), name="shop_discount_is_a_share"),
            models.CheckConstraint(
                condition=models.Q(report_rhythm__in=["never", "weekly", "monthly"]), name="shop_rhythm_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class ExchangeRate(models.Model):
    """How much of the shop's currency one unit of another is worth."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="rates")
    currency = models.CharField(_("Currency"), max_length=3)
    rate = models.DecimalField(_("Rate"), max_digits=18, decimal_places=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "currency"], name="shop_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="shop_rate_positive"),
        ]


class NonProduct(models.Model):
    """An item code that is no product (postage, bank fee): its lines are set aside."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="non_products")
    code = models.CharField(_("Item code"), max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="shop_non_product_once")]


class AcquisitionCost(models.Model):
    """What was spent on winning new customers, by channel and month; channel "" is for all."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="acquisition_costs")
    channel = models.CharField(_("Channel"), max_length=60, blank=True)
    month = models.DateField(_("Month"))
    amount = models.DecimalField(_("Amount"), max_digits=18, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "channel", "month"], name="shop_cost_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="shop_cost_not_negative"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="shop_cost_month_begins"),
        ]
