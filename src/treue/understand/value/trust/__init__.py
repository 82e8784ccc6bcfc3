"""Whether to believe the models: the verdict, the fit in force, its diagnostics and its history."""
