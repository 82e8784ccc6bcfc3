from django.urls import path

from treue.understand.profile import (
    consent_views,
    erasing_views,
    identity_views,
    merging_views,
    person_views,
    timeline_views,
    views,
)

urlpatterns = [
    path("", views.customers, name="customers"),
    path("customers.csv", views.customers_csv, name="customers_csv"),
    path("erasures/", erasing_views.erasures, name="erasures"),
    path("erasures/<int:number>/", erasing_views.erasure, name="erasure"),
    path("<int:number>/", person_views.customer, name="customer"),
    path("<int:number>/timeline/", timeline_views.customer_timeline, name="customer_timeline"),
    path("<int:number>/identities/", identity_views.customer_identities, name="customer_identities"),
    path("<int:number>/merge/find/", identity_views.find_other, name="customer_merge_find"),
    path("<int:number>/merge/<int:other>/", merging_views.merge, name="customer_merge"),
    path("<int:number>/merges/<int:merge_id>/undo/", merging_views.undo_merge, name="customer_merge_undo"),
    path("<int:number>/consent/", consent_views.customer_consent, name="customer_consent"),
    path("<int:number>/consent/give/", consent_views.give, name="customer_consent_give"),
    path("<int:number>/consent/<int:record_id>/withdraw/", consent_views.withdraw, name="customer_consent_withdraw"),
    path("<int:number>/preferences/", consent_views.prefer, name="customer_preferences"),
    path("<int:number>/export/", erasing_views.export_customer, name="customer_export"),
    path("<int:number>/erase/", erasing_views.erase_customer, name="customer_erase"),
    path("<int:number>/orders/<int:order_id>/", person_views.order, name="order"),
]
