"""The page that people keep open: every environment as its status branch tells it, in a browser.

Law of the room: it shows what Git says, and asks no engine. What others wrote is text in a page, never a part of it.
"""
