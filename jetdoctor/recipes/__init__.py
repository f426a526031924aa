"""Operators written with other operators, once: one file per operator or family of them.

A recipe is ``recipe(node, build)``: it adds nodes through ``build`` and returns the name, or the names, that stand for
the outputs of ``node``, or raises ``CannotRewrite``. Rewrites (``rules/rewrites``) and downgrade adapters
(``jetdoctor/fix/opset/adapters``) both call it. It chooses its form by what is known: sizes that are fixed become
constants, others are read at run time.
"""

from jetdoctor.recipes.build import Build

__all__ = ["Build"]
