"""Who of those with a contract will leave within so many days: a classifier, and a guard against what knows it."""

from treue.science.churn.classifier import ChurnClassifier
from treue.science.churn.errors import (
    ImpossibleLabel,
    InfiniteValue,
    KnownTooLate,
    LabelInDisguise,
    LeakyColumn,
    NoFeatures,
    PredictsPerfectly,
    RepeatedColumn,
    TooFewChurners,
    WithoutCustomer,
)
from treue.science.churn.leaks import Finding
from treue.science.churn.quality import Quality

__all__ = [
    "ChurnClassifier",
    "Finding",
    "ImpossibleLabel",
    "InfiniteValue",
    "KnownTooLate",
    "LabelInDisguise",
    "LeakyColumn",
    "NoFeatures",
    "PredictsPerfectly",
    "Quality",
    "RepeatedColumn",
    "TooFewChurners",
    "WithoutCustomer",
]
