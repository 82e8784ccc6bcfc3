"""What each kind of file may hold."""

from .order_fields import ORDERS
from .record_fields import COSTS, CUSTOMERS, PRODUCTS

FIELDS = {"orders": ORDERS, "customers": CUSTOMERS, "products": PRODUCTS, "costs": COSTS}
