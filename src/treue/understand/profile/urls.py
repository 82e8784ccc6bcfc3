from django.urls import path

from treue.understand.profile import person_views, views

urlpatterns = [
    path("", views.customers, name="customers"),
    path("customers.csv", views.customers_csv, name="customers_csv"),
    path("<int:number>/", person_views.customer, name="customer"),
    path("<int:number>/orders/<int:order_id>/", person_views.order, name="order"),
]
