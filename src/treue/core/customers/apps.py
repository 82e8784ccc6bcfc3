from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "treue.core.customers"
    label = "customers"
