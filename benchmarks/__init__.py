"""Figures, each printed with its floor and how to get it again."""
