"""The ground floor: what an installation owns, and the tables on which every room stands."""
