from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "treue.core.shop"
    label = "shop"
