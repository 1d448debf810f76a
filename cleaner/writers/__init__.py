"""What a run leaves behind: rows of JSON in shards, and files that appear whole or not at all.

`rows` turns values into rows, `shard` collects the rows of one piece of work, `files` puts them
on the disk. A document's removed spans are in the shard of the same number, in the same order.
"""
