"""Points as a liability: what is outstanding on a day, what will become of it, and how the books show it."""
