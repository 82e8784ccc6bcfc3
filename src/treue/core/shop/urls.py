from django.urls import path

from treue.core.shop import cost_views, mail_views, views

urlpatterns = [
    path("", views.shop, name="settings"),
    path("currencies/", views.rates, name="settings_rates"),
    path("currencies/<int:rate_id>/remove/", views.remove_rate, name="settings_rate_remove"),
    path("non-products/", views.non_products, name="settings_non_products"),
    path("costs/", cost_views.costs, name="settings_costs"),
    path("costs/<int:cost_id>/", cost_views.cost, name="settings_cost"),
    path("costs/<int:cost_id>/remove/", cost_views.remove, name="settings_cost_remove"),
    path("mail/", mail_views.mail, name="settings_mail"),
    path("mail/test/", mail_views.send_test, name="settings_test_mail"),
]
