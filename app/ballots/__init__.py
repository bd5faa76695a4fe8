"""The box store of one round: its gate, its codes, its sealed envelopes. Knows rounds by their id only."""
