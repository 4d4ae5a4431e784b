"""The service's scheduling, simulated: the real pipeline, admission, cache, scheduler, breaker and
deadlines, on a virtual clock, over sessions that cost time and fail as a seed says.

    python -m tests.simulation --seeds 10000
    python -m tests.simulation --first 4711 --seeds 1 --trace      the story of one seed

virtual_time   an event loop whose clock jumps to the next thing that happens
device         the real queues of a device, with workers that take virtual time
sessions       models that are functions of their ids, and break by plan
plan           a seed -> what clients ask, and what breaks
world          the plan carried out
checks         what must hold at every step, at each answer, and at the end
mutations      bugs planted into the service, each of which the simulation must find
"""
