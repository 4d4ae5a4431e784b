"""A language model as a judge, whose agreement with given judgements is measured first.

asking       the questions, many at a time, and what becomes of the answers
pairs        which (query, document) pairs are asked, and as which texts
prompt       the prompt: prompt.txt, or a file of the user's own
chat         a client for chat completions, as OpenAI's API has them
answer       the grade in an answer
state        answers in a file, so that a run goes on where the last one ended
agreement    Cohen's kappa, plain and weighted, with its interval
tables       what is shown on the screen
"""
