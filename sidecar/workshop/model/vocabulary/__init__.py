"""Smaller vocabularies: `model prune-vocabulary`, and `model train --vocabulary`.

    usage      how often languages and texts use each piece
    tokenizer  which pieces stay, and the tokenizer with these alone
    pruning    the command, from its options to the folder and the figures
    folder     a Hugging Face folder with fewer pieces and rows of embeddings
    reading    what a tokenizer makes of texts: pieces and unknown characters

Most of a multilingual encoder's weights are the embeddings of its vocabulary (96 of 118 million in
multilingual-e5-small), and a user needs the languages of a few. Abdaoui et al., "Load What You
Need" (arXiv 2010.05609), did this with multilingual BERT.
"""
