"""The files of an OpenSearch 2.19.1 node, and what it needs to run.

2.19.1 is the newest 2.x whose server and plugins are all on Maven Central. The server there is
bare: the modules that a normal download includes (painless, analysis, ...) are separate jars
without descriptors, which `Module` adds.
"""

from es_integration.local_node.artifacts import Artifact
from es_integration.local_node.distribution import Module, Release

VERSION = "2.19.1"
PLUGIN_VERSION = "2.19.1.0"

RELEASE = Release(
    name="OpenSearch",
    version=VERSION,
    # 2.x does not start on 24 or newer, which have no security manager.
    min_java=11,
    max_java=23,
    prefix="OPENSEARCH",
    # Containers often forbid the filter.
    settings=("bootstrap.system_call_filter: false",),
    jvm_options=(
        # 2.x needs a security manager, which Java 18 and newer refuse unless told otherwise.
        "18-:-Djava.security.manager=allow",
        "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
        "org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory",
    ),
)


def _module_jar(name: str, sha256: str) -> Artifact:
    return Artifact("org.opensearch.plugin", name, VERSION, sha256)


def _plugin(name: str, sha256: str, *, published_checksum: bool = True) -> Artifact:
    return Artifact(
        "org.opensearch.plugin", name, PLUGIN_VERSION, sha256, "zip", published_checksum
    )


def _asm(name: str, sha256: str) -> Artifact:
    return Artifact("org.ow2.asm", name, "9.7", sha256)


SERVER = Artifact(
    "org.opensearch.distribution.integ-test-zip",
    "opensearch",
    VERSION,
    "af7152d8b7f6f1cee09d47276b32b70479fe6dd8cdbb61213f84eb7f8098b261",
    "zip",
)

PAINLESS = Module(
    name="lang-painless",
    classname="org.opensearch.painless.PainlessPlugin",
    jars=(
        _module_jar(
            "lang-painless", "3cf5e02efa40ff5b88e74e1ab66a0bc462de3509fab4a6a4ffe90b8d13777a9a"
        ),
        _module_jar(
            "opensearch-scripting-painless-spi",
            "c2598797a5f6f897ce7e8d05f593ff96de3fbc56c52f299d63cddcae41556dda",
        ),
        Artifact(
            "org.antlr",
            "antlr4-runtime",
            "4.13.1",
            "54665d2838cc66458343468efc539e454fc95b46a8a04b13c6ac43fc9be63505",
        ),
        _asm("asm", "adf46d5e34940bdf148ecdd26a9ee8eea94496a72034ff7141066b3eea5c4e9d"),
        _asm("asm-analysis", "7bc6bcbc21379948a0c8c467fb0f864206e5b818f6bc0b546872f5c9f941556f"),
        _asm("asm-commons", "389bc247958e049fc9a0408d398c92c6d370c18035120395d4cba1d9d9304b7a"),
        _asm("asm-tree", "62f4b3bc436045c1acb5c3ba2d8ec556ec3369093d7f5d06c747eb04b56d52b1"),
        _asm("asm-util", "37a6414d36641973f1af104937c95d6d921b2ddb4d612c66c5a9f2b13fc14211"),
    ),
    # It compiles scripts into classes with its own class loader.
    permissions=(
        'java.lang.RuntimePermission "createClassLoader"',
        'java.lang.RuntimePermission "getClassLoader"',
    ),
)

ANALYSIS = Module(
    name="analysis-common",
    classname="org.opensearch.analysis.common.CommonAnalysisPlugin",
    extends="lang-painless",
    jars=(
        _module_jar(
            "analysis-common", "13fdc1071af42946b13153a62491a5e9b0ad214d44f7c8153d3afef60f558821"
        ),
    ),
)

INGEST = Module(
    name="ingest-common",
    classname="org.opensearch.ingest.common.IngestCommonPlugin",
    extends="lang-painless",
    jars=(
        _module_jar(
            "ingest-common", "8baa5b133f3693265555fb6467deb105877d329e42d2c6a2d496239b8e406461"
        ),
        Artifact(
            "org.jruby.joni",
            "joni",
            "2.2.1",
            "b3e4b657a3ed1d8f684114f6baa462d553a5932a865c1574695498dda8577748",
        ),
        Artifact(
            "org.jruby.jcodings",
            "jcodings",
            "1.0.61",
            "3238c68a2f86cec53cc184ad26df8352db87bb22a419bd17fb4acdfbb0bc40f0",
        ),
        Artifact(
            "org.opensearch",
            "opensearch-dissect",
            VERSION,
            "25cf8949ac696c389119fe6dd2039241f522abdd46955108f86952f99fced68d",
        ),
        Artifact(
            "org.opensearch",
            "opensearch-grok",
            VERSION,
            "33f7fb192c89ebdea39184f73a3edcab00419cac5e6c53c6f48d9028ac0e8647",
        ),
    ),
)

MAPPER_EXTRAS = Module(
    name="mapper-extras",
    classname="org.opensearch.index.mapper.MapperExtrasPlugin",
    jars=(
        _module_jar(
            "mapper-extras-client",
            "93e85f305ddc3070fea5b83cc8d962bdcd30df20638352b02cf57276cc2bc5d5",
        ),
    ),
)

MUSTACHE = Module(
    name="lang-mustache",
    classname="org.opensearch.script.mustache.MustachePlugin",
    jars=(
        _module_jar(
            "lang-mustache-client",
            "3d688c8d05e517ddad94e439c61183b642aa1784daf7a4d76964d518f6c17135",
        ),
        Artifact(
            "com.github.spullara.mustache.java",
            "compiler",
            "0.9.14",
            "99a7e7855609135006f078e6de7ee69daad9c42f98e679d56f80653cb17526b9",
        ),
    ),
    # It reads the values of a template by reflection.
    permissions=(
        'java.lang.reflect.ReflectPermission "suppressAccessChecks"',
        'java.lang.RuntimePermission "accessDeclaredMembers"',
    ),
)

# Published for 2.19.0 and 2.19.2, not for 2.19.1.
SEARCH_PIPELINES = Module(
    name="search-pipeline-common",
    classname="org.opensearch.search.pipeline.common.SearchPipelineCommonModulePlugin",
    jars=(
        Artifact(
            "org.opensearch.plugin",
            "search-pipeline-common",
            "2.19.0",
            "7cd98d0c17de7c92dc47ce12bbcb2dedb1798e7efeee9875316cc04b011e47e7",
        ),
    ),
)

# The zip on Maven has no native libraries: `engine: lucene` only.
KNN = _plugin("opensearch-knn", "eab8c9818865bc035212eab5068cdacae164baa09d4c152f49b736d6f6b0e85c")

# These three were published with neither POM nor checksum nor signature. Their digests are those of
# the first download (2026-11-21, the same in two fresh local repositories): they prove that a file
# is the one that was tested, not who made it.
JOB_SCHEDULER = _plugin(
    "opensearch-job-scheduler",
    "a54e12582b88a4c173d6e58b16fbc609df12a04eff010ae30396905a1a882bf6",
    published_checksum=False,
)
ML_COMMONS = _plugin(
    "opensearch-ml-plugin",
    "2324234d81109dcb2c488da5a6b2034cc0f78d9d08e40ce49ba59fc423a5df5f",
    published_checksum=False,
)
NEURAL_SEARCH = _plugin(
    "neural-search",
    "b17ca1d774692902c58cbae102bf463970740c31d81446866e8eabd336e285aa",
    published_checksum=False,
)

MODULES = (PAINLESS, ANALYSIS, INGEST, MAPPER_EXTRAS, MUSTACHE, SEARCH_PIPELINES)

# neural-search extends k-NN, ml-commons extends job-scheduler.
RERANK_PLUGINS = (JOB_SCHEDULER, ML_COMMONS, KNN, NEURAL_SEARCH)
