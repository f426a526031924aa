"""Errors with one clear line for the user, and the exit code that goes with it."""

from __future__ import annotations


class JetdoctorError(Exception):
    """A failure with one clear line for the user.

    ``exit_code`` is 2 for bad usage or unreadable input and 3 when jetdoctor or a transport failed.
    """

    exit_code = 3


class UsageError(JetdoctorError):
    """Bad usage, or an input that is missing, unreadable or not what it should be (exit code 2)."""

    exit_code = 2
