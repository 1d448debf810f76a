"""Scraped news in, only what was reported out; every removal explained and reversible."""

__version__ = "0.1.0"
