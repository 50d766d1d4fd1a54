"""A class: many submissions found, graded by several processes, kept in a database, shown."""
