"""Campaigns, units, voter groups, schemes and forms: everything that is settled before a round."""
