"""The short way of `POST /api/v1/loyalty/members/{id}/points`: what has come together is given in one transaction.

What the API does for each request takes Django far longer than it takes the ledger to give a point, so plain requests
go past it. Whatever is not plain, or is refused, goes the long way and gets its answer there, so that there is one
place that says no.
"""
