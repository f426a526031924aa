"""Work that may crash, hang or take all memory, in child processes with limits, and files that are gone afterwards.

``workplace.run_task`` calls a function in a fresh Python, ``command.execute`` runs any program, ``forked.call`` forks
for work of milliseconds, a ``standing.Standing`` once for much of it. All of them end with this process, whatever
ends it.
"""
