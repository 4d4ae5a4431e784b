"""Relevance judgements: which documents answer a query, and how well. One noun, several files.

judgements   Judgements: query ID -> document ID -> grade
formats      reads and writes them; recognises the format of a file
collecting   gathers rows, and what is wrong with them, line by line
json_lines   the line of a part of a JSON document
files        text files, read whole and written in one step
query_texts  the texts of queries that a file of judgements names by ID alone

trec         TREC qrels, and three columns
beir         a folder with queries and qrels
quepid       Quepid's CSV
workbench    judgement lists of OpenSearch's Search Relevance Workbench
rank_eval    bodies of the search engines' ranking evaluation API
jsonl        this project's own JSON lines, the only ones with weights
"""
