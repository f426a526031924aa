"""Where the documentation is published: the "Documentation" URL of the installed package, nothing until it has one."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=None)
def root() -> str:
    """URL of the site without a slash at the end, "" when the package names none."""
    from importlib import metadata

    try:
        urls = metadata.metadata("jetdoctor").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # a clone that runs without installing
        return ""
    named = dict(url.partition(", ")[::2] for url in urls)
    return named.get("Documentation", "").rstrip("/")


def rule_page(rule: str) -> str:
    """URL of the page of a rule, "" without a site and for a rule that is not ours."""
    return "%s/rules/%s.html" % (root(), rule) if root() and rule.startswith("JD") else ""
