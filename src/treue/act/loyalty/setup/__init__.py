"""Setting the programme up, step by step: a draft that is previewed, tried on the past and published as a whole."""
