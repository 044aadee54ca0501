"""Benchmarks: each figure beside the floor it is bounded by, measured in the same run."""
