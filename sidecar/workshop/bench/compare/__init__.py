"""`rerank-sidecar bench compare`: the sidecar and others on the same model and texts.

comparison          a CompareSpec -> a Comparison, by all of the below
selection           the command's options -> contenders, workloads, settings of the sidecar
contender           the protocol of a contender; contender_specs: all there are
model_files         one model in every contender's format, by shipped_classifier and peer_graphs;
                    encoder_files: one sentence encoder, for --embeddings
environments        the peers' Python environments, made once
contender_factory   a spec -> a contender: one of servers or embedding_servers, or a library_process
adapters/           what a library_process runs in a peer's environment
workloads           how many documents of which lengths; round_source: their texts
contender_run       best batch sizes, then all contenders over the same rounds in turn
process_usage       CPU time and memory of a contender's processes
figures             measured rounds -> the figures of a Comparison; accuracy: their logits' error
comparison_tables   a Comparison -> the screen and Markdown; comparison_plot: a picture
"""
