"""Quantisation: a model folder's fp32 graph -> int8, float and fp16 graphs.

quantize        `model quantize`: replaces the folder by one with the new graphs
precisions      the precisions that can be made, and the fp16 graph
workspace       where graphs are made, and what is measured of each
int8_graphs     the int8 and the float graph over one weight file: every decision is measured
int8_rewrite    weights to int8, and graphs rewritten to read them
fp16_rewrite    a graph rewritten to fp16, with float32 where fp16 would cost accuracy
sensitivity     which groups of weights keep within the error budget
smooth          SmoothQuant for activations with outlier channels
fuse            an encoder's attention as one operator, for one unpadded pair per run
attention_masks what a mask does to such a pair, proven before it is dropped
first_token     the last layer reduced to the one token that the head reads
graph_view      producers and consumers of a graph's tensors
dequantize      the way back: a graph's int8 weights as floats, to train on
"""
