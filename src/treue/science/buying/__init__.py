"""How customers buy who never say that they leave: models of purchases and of dropping out."""
