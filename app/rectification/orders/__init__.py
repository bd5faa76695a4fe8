"""责令补课 and what hangs on an order: retests, holidays, modes of supervision."""
