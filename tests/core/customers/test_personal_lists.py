"""Every table says what it knows of a person, and says it truly."""

import pytest
from django.apps import apps

from treue.core.privacy import NOT_PERSONAL, OnErasure

OURS = [model for model in apps.get_models() if model.__module__.startswith("treue.")]
WITH_LISTS = [model for model in OURS if getattr(model, "personal", NOT_PERSONAL) != NOT_PERSONAL]


def label(model: type) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_table_has_its_list(model):
    assert "personal" in vars(model), f"{model._meta.label} needs `personal = PersonalData(…)` or NOT_PERSONAL"


@pytest.mark.django_db
@pytest.mark.parametrize("model", WITH_LISTS, ids=label)
def test_the_fields_of_a_list_exist(model):
    assert list(model._base_manager.values(*model.personal.fields, *model.personal.quotes)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in WITH_LISTS if model.personal.owner is not None], ids=label)
def test_a_row_about_a_customer_leads_to_the_customer(model):
    assert model._base_manager.filter(**{model.personal.owner or "pk": 1}).count() == 0


@pytest.mark.parametrize("model", WITH_LISTS, ids=label)
def test_what_is_kept_after_an_erasure_says_why(model):
    if model.personal.on_erasure is OnErasure.KEEP:
        assert len(model.personal.why) > 20


@pytest.mark.parametrize("model", OURS, ids=label)
def test_whatever_names_a_customer_is_deleted_with_the_customer(model):
    """A table with a key to a customer must be in the export and in the counts of a receipt."""
    keys = [field for field in model._meta.get_fields() if field.many_to_one or (field.one_to_one and field.concrete)]
    if any(label(field.related_model) == "customers.Customer" for field in keys):
        assert model.personal.owner is not None
        assert model.personal.on_erasure is OnErasure.DELETE
