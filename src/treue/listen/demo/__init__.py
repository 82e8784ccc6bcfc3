"""What the demo shop hears beside its files: visits, orders as they are made, consents. Nothing is put into a table by
hand: everything goes the way on which a shop's own messages come."""
