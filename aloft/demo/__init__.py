"""The demo's company: customers, their usage and a team at work, and the engine that decides between them."""

NAME = "Northwind Ledger"
"""What its customers know it by."""
