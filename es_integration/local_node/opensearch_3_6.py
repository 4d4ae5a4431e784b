"""The files of an OpenSearch 3.6.0 node, and what it needs to run.

3.6.0 is the newest 3.x whose server and plugins are all on Maven Central. Its server brings the
modules of a normal download.
"""

from es_integration.local_node.artifacts import Artifact
from es_integration.local_node.distribution import Release

VERSION = "3.6.0"
PLUGIN_VERSION = "3.6.0.0"

RELEASE = Release(
    name="OpenSearch",
    version=VERSION,
    # 3.x does not run on less than 21; seen to start and search: 25.
    min_java=21,
    max_java=25,
    prefix="OPENSEARCH",
    # Containers often forbid the filter.
    settings=("bootstrap.system_call_filter: false",),
    jvm_options=(
        # As in the shipped jvm.options. The agent does what the security manager does in 2.x; its
        # path is relative to the home folder, where the start script changes to.
        "-javaagent:agent/opensearch-agent.jar",
        "--add-modules=jdk.incubator.vector",
    ),
)

SERVER = Artifact(
    "org.opensearch.distribution.integ-test-zip",
    "opensearch",
    VERSION,
    "a91faa1dc1cadc78cb278b4f63847e19e1627a4e9de698e14e7efc14ee37b286",
    "zip",
)


# The plugins of 3.6.0 were published without checksums. Their digests are those of the first
# download (2026-11-29): they prove that a file is the one that was tested, not who made it.
def _plugin(name: str, sha256: str) -> Artifact:
    return Artifact(
        "org.opensearch.plugin", name, PLUGIN_VERSION, sha256, "zip", published_checksum=False
    )


JOB_SCHEDULER = _plugin(
    "opensearch-job-scheduler",
    "f81d0aa9fc850b18f803292bd7ae68bd33561f6c1d12db0f68529d40eddcee24",
)
ML_COMMONS = _plugin(
    "opensearch-ml-plugin", "c051d436fe1936da1477bb999db829eb2bc92b12989e376c300d0a874fb90f9d"
)
# The zip on Maven has no native libraries: `engine: lucene` only.
KNN = _plugin("opensearch-knn", "ac392ca28a39b3bf290648a422ef30cb149dda2963a9d7feb26060e932341c9a")
NEURAL_SEARCH = _plugin(
    "neural-search", "6ef1b206e79391e2e36268e32dc34d27fd8b8a59a8eb0a7393c97d53b038e433"
)

# neural-search extends k-NN, ml-commons extends job-scheduler.
RERANK_PLUGINS = (JOB_SCHEDULER, ML_COMMONS, KNN, NEURAL_SEARCH)
