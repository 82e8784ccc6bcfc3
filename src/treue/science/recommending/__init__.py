"""What customers may want next, learned from who bought what: again, new to them, dearer, and by session."""

from treue.science.recommending.choosing import METHODS, Choice
from treue.science.recommending.errors import NoCategories, NoHoldout, RepeatedId, UnknownMethod
from treue.science.recommending.evaluating import Evaluation, evaluate
from treue.science.recommending.history import set_aside
from treue.science.recommending.measuring import Figures
from treue.science.recommending.ranking import REASONS
from treue.science.recommending.recommender import Recommender

__all__ = [
    "METHODS",
    "REASONS",
    "Choice",
    "Evaluation",
    "Figures",
    "NoCategories",
    "NoHoldout",
    "Recommender",
    "RepeatedId",
    "UnknownMethod",
    "evaluate",
    "set_aside",
]
