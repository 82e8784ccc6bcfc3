"""What every figure is read with: unit, window, last day, whose, and what it is set beside."""
