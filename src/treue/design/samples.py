"""Invented values for the gallery: one invented tea shop in October and November 2026."""

from datetime import date, timedelta
from urllib.parse import quote

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from treue.design import charts, formats, qr
from treue.design.figures import Change, Entry, Figure, Finding, How, Link, Task, change
from treue.design.progress import Progress
from treue.design.tables import Cell, Column, Pager, Table

RATES = (95.1, 95.4, 94.6, 94.3, 94.8, 95.0, 95.2, 95.1, 95.4, 95.6, 95.7, 96.2)
STARTS = (20913, 20881, 21144, 20621, 20007, 19612, 19304, 19081, 18803, 18618, 18524, 18420)
LOST = (1025, 961, 1142, 1175, 1040, 981, 927, 935, 865, 819, 797, 691)
NEW = (905, 1120, 548, 497, 566, 590, 612, 571, 583, 604, 575, 612)
BACK = (88, 104, 71, 64, 79, 83, 92, 86, 97, 121, 118, 148)
MONTHS = tuple(date(2025 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(13))
GROUND = ("ground", "panel", "sunk", "raised", "line", "edge", "ink", "ink-2", "ink-3")
MEANING = ("brand", "brand-soft", "honey", "honey-soft", "good", "good-soft", "warn", "warn-soft", "bad", "bad-soft")
SERIES = ("data-1", "data-2", "data-3", "data-4", "data-5", "data-rest")


def everything(query: QueryDict) -> dict[str, object]:
    """The context of the gallery page. A sample form is shown with its errors."""
    language = (get_language() or "en")[:2]
    wrong = SampleForm({"name": _("We miss you"), "days": "-3", "channel": "mail", "when": "now"})
    return {
        "crumbs": [Link(_("Treue"), "/")],
        "swatches": [(_("Grounds and ink"), GROUND), (_("Meaning"), MEANING), (_("Data: groups"), SERIES)],
        "steps": range(1, 8),
        "figures": figures(language),
        "line": line(language),
        "bars": bars(language),
        "stems": orders(language),
        "compared": forecast(language),
        "rows": tenths(language),
        "heat": heat(language),
        "values": values_table(language),
        "people": people(language, query),
        "channels": channels(language),
        "pager": Pager(_("1 to 4 of 18,489"), "", "?after=4"),
        "findings": findings(),
        "tasks": tasks(),
        "form": SampleForm(initial={"name": _("We miss you"), "days": 14, "when": "now"}),
        "wrong": wrong,
        "jobs": jobs(),
        "entries": entries(language),
        "periods": [
            ("2026-10", formats.period(MONTHS[11], language)),
            ("2026-09", formats.period(MONTHS[10], language)),
        ],
        "channels_options": [("", _("All channels")), ("web", _("Online shop")), ("store", _("Stores"))],
        "marks": [Link(_("List"), "#list"), Link(_("Work that waits"), "#work"), Link(_("Dialog"), "#talk")],
        "tabs": [Link(_("All"), "#all"), Link(_("Purchases"), "#buys"), Link(_("Contacts"), "#contacts")],
        "step_names": [_("File"), _("Columns"), _("Check"), _("Import")],
        "code": qr.draw("TREU7K4M29"),
        "points_lines": [
            _("+%(points)s pending, free from %(day)s, when the time to return is over.")
            % {"points": "120", "day": formats.day_in_year(date(2026, 12, 6), language)}
        ],
        "points_meter": {"label": _("The way to %(tier)s") % {"tier": _("Gold")}, "value": 1960, "most": 2500},
        "rewards_tiles": [
            {"name": name, "cost": cost, "cost_in_words": cost, "lines": [line], "can_be_had": had, "url": "#portal"}
            for name, cost, line, had in (
                (_("Voucher of €5"), "500", _("Shop and branches"), True),
                (
                    _("An evening at the roastery"),
                    formats.number(3000, language),
                    _("1,160 points are missing."),
                    False,
                ),
            )
        ],
        "pictures": photos(),
        "pairs": [(_("Orders"), formats.number(11, language)), (_("Revenue"), formats.money(742.3, language, "EUR"))],
        "risks": (0.06, 0.29, 0.57, 0.78),
        "formats": format_rows(language),
    }


def figures(language: str) -> list[Figure]:
    september = formats.period_name(MONTHS[10], language)

    def against(value: str) -> str:
        return _("against %(period)s (%(value)s)") % {"period": september, "value": value}

    return [
        Figure(
            _("Customer retention rate"),
            formats.number(96.2, language, 1),
            "%",
            spark=RATES,
            change=change(
                0.5,
                text=formats.points(0.5, language).removeprefix("+"),
                against=against(formats.rate(95.7, language)),
                better="up",
            ),
            how=How(
                f"({formats.number(18489, language)} − {formats.number(760, language)})"
                f" ÷ {formats.number(18420, language)} × 100",
                _("Customers at its end without the new and the won back, divided by the customers at its start."),
                _("A customer is whoever bought in the 365 days before."),
            ),
        ),
        Figure(
            _("Lost customers"),
            formats.number(691, language),
            spark=LOST,
            change=change(
                -106, text=formats.number(106, language), against=against(formats.number(797, language)), better="down"
            ),
            sentence=_("Fewer left than in any month since last November."),
            how=How(_("Customers at the start who are none at the end")),
        ),
        Figure(
            _("Repeat-purchase rate in the month"),
            formats.number(21.4, language, 1),
            "%",
            spark=(24.1, 30.2, 21.9, 22.0, 22.7, 22.4, 22.6, 22.9, 23.1, 23.2, 22.1, 21.4),
            change=Change(_("No certain difference"), against(formats.rate(22.1, language))),
            how=How(f"{formats.number(1204, language)} ÷ {formats.number(5630, language)} × 100"),
        ),
        Figure(
            _("Customer lifetime value (CLV)"),
            formats.NOTHING,
            sentence=_("This needs 12 months of orders. There are 4."),
            next_step=Link(_("Import older orders"), "#import"),
        ),
        Figure(
            _("Retention in the store in Leipzig"),
            formats.few(language),
            sentence=_("Below 30 customers a percentage says nothing."),
        ),
    ]


def photos() -> list[dict[str, object]]:
    """Three drawn cups: a wide photo, a tall one and a square one, each cut to the same frame."""
    sizes, colours = ((480, 320), (320, 480), (480, 480)), ("sienna", "olive", "steelblue")
    return [
        {
            "url": f"#photo-{place}",
            "small_url": _cup(colour, width, height),
            "alt": _("Photo %(place)s of %(count)s") % {"place": place, "count": len(sizes)},
            "width": width,
            "height": height,
        }
        for place, ((width, height), colour) in enumerate(zip(sizes, colours, strict=True), 1)
    ]


def _cup(colour: str, width: int, height: int) -> str:
    x, y = width // 2, height // 2
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<path fill="linen" d="M0 0h{width}v{height}H0z"/>'
        f'<path fill="{colour}" d="M{x - 90} {y - 60}h180a90 120 0 0 1-180 0z"/>'
        f'<ellipse fill="peru" cx="{x}" cy="{y - 60}" rx="80" ry="14"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawing)}"


def line(language: str) -> charts.Drawing:
    rows = zip(MONTHS, (*RATES, None), (*LOST, None), (*STARTS, None), strict=True)
    points = [
        charts.Point(
            tick=formats.period_short(month, language),
            group=str(month.year),
            name=formats.period(month, language),
            value=value,
            text=formats.rate(value, language),
            complete=value is not None,
            detail=""
            if value is None
            else _("%(lost)s of %(start)s left")
            % {"lost": formats.number(lost, language), "start": formats.number(start, language)},
        )
        for month, value, lost, start in rows
    ]
    return charts.line(
        points,
        title=_("Retention rate by month: lowest in February, 94.3 percent, highest in October, 96.2 percent."),
        language=language,
        target=charts.Target(96.0, _("Target %(rate)s by December") % {"rate": formats.rate(96.0, language)}),
        notes=[charts.Note(4.4, _("Price rise")), charts.Note(6.2, _("Welcome journey begins"))],
        open_label=_("November is still running"),
    )


def orders(language: str) -> charts.Drawing:
    """What Clara Vorlage ordered from July 2025 to July 2026."""
    bought = ((7, 48), (27, 72), (52, 96), (67, 120), (94, 54), (118, 61), (142, 88))
    start = date(2025, 7, 6)
    events = [
        charts.Stem(
            start + timedelta(days=int(days * 2.55)),
            amount,
            formats.money(amount, language, "EUR", decimals=0),
            formats.day(start + timedelta(days=int(days * 2.55)), language),
        )
        for days, amount in bought
    ]
    return charts.stems(
        events,
        title=_("Seven orders from July 2025 to July 2026, the largest of 120 euros, and none since"),
        language=language,
        today=date(2026, 11, 22),
        today_label=formats.day(date(2026, 11, 22), language),
    )


def forecast(language: str) -> charts.Drawing:
    """Orders of twelve months, the last three of which a model had not seen."""
    came = (410, 455, 430, 392, 371, 398, 405, 412, 420, 433, 470, 498)
    expected = (402.1, 441.7, 428.0, 399.5, 384.2, 391.3, 402.8, 409.9, 416.4, 424.0, 441.2, 455.6)
    pairs = [
        charts.Pair(
            tick=formats.period_short(month, language),
            group=str(month.year),
            name=formats.period(month, language),
            values=values,
            texts=(formats.number(values[0], language), formats.number(values[1], language)),
        )
        for month, values in zip(MONTHS, zip(came, expected, strict=True), strict=False)
    ]
    return charts.compared(
        pairs,
        title=_("Orders by month and what was expected: at last 498 came and 456 were expected."),
        labels=(pgettext("purchases, after a number", "came"), pgettext("purchases, after a number", "expected")),
        language=language,
        mark=charts.Note(8.5, _("held out")),
    )


def tenths(language: str) -> charts.Drawing:
    """How much of what all customers are worth falls to each tenth of them."""
    shares = (0.38, 0.19, 0.13, 0.09, 0.07, 0.05, 0.04, 0.03, 0.01, 0.01)
    worth = [formats.money(402_000 * share, language, "EUR", decimals=0) for share in shares]
    texts = [formats.share(share, language) for share in shares]
    return charts.rows(
        [charts.Row(str(place), *each) for place, each in enumerate(zip(shares, texts, worth, strict=True), start=1)],
        title=_("Share of the value by tenth of the customers: from 38 percent down to 1 percent"),
    )


def bars(language: str) -> charts.Drawing:
    rows = zip(MONTHS, (*NEW, 402), (*BACK, 90), (*LOST, 455), strict=True)
    return charts.bars_up_down(
        [
            charts.Bar(
                tick=formats.period_short(month, language),
                group=str(month.year),
                name=formats.period(month, language),
                up=(new, back),
                down=lost,
                complete=month != MONTHS[12],
            )
            for month, new, back, lost in rows
        ],
        title=_("New, won-back and lost customers by month. October: 612 new, 148 won back, 691 lost."),
        labels=(pgettext("customers", "new"), pgettext("customers", "back"), pgettext("customers", "lost")),
        language=language,
        open_label=_("November is still running"),
    )


def heat(language: str) -> charts.Heat:
    first = (19, 16, 18, 19, 19, 20, 24, 25, 26, 27, 28, 14)
    sizes = (*NEW[:3], 22, *NEW[4:])
    cohorts = [
        charts.Cohort(
            label=formats.period_tick(MONTHS[n], language),
            size=size,
            size_text=formats.number(size, language),
            values=[round(begin * (0.75 + 0.2 / k - 0.03 * k)) for k in range(1, 13 - n)],
            partial=11 - n,
        )
        for n, (size, begin) in enumerate(zip(sizes, first, strict=True))
    ]
    return charts.heat(
        cohorts,
        head=_("First order"),
        size_head=_("Customers"),
        columns=[f"+{k}" for k in range(1, 13)],
        caption=_("Share of a month's first-time buyers who bought again in the months after, in percent"),
        print_cell=lambda value: formats.number(value, language),
        print_edge=lambda value: formats.rate(value, language, 0),
        open_label=_("November is still running"),
    )


def values_table(language: str) -> Table:
    rows = [
        (formats.period(month, language), formats.rate(rate, language), formats.number(start, language))
        for month, rate, start in zip(MONTHS, RATES, STARTS, strict=False)
    ]
    columns = [Column(_("Month")), Column(_("Retention"), numeric=True), Column(_("At the start"), numeric=True)]
    return Table(_("Values as a table"), columns, rows[::-1][:4])


def people(language: str, query: QueryDict) -> Table:
    columns = [
        Column(_("Customer"), sort="name"),
        Column(_("Tier"), corner=True),
        Column(_("Last order"), numeric=True, sort="last"),
        Column(_("Revenue"), numeric=True, sort="revenue"),
        Column(_("State"), full=True),
    ]
    rows = [
        ("Anna Beispiel", "10482", "honey", _("Gold"), date(2026, 11, 18), 1284.1, Cell(_("active"))),
        (
            "Clara Vorlage",
            "11930",
            "plain",
            _("Silver"),
            date(2026, 7, 3),
            323,
            Cell(_("overdue since 1 September"), kind="bad"),
        ),
        ("Elif Entwurf", "12871", "plain", _("Basic"), date(2026, 11, 14), 94.8, Cell(_("active"))),
    ]
    return Table(
        _("List of customers"),
        columns,
        [
            (
                Cell(name, url="#person", sub=_("No. %(number)s") % {"number": number}, avatar=name),
                Cell(tier, badge=badge),
                formats.day(last, language),
                formats.money(revenue, language, "EUR"),
                state,
            )
            for name, number, badge, tier, last, revenue, state in rows
        ],
        caption=_("3 of 18,489, sorted by name. As of 22 November 2026."),
        stack=True,
        sort=query.get("sort", "name"),
        query=query,
        csv_url="#csv",
    )


def channels(language: str) -> Table:
    columns = [
        Column(_("Channel"), sort="channel"),
        Column(_("Customers"), numeric=True, sort="customers"),
        Column(_("Retention"), numeric=True),
    ]
    rows = [
        (_("Online shop"), formats.number(12044, language), formats.rate(96.8, language)),
        (_("Stores"), formats.number(5310, language), formats.rate(95.4, language)),
        (_("Marketplace"), formats.number(21, language), Cell(formats.rate(88.0, language, cases=21), kind="muted")),
    ]
    foot = (_("All"), formats.number(17375, language), formats.rate(96.2, language))
    return Table(_("Channels"), columns, rows, foot=foot, sort="-customers")


def findings() -> list[Finding]:
    return [
        Finding(
            format_html(
                _("You answer complaints in <b>{now}</b> instead of {before}."), now="3 h 10 min", before="5 h 40 min"
            ),
            _("Of those who got a quick answer 94 percent stayed, else 87."),
            Link(_("Reasons"), "#reasons"),
        ),
        Finding(
            format_html(_("In Leipzig <b>{count} customers</b> left, twice as many as in September."), count=62),
            _("41 of them mostly bought green tea, out of stock since August."),
        ),
    ]


def tasks() -> list[Task]:
    return [
        Task("3", _("complaints due by 5 p.m."), Link(_("Answer"), "#inbox"), urgent=True),
        Task("26", _("customers may leave"), Link(_("See them"), "#customers")),
    ]


def jobs() -> list[Progress]:
    return [
        Progress(
            _("Customers from the shop"),
            state="waiting",
            detail=_("Begins after the running import."),
            cancel_url="#cancel",
        ),
        Progress(_("Orders of October"), 62, detail=_("11,470 of 18,500, 2 minutes left"), cancel_url="#cancel"),
        Progress(
            _("Figures"),
            100,
            state="done",
            message=_("Computed from 46,120 orders."),
            next_step=Link(_("To the figures"), "#figures"),
        ),
        Progress(
            _("Customers of 2024"),
            31,
            state="failed",
            message=_("Line 1,204 cannot be read. Nothing was changed."),
            next_step=Link(_("See the lines"), "#lines"),
        ),
    ]


def entries(language: str) -> list[Entry]:
    days = (date(2026, 7, 9), date(2026, 7, 3), date(2026, 6, 14))
    texts = (
        (_("Complaint: tin damaged"), _("By the contact form."), "alarm"),
        (
            _("Order of %(sum)s") % {"sum": formats.money(88, language, "EUR")},
            _("Online shop, second flush Assam."),
            "buy",
        ),
        (_("200 points redeemed"), "", "pts"),
    )
    more = ((), ((_("Order"), "2026-41877"), (_("Channel"), _("Online shop"))), ())
    urls = ("", "#orders", "")
    return [
        Entry(formats.day(on, language), on, *text, url=url, more=pairs)
        for on, text, url, pairs in zip(days, texts, urls, more, strict=True)
    ]


def format_rows(language: str) -> list[tuple[str, str]]:
    return [
        (_("Number, share"), f"{formats.number(18420, language)} · {formats.rate(96.2, language)}"),
        (_("Difference"), f"{formats.points(0.5, language)} · {formats.signed(-104, language)}"),
        (_("Money"), f"{formats.money(1284.1, language, 'EUR')} · {formats.money_short(9800, language, 'EUR')}"),
        (_("Date"), f"{formats.day(date(2026, 11, 22), language)} · {formats.day_long(date(2026, 11, 22), language)}"),
        (_("Period, range"), f"{formats.period(MONTHS[11], language)} · {formats.span('8', '154', language)}"),
        (_("Duration"), f"{formats.duration(11400, language)} · {formats.days(142, language)}"),
    ]


class SampleForm(forms.Form):
    """Every kind of field there is."""

    name = forms.CharField()
    days = forms.IntegerField(min_value=1, max_value=365)
    channel = forms.ChoiceField()
    file = forms.FileField(required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    when = forms.ChoiceField(widget=forms.RadioSelect)
    quiet = forms.BooleanField(required=False)

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)
        texts = {
            "name": (_("Name of the journey"), _("Only you see it.")),
            "days": (_("Waiting time in days"), _("How long nobody hears from us.")),
            "channel": (_("Channel"), ""),
            "file": (_("File"), _("CSV, Excel or Parquet.")),
            "note": (_("Message"), ""),
            "when": (_("When"), ""),
            "quiet": (_("Respect the quiet hours"), ""),
        }
        for name, (label, hint) in texts.items():
            self.fields[name].label, self.fields[name].help_text = label, hint
        self.fields["days"].error_messages["min_value"] = _("Enter a number from 1 to 365")
        self.fields["days"].validators[0].message = _("Enter a number from 1 to 365")
        self.fields["channel"].choices = [("mail", _("E-mail")), ("post", _("Letter"))]
        self.fields["when"].choices = [("now", _("At once")), ("best", _("At the best hour"))]
