from django.urls import path

from treue.act.offers import price_views, views

urlpatterns = [
    path("loyalty/offers/", views.offers, name="offers"),
    path("loyalty/offers/new/", views.new_offer, name="offer_new"),
    path("loyalty/offers/<int:offer_id>/", views.offer, name="offer"),
    path("loyalty/offers/<int:offer_id>/edit/", views.edit_offer, name="offer_edit"),
    path("loyalty/offers/<int:offer_id>/publish/", views.publish_offer, name="offer_publish"),
    path("loyalty/offers/<int:offer_id>/stop/", views.stop_offer, name="offer_stop"),
    path("loyalty/offers/<int:offer_id>/discard/", views.discard_offer, name="offer_discard"),
    path("loyalty/prices/", price_views.product_prices, name="prices"),
    path("loyalty/prices/upload/", price_views.upload_prices, name="prices_upload"),
    path("loyalty/prices/<int:price_id>/", price_views.price, name="price"),
    path("loyalty/prices.csv", price_views.prices_csv, name="prices_csv"),
]
