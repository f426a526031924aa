"""What can be known of a model's values without running it: arrays, bounds of integers, and the values that TensorRT
must know when it knows the shapes.

| module | what |
| --- | --- |
| ``small`` | small arrays in Python's own numbers, some of which may be open |
| ``moving`` | operators that move, repeat or join elements |
| ``arithmetic`` | those that compute, and the table of all |
| ``partly_known`` | small arrays that follow from constants and known sizes |
| ``evaluator`` | arrays of whatever follows from constants, weights too |
| ``intervals`` | bounds of integers |
| ``shape_tensors`` | which values TensorRT needs as shape tensors, and what computes them |
"""
