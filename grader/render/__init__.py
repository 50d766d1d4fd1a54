"""Views of a report: pure functions from a report to something a reader or a program takes."""
