"""DLA: which nodes of a model run on a module's deep learning accelerator, what keeps the others from it."""

from jetdoctor.dla.split import split

__all__ = ["split"]
