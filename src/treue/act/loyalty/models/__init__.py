"""The programme, its members, what they earn, and the ledger of their points."""

from treue.act.loyalty.models.awards import Award, Budget, Due
from treue.act.loyalty.models.books import BookCohort, BookCursor, BookDay, BookMonth, BookStanding, BookTerms
from treue.act.loyalty.models.corrections import Correction
from treue.act.loyalty.models.deeds import RewardedDeed
from treue.act.loyalty.models.drafts import Draft
from treue.act.loyalty.models.funnel import FunnelCohort
from treue.act.loyalty.models.grants import TierGrant
from treue.act.loyalty.models.ledger import (
    Account,
    Allocation,
    Entry,
    Journal,
    Kind,
    Lot,
    Seal,
    Spending,
    Wallet,
)
from treue.act.loyalty.models.programme import Member, Programme, RuleVersion, TierVersion

__all__ = [
    "Account",
    "Allocation",
    "Award",
    "BookCohort",
    "BookCursor",
    "BookDay",
    "BookMonth",
    "BookStanding",
    "BookTerms",
    "Budget",
    "Correction",
    "Draft",
    "Due",
    "Entry",
    "FunnelCohort",
    "Journal",
    "Kind",
    "Lot",
    "Member",
    "Programme",
    "RewardedDeed",
    "RuleVersion",
    "Seal",
    "Spending",
    "TierGrant",
    "TierVersion",
    "Wallet",
]
