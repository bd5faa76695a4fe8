"""Sealed envelopes: sealing and dropping on the booth's side; opening, shredding and stacking on the key-holders'."""
