"""What searches showed and what users did, in the form of User Behavior Insights 1.3
(https://github.com/o19s/ubi).

records  queries and events as records (pure)
log      where records go: what a log is
files    JSON lines in a folder
indices  the cluster's UBI indices
"""

from es_integration.ubi.files import UbiFiles
from es_integration.ubi.indices import UbiIndices
from es_integration.ubi.log import UbiLog
from es_integration.ubi.records import event_record, query_record

__all__ = ["UbiFiles", "UbiIndices", "UbiLog", "event_record", "query_record"]
