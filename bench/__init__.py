"""Load and figures of docs/benchmarks.md; never part of the tests."""
