"""What earns how many points: rules as data, and what they say of an order or of a deed."""
