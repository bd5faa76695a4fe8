"""The phone form to be looked at before anybody votes on it."""
