"""The report of one or more evaluations: as data, and as a page, Markdown or JSON."""
