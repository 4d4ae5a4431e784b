"""`rerank-sidecar rerank-file`: every row of a file of queries with their hits, reranked.

rerank_file   the whole run: what is left of the file is ranked, then the output is written
input_rows    the rows of IN: JSON lines, Parquet
row_ranker    a row -> its ranking, or why it has none; by a model in this process
kept_rankings the rankings as they come, in a file beside OUT, so that the same command goes on
reranked_row  a row -> the row with its hits in the new order
reranked_table  the same for the rows of an Arrow table, whose values keep their types
output_rows   IN and the rankings -> OUT and the file of rejects, each in one step

A ranking is kept with the digest of its row. So the output follows from IN and the kept rankings
alone, however often and wherever a run was ended, and each row is in it once.
"""
