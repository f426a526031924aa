"""jetdoctor: will this ONNX model deploy on that Jetson, and if not, why and what to do.

    >>> import jetdoctor
    >>> jetdoctor.check("fixtures/models/gap_classifier_dynamo_opset18.onnx", "jetpack-5.0.2").results[0].verdict
    'fixable'

``check``, ``fix``, ``verify``, ``plan``, ``triage``, ``device`` and ``explain`` are the functions of ``jetdoctor.api``,
imported when they are first asked for: this module itself costs nothing.

In a clone or an editable install the rules lie beside this package, in a wheel inside it; either way
they are importable as ``jetdoctor.rules``.
"""

import os as _os
import sys as _sys

__version__ = "0.1.0"

TYPE_CHECKING = False  # typing itself would take a third of the time of --version
if TYPE_CHECKING:
    from types import ModuleType as _Module

    from jetdoctor.api import check as check
    from jetdoctor.api import check_each as check_each
    from jetdoctor.api import device as device
    from jetdoctor.api import devices as devices
    from jetdoctor.api import explain as explain
    from jetdoctor.api import fix as fix
    from jetdoctor.api import fleet as fleet
    from jetdoctor.api import inspect as inspect
    from jetdoctor.api import plan as plan
    from jetdoctor.api import triage as triage
    from jetdoctor.api import use_rules as use_rules
    from jetdoctor.api import verify as verify
else:
    _Module = type(_sys)

_API = ("check", "check_each", "device", "devices", "explain", "fix", "fleet", "inspect", "plan", "triage",
        "use_rules", "verify")  # fmt: skip

_here = _os.path.dirname(_os.path.abspath(__file__))
if not _os.path.isdir(_os.path.join(_here, "rules")):
    __path__.append(_os.path.dirname(_here))


class _Verb(_Module):
    """A package whose name is also a function of the API: ``jetdoctor.check`` is the package, and can be called."""

    def __call__(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        from jetdoctor import api

        return getattr(api, self.__name__.rpartition(".")[2])(*args, **kwargs)


class _Front(_Module):
    """This package. The import system binds every package here as an attribute; those in ``_API`` become callable."""

    def __setattr__(self, name: str, value: object) -> None:
        if name in _API and type(value) is _Module:
            value.__class__ = _Verb
        _Module.__setattr__(self, name, value)


def __getattr__(name: str) -> object:
    if name not in _API:
        raise AttributeError("module 'jetdoctor' has no attribute %r" % name)
    from importlib import import_module

    if _os.path.isdir(_os.path.join(_here, name)):
        return import_module("jetdoctor." + name)
    return getattr(import_module("jetdoctor.api"), name)


def __dir__() -> "list[str]":
    return sorted([*globals(), *_API])


_sys.modules[__name__].__class__ = _Front
