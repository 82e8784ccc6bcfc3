from django.urls import path

from treue.understand.profile import erasing_views, person_views, timeline_views, views

urlpatterns = [
    path("", views.customers, name="customers"),
    path("customers.csv", views.customers_csv, name="customers_csv"),
    path("erasures/", erasing_views.erasures, name="erasures"),
    path("erasures/<int:number>/", erasing_views.erasure, name="erasure"),
    path("<int:number>/", person_views.customer, name="customer"),
    path("<int:number>/timeline/", timeline_views.customer_timeline, name="customer_timeline"),
    path("<int:number>/export/", erasing_views.export_customer, name="customer_export"),
    path("<int:number>/erase/", erasing_views.erase_customer, name="customer_erase"),
    path("<int:number>/orders/<int:order_id>/", person_views.order, name="order"),
]
