"""Whether the loop is worth having: the cost of policies of retraining on rows in the order of time.

`make worth` plays them on all data sets with time in them that installed packages ship, and writes docs/worth.md;
`make worth TABLE=file TIME=column TARGET=column` plays them on a table of anybody's, and prints what each costs.
"""
