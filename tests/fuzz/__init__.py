"""Fuzz targets, one per kind of input; ``python -m tests.fuzz`` runs them (CONTRIBUTING.md)."""
