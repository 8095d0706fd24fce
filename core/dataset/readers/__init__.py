"""One reader a format: bytes in, values out, nothing believed but the content.

`source` says what a file is, `read` finds the reader for it, `table` reads delimited text, `pictures` a zip of pictures.
A reader never writes to the disk under a name from outside, and whatever it is given it either
returns or raises an error of `core.errors`.
"""
