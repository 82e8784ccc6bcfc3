"""Why a row of a file is set aside. The faces turn these codes into sentences."""

UNREADABLE_ROW = "unreadable_row"
NO_TIME = "no_time"
UNREADABLE_TIME = "unreadable_time"
IMPLAUSIBLE_TIME = "implausible_time"
UNREADABLE_NUMBER = "unreadable_number"
CANCELLED_ORDER = "cancelled_order"
NEGATIVE_PRICE = "negative_price"
NO_CUSTOMER = "no_customer"
CURRENCY_WITHOUT_RATE = "currency_without_rate"
NON_PRODUCT = "non_product"
DUPLICATE = "duplicate"
SAME_NUMBER = "same_number"
NO_NUMBER = "no_number"
UNREADABLE_EMAIL = "unreadable_email"
NO_PRODUCT = "no_product"
NO_MONTH = "no_month"
UNREADABLE_MONTH = "unreadable_month"
NEGATIVE_AMOUNT = "negative_amount"

# What cleaning lets through and the shop's database cannot take, or finds nothing for.
TOO_LONG = "too_long"
TOO_LARGE = "too_large"
ORDER_OF_ANOTHER_CUSTOMER = "order_of_another_customer"
ERASED_PERSON = "erased_person"
REFUND_UNMATCHED = "refund_unmatched"

# In order of precedence: a row has the first that holds against it.
OF_ORDERS = (
    UNREADABLE_ROW,
    NO_TIME,
    UNREADABLE_TIME,
    IMPLAUSIBLE_TIME,
    UNREADABLE_NUMBER,
    CANCELLED_ORDER,
    NEGATIVE_PRICE,
    NO_CUSTOMER,
    CURRENCY_WITHOUT_RATE,
    NON_PRODUCT,
    DUPLICATE,
)
OF_CUSTOMERS = (
    UNREADABLE_ROW,
    NO_NUMBER,
    UNREADABLE_EMAIL,
    UNREADABLE_TIME,
    IMPLAUSIBLE_TIME,
    DUPLICATE,
    SAME_NUMBER,
)
OF_PRODUCTS = (UNREADABLE_ROW, NO_PRODUCT, UNREADABLE_NUMBER, DUPLICATE, SAME_NUMBER)
OF_COSTS = (UNREADABLE_ROW, NO_MONTH, UNREADABLE_MONTH, UNREADABLE_NUMBER, NEGATIVE_AMOUNT)
