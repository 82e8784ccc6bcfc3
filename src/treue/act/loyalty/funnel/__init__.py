"""How far members come: from joining to redeeming again."""
