"""What can be known of a model's values without running it: arrays, bounds of integers, and the values that TensorRT
must know when it knows the shapes.

| module | what |
| --- | --- |
| ``arithmetic`` | the operators of shape arithmetic in numpy |
| ``shape_values`` | arrays that follow from constants and known sizes |
| ``partly_known`` | the same where single sizes are open |
| ``evaluator`` | arrays of whatever follows from constants, weights too |
| ``intervals`` | bounds of integers |
| ``shape_tensors`` | which values TensorRT needs as shape tensors, and what computes them |
"""
