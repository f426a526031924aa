"""Pages of the site that are made from what jetdoctor knows.

Each module has ``write(pages)``; ``pages`` is the folder of the site's Markdown.
"""
