"""How events are called: each spelling of a name of Segment's e-commerce specification is folded to the one there.

"order completed", "Completed Order", "order_completed" and "OrderCompleted" are all "Order Completed"; other names stay
as they are.
"""

import re
from functools import lru_cache

from treue.core.commerce import completing

ORDER_COMPLETED, ORDER_CANCELLED = completing.ORDER_COMPLETED, completing.ORDER_CANCELLED
ORDER_UPDATED, ORDER_REFUNDED = completing.ORDER_UPDATED, completing.ORDER_REFUNDED
ORDERS = completing.TELL_OF_ORDERS
CHECKOUT_COMPLETED = "Checkout Completed"
OF_CALLS = {
    "identify": "Identify",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group",
    "alias": "Alias",
}
LONGEST = 200

SPECIFIED = (
    "Products Searched",
    "Product List Viewed",
    "Product List Filtered",
    "Promotion Viewed",
    "Promotion Clicked",
    "Product Clicked",
    "Product Viewed",
    "Product Added",
    "Product Removed",
    "Cart Viewed",
    "Checkout Started",
    "Checkout Step Viewed",
    "Checkout Step Completed",
    "Payment Info Entered",
    ORDER_COMPLETED,
    ORDER_UPDATED,
    ORDER_REFUNDED,
    ORDER_CANCELLED,
    "Coupon Entered",
    "Coupon Applied",
    "Coupon Denied",
    "Coupon Removed",
    "Product Added to Wishlist",
    "Product Removed from Wishlist",
    "Wishlist Product Added to Cart",
    "Product Shared",
    "Cart Shared",
    "Product Reviewed",
)
FORMER = {
    "Viewed Product Category": "Product List Viewed",
    "Viewed Checkout Step": "Checkout Step Viewed",
    "Order Canceled": ORDER_CANCELLED,
    "Searched Products": "Products Searched",
    "Product Searched": "Products Searched",
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W_]+")


def _key(name: str) -> str:
    """The words in small letters, in the order of the alphabet."""
    return " ".join(sorted(word.lower() for word in WORD.findall(name)))


KNOWN = {_key(name): name for name in SPECIFIED} | {_key(name): meant for name, meant in FORMER.items()}


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """The name as the specification has it, else as it came, without blanks around it."""
    return KNOWN.get(_key(name), name.strip())
