"""jetdoctor: will this ONNX model deploy on that Jetson, and if not, why and what to do.

In a clone or an editable install the rules lie beside this package, in a wheel inside it; either way
they are importable as ``jetdoctor.rules``.
"""

import os as _os

__version__ = "0.1.0"

_here = _os.path.dirname(_os.path.abspath(__file__))
if not _os.path.isdir(_os.path.join(_here, "rules")):
    __path__.append(_os.path.dirname(_here))
