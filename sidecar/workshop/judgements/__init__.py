"""Formats of relevance judgements. The noun, and this project's own format, are in
`sidecar.judgements`.

formats      reads and writes them; recognises the format of a file
json_lines   the line of a part of a JSON document
query_texts  the texts of queries that a file of judgements names by ID alone

trec         TREC qrels, and three columns
beir         a folder with queries and qrels
quepid       Quepid's CSV
workbench    judgement lists of OpenSearch's Search Relevance Workbench
rank_eval    bodies of the search engines' ranking evaluation API
"""
