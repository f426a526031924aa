"""Write docs/rules.md, the table of all rules, from the rule files: python3 docs/make_rules.py"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

HEAD = """# Rules

Made by `python3 docs/make_rules.py` from the files under `rules/`. `jetdoctor explain ID` prints a rule's whole page:
what it detects, why it fails, the fix, the sources. Preview rules rest on no source or run yet and say so.

"""

ROW = "| %s | %s | %s | %s | %s |"


def page() -> str:
    """The page as it should be."""
    from jetdoctor.check import catalog

    lines = [HEAD.rstrip(), "", ROW % ("id", "name", "severity", "outcome", "what"), ROW % (("---",) * 5)]
    for found in catalog().rules.values():
        rule = found.rule
        title = found.page.splitlines()[0] + (" (preview)" if rule.preview else "")
        lines.append(ROW % (rule.id, rule.name, rule.severity, rule.outcome, title.replace("|", "\\|")))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "rules.md").write_text(page(), encoding="utf-8")
