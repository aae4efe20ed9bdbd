"""Bloom's protocol without a socket: calls out, answers and errors in, and what may be repeated.

Every decision about the API stands here, so that all of them can be tested without a server and the HTTP adapter
next door needs no cleverness.
"""
