"""The verbs of the command line, one module each; `parser` holds their options.

A command takes the parsed arguments and returns an exit status. It writes to the standard
streams through `console`; errors it raises, and `cleaner.cli` prints them.
"""
