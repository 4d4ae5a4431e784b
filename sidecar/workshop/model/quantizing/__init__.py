"""Quantising: a model folder's fp32 graph -> int8, float and fp16 graphs over one weight file.

quantize, precisions  the folder with its new graphs; who makes which
workplace             where they are made, and what is measured of each
integers, int8        the int8 graphs: what is multiplied in integers, and how it is rounded
sensitivity           what rounding costs each group of weights
smooth                activations whose channels stand out
view, fuse            an encoder's graph for one pair per run: attention as one operator,
first_token           and of the last layer only what the head reads
half                  fp16
unquantized           the weights of such a graph as floats again, to train on
"""
