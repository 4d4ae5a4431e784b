"""The stage times that the sidecar reports in its Server-Timing header."""


def stage_seconds(header: str) -> dict[str, float]:
    """Seconds by stage: "parse;dur=0.12, infer;dur=500.00" -> {"parse": 0.00012, "infer": 0.5}."""
    stages = {}
    for metric in header.split(","):
        name, *parameters = (part.strip() for part in metric.split(";"))
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key == "dur":
                stages[name] = float(value) / 1000
    return stages
