"""Figures over periods: charts, the tables below them, and what their titles may claim."""
