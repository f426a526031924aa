"""A fact row as a sentence, whatever the node: what ``jetdoctor ops`` and the tests of the words print."""

from __future__ import annotations

from jetdoctor.facts.rows import Fact

#: Longer notes are for those who read the row itself.
_NOTE = 100


def limit_text(fact: Fact) -> str:
    """A row that requires or forbids: "axes (input 1) must be an initializer when the opset is 13 or later"."""
    demand = fact.demand
    if demand is None:
        return form_text(fact)
    text = demand.forbidden() if fact.forbids else demand.required()
    note = fact.get("note", "")
    return text + _when(fact) + ("; " + note if note and len(note) <= _NOTE else "")


def row_text(fact: Fact) -> str:
    """Any row as one sentence, with what comes of it."""
    if "importer" in fact.row:
        types = ", ".join(fact.get("types", ())) or "types not listed"
        return "is imported: %s" % types if fact["importer"] else "is not imported"
    if fact.demand is not None:
        return "%s (%s)" % (limit_text(fact), fact["rule"])
    told = fact["status"] + (" (%s)" % fact["rule"] if fact.get("rule") else "")
    what = fact.get("what") or fact.get("change", "")
    return told + _when(fact) + (": " + what if what else "")


def form_text(fact: Fact) -> str:
    """A row of a form: what the form is, and what becomes of it."""
    form = fact.get("change") or " and ".join(one.said() for one in fact.when) or "any form"
    return "%s: %s" % (form, fact.get("what") or fact.get("message") or fact["status"])


def _when(fact: Fact) -> str:
    if fact.when:
        return " when " + " and ".join(one.said() for one in fact.when)
    unread = fact.get("when")  # conditions of the DLA's own
    return " when %s" % unread if unread else ""
