"""What a person says about a file: what it holds, and which column is what."""

from collections import defaultdict
from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.listen.imports import uploads
from treue.listen.imports.columns import Mapping as Columns
from treue.listen.imports.fields import FIELDS
from treue.listen.imports.models import Import
from treue.listen.imports.wording import field_label, needed

LEAVE_OUT = ""


class UploadForm(forms.Form):
    what = forms.ChoiceField(
        label=gettext_lazy("What does the file hold?"),
        choices=Import.What.choices,
        initial=Import.What.ORDERS,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, Excel (.xlsx) or Parquet, with the names of the columns in the first row."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(uploads.ENDINGS)}),
        max_length=None,
        allow_empty_file=True,  # reading says it better
    )


class ColumnsForm(forms.Form):
    """One choice for each column of the file; `fields_by_column` is what was chosen."""

    def __init__(self, data: Mapping[str, str] | None = None, *, task: Import) -> None:
        super().__init__(data)
        self.task = task
        self.columns: list[str] = task.preview.get("columns", [])
        chosen = {column: field for field, column in task.columns.items()}
        choices = [(LEAVE_OUT, _("Do not import"))]
        choices += [(field.name, field_label(field.name, task.what)) for field in FIELDS[task.what]]
        for place, column in enumerate(self.columns):
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=column,
                choices=choices,
                required=False,
                initial=chosen.get(column, LEAVE_OUT),
                widget=forms.Select(attrs={"aria-label": _("What “%(column)s” is") % {"column": column}}),
            )

    def clean(self) -> dict[str, str]:
        cleaned = super().clean()
        columns = defaultdict(list)
        for place, column in enumerate(self.columns):
            if field := cleaned.get(f"c{place}"):
                columns[field].append((place, column))
        for field, places in columns.items():
            for place, _column in places if len(places) > 1 else []:
                others = ", ".join(_("“%(name)s”") % {"name": other} for at, other in places if at != place)
                self.add_error(
                    f"c{place}",
                    _("“%(field)s” is already mapped to %(others)s. Choose one of them.")
                    % {"field": field_label(field, self.task.what), "others": others},
                )
        for field in Columns(self.task.what, {field: places[0][1] for field, places in columns.items()}).missing:
            sentence = _("No column is “%(field)s” yet. Choose one; without it no row can be used.")
            self.add_error(None, sentence % {"field": needed(field, self.task.what)})
        cleaned["columns"] = {field: places[0][1] for field, places in columns.items()}
        return cleaned
