"""Proof by running: build a model with a real compiler, run it, compare it with ONNX Runtime."""
