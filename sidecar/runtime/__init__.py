"""Token ids in, tensors out: loading a model, proving it on its device, and running it.

From a folder to a session
    model_choice     which models are served; options: how they run, one frozen value
    shipped_models   those that have a name: in the package, or in another distribution
    manifest         what a model folder says of itself; measured: the figures in it
    model_folder     folder + options -> a session that is proven on its device
    running_graph    what runs, and the score revision
    precision        which graph a runtime runs, at what precision
    encoding         what an encoder's manifest says of its vectors; text_inputs: its inputs
    tokenizer        texts -> ids -> model inputs; special_tokens: no text can spell one
    session          the contract: a batch in, named tensors out; spare_cores: lone runs
    onnx_session, openvino_session   its two implementations; open_session chooses
    exit_session     a graph in parts as one session: irrelevant pairs leave it early
    process_session  one whose runs happen in worker processes: worker_process is one as its parent
                     sees it, worker_main its inside, tensor_wire what passes between them,
                     quarantine the inputs that end them
    canonical, placement   the start-up proof: the right numbers, on the right device

From inputs to outputs
    families         what a family's tensors mean
    runs             which inputs share a run; a run's arrays; the layout
    scorer           what the pipeline submits to
    cached_scorer    the cache in front of a queue: nothing is run twice; coalescing; logit_cache
    device_queues    the jobs of a device's models; throughput
    model_queue      one model's jobs; jobs: what they are; model_session: what runs them
    run_order        whose jobs run next; flows: whose they are; fair_shares: what each gets
    scheduler        a device's workers, threads that run them
    admission        takes or refuses a request by when it would end; backlog; estimates

The machine
    cores, quota     how many cores this process may use
    thread_priority  which of its threads get one first
    tuned_layouts    what `rerank-sidecar tune` stored
"""
