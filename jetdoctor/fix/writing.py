"""Writing a fixed model: everything under a temporary name first, the ``.onnx`` renamed last.

Whatever happens before that rename (a crash, a full disk, Ctrl-C), the original pair of model and
external data is whole, and nothing of ours is left behind; what a SIGKILL keeps us from removing goes at the
next run.
"""

from __future__ import annotations

import os
import shutil
from typing import Any, List, Optional

from jetdoctor import foreign
from jetdoctor.child import temporary
from jetdoctor.fix import originals
from jetdoctor.fix.external import external_files
from jetdoctor.fix.outcome import FixOutcome
from jetdoctor.fix.serialize import save
from jetdoctor.types import JetdoctorError, UsageError

#: errors that mean another place should be given, not that writing failed
_WRONG_PLACE = (PermissionError, FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError)


def write(outcome: FixOutcome, path: Optional[str] = None, apply: bool = False) -> Optional[str]:
    """Write what ``fix`` proved to ``path``, or with ``apply`` over the original (kept as ``.orig``, ``.orig.2`` …).

    A model that needed nothing is copied byte for byte to ``path`` and left alone by ``apply``.
    Returns the path written, None when there was nothing to write. Raises ``UsageError`` for a place
    that cannot be written, ``JetdoctorError`` when writing fails half-way; the original is intact.
    """
    if outcome.reason or (path is None and not apply):
        return None
    if apply:
        return _apply(outcome) if outcome.proto is not None else None
    target = os.path.abspath(os.fspath(path or ""))
    if os.path.exists(target) and os.path.samefile(target, outcome.path):
        raise UsageError("%s is the original: use --apply to replace it" % path)
    _require_not_its_data(target, outcome)
    if outcome.proto is None:
        if not outcome.clean or any(not step.applied for step in outcome.plan.steps):
            return None
        _Writer(target).copy(outcome.path)
    else:
        _Writer(target).save(outcome.proto, outcome.path, same_folder_data=False)
    return os.fspath(path or "")


def _require_not_its_data(target: str, outcome: FixOutcome) -> None:
    """UsageError when the output is one of the files that hold the model's own weights."""
    import onnx

    proto = outcome.proto if outcome.proto is not None else onnx.load(outcome.path, load_external_data=False)
    folder = os.path.dirname(os.path.abspath(outcome.path))
    if any(os.path.realpath(os.path.join(folder, name)) == os.path.realpath(target) for name in external_files(proto)):
        raise UsageError("%s holds the model's weights: give another name" % target)


def _apply(outcome: FixOutcome) -> str:
    original = os.path.realpath(outcome.path)  # a symbolic link keeps pointing to its file
    originals.require_unchanged(original, outcome.read)
    backup = "" if originals.is_ours(original) else originals.free_backup(original)
    if backup:
        _Writer(backup).copy(original, data=False)
    try:
        _Writer(original, outcome.read).save(outcome.proto, original, same_folder_data=True)
    except BaseException:  # nothing was replaced, so that there is nothing to go back to
        if backup:
            os.unlink(backup)
        raise
    return outcome.path


class _Writer:
    """One file to be written, with its external data; cleans up after itself when it fails.

    ``replaces`` is the stamp of the file that may be replaced: any other is left alone.
    """

    def __init__(self, target: str, replaces: Optional[originals.Stamp] = None) -> None:
        self.target, self.replaces = target, replaces
        self.folder = os.path.dirname(os.path.abspath(target))
        self._made: List[str] = []
        temporary.sweep(self.folder)

    def copy(self, source: str, data: bool = True) -> None:
        """The file byte for byte, with the external data that it names."""
        import onnx

        def work() -> None:
            if data and self.folder != os.path.dirname(os.path.abspath(source)):
                proto = onnx.load(source, load_external_data=False)
                for location in external_files(proto):
                    self._bring(os.path.dirname(os.path.abspath(source)), location)
            name = self._temporary()
            with open(source, "rb") as old, open(name, "wb") as new:
                shutil.copyfileobj(old, new, 1 << 20)
                _flush(new)
            self._rename(name, source)

        self._guarded(work)

    def save(self, proto: Any, original: str, same_folder_data: bool) -> None:
        """The proto, with its external data beside it (which stays in place in the same folder)."""

        def work() -> None:
            source = os.path.dirname(os.path.abspath(original))
            if not same_folder_data and source != self.folder:
                for location in external_files(proto):
                    self._bring(source, location)
            originals.mark(proto)
            name = self._temporary()
            with open(name, "wb") as file:
                save(proto, file)
                _flush(file)
            self._rename(name, original)

        self._guarded(work)

    def _guarded(self, work: Any) -> None:
        try:
            work()
        except OSError as error:
            self._clean()
            reason = (error.strerror or str(error)).lower()
            message = "cannot write %s: %s; nothing was changed" % (self.target, reason)
            raise (UsageError if isinstance(error, _WRONG_PLACE) else JetdoctorError)(message) from None
        except BaseException:  # Ctrl-C and the like: leave nothing behind, and go on with it
            self._clean()
            raise

    def _temporary(self) -> str:
        name = temporary.file_in(self.folder, ".tmp")
        self._made.append(name)
        return name

    def _rename(self, name: str, like: str) -> None:
        shutil.copymode(like, name)
        if os.path.exists(self.target) and foreign.is_read_only(self.target):
            raise PermissionError(13, "the file is read-only", self.target)
        if self.replaces is not None:
            originals.require_unchanged(self.target, self.replaces)
        os.replace(name, self.target)
        self._made.remove(name)
        _sync_folder(self.folder)

    def _bring(self, source: str, location: str) -> None:
        """One file of external data, under a temporary name and then its own; the same data may be there."""
        old, new = os.path.join(source, location), os.path.join(self.folder, location)
        if os.path.exists(new):
            if _same_content(old, new):
                return
            raise FileExistsError(17, "the external data %s exists with different content" % location, new)
        os.makedirs(os.path.dirname(new), exist_ok=True)
        name = self._temporary()
        with open(old, "rb") as reader, open(name, "wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            _flush(writer)
        os.replace(name, new)
        self._made[self._made.index(name)] = new

    def _clean(self) -> None:
        for name in self._made:
            try:
                os.unlink(name)
            except OSError:
                pass


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: str) -> None:
    """Make the rename itself durable, where the system lets a directory be synced."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _same_content(one: str, other: str) -> bool:
    import filecmp

    return os.path.samefile(one, other) or filecmp.cmp(one, other, shallow=False)


__all__ = ["write"]
