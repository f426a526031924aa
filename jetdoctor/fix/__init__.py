"""Fixes: plan, graph rewrites, proof and atomic writing."""
