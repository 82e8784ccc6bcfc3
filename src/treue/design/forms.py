"""Forms drawn with our own field component: {{ form }}, {{ field.as_field_group }}, <c-form>, <c-field>."""

from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Label above, hint below, the error in the hint's place, the optional marked, a summary above all."""

    form_template_name = "design/forms/form.html"
    field_template_name = "design/forms/field.html"
