"""Early exits: a model folder's graphs cut into parts, each with a head that knows when to stop.

    cut         a BERT graph -> its parts
    head        the states of a layer -> the pair's logit, as far as they tell
    states      pairs -> what a head reads of them, and the whole network's logits
    fitting     heads fitted to these logits; thresholds that hardly any relevant document is below
    add_exits   `model exits`: from a folder and a run's groups to the folder's new graphs

The network itself is not trained: the whole network's scores stay what they are.
"""
