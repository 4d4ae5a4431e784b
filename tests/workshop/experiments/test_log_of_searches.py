"""What two-stage search logs is what the commands read: clicks are credited, judgements made."""

import time
from pathlib import Path

from es_integration.search import Experiments, Rerank, Trial, two_stage_search
from es_integration.ubi import UbiFiles, event_record
from mappings.experiments.reading import read_experiments
from sidecar.workshop.clicks.actions import Actions
from sidecar.workshop.clicks.assembling import assemble
from sidecar.workshop.clicks.event_log import EventLogBuilder
from sidecar.workshop.clicks.reading import Tally
from sidecar.workshop.clicks.record_files import read_files
from sidecar.workshop.clicks.rules import Rules
from sidecar.workshop.clicks.ubi import UbiEvent, records
from sidecar.workshop.experiments.preference import preferences
from sidecar.workshop.experiments.records import Exposure, experiment_records
from sidecar.workshop.experiments.searches import assemble as log_of
from sidecar.workshop.model.progress import no_progress
from tests.es_integration.search.ten_hits import Cluster, Turning
from tests.mappings.experiments.files import write

ARMS = '[[arms]]\nname = "control"\n[[arms]]\nname = "off"\noff = true\n'


def test_users_who_want_the_last_hits_prefer_the_arm_that_turns_the_order(
    tmp_path: Path,
) -> None:
    write(tmp_path, 'method = "interleave"\n' + ARMS)
    experiments, log = Experiments.open(tmp_path), UbiFiles.open(tmp_path / "ubi")
    for number in range(20):
        trial = Trial(experiments=experiments, unit=f"u{number}", logs=[log])
        found = two_stage_search(
            Cluster(), Turning(), "red shoes", rerank=Rerank(fields=("title",)), trial=trial
        )
        shown = [hit["_id"] for hit in found["hits"]["hits"]]
        place = min(shown.index(wanted) for wanted in "jih")
        query_id = found["rerank"]["query_id"]
        log.write(event_record(query_id, shown[place], place + 1, client_id=f"u{number}"))
    files = sorted((tmp_path / "ubi").iterdir())
    found_records: list[Exposure | UbiEvent] = []
    read_files(files, found_records.append, Tally(0), no_progress, experiment_records)
    (experiment,) = read_experiments(tmp_path)
    (preference,) = preferences(log_of(experiment, found_records, time.time()), alpha=0.05)
    assert (preference.arm, preference.wins, preference.losses) == ("off", 0, 20)

    builder = EventLogBuilder(Actions())
    read_files(files, builder.add, Tally(0), no_progress, records)
    searches = assemble(builder.done(), Rules()).searches
    assert (len(searches), searches.row_clicked.sum()) == (20, 20)
    assert len(searches.row_document) == 200
