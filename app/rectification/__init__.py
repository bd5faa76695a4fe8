"""补课: orders, plans, the ledger, supervision and the campaign board."""
