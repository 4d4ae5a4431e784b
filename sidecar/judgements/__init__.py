"""Relevance judgements: which documents answer a query, and how well. Pure, but for its files.

judgements      Judgements: query ID -> document ID -> grade
collecting      gathers rows, and what is wrong with them, line by line
jsonl           this project's own JSON lines: the only form with weights, and what is served
files           text files, read whole and written in one step
judged_queries  judgements as live traffic meets them: by the query's text
top_ten         reciprocal rank and nDCG of the first ten documents

`sidecar.workshop.judgements` reads and writes the formats of others.
"""
