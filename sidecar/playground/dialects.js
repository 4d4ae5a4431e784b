// The search as each dialect writes it: one row per dialect, by the service's name for it.
//
// Every body holds the same control keys, with which every dialect takes them. Bare arrays have no
// room for explanations, so those requests ask for none.

import { isObject } from "./documents.js";
import { control } from "./state.js";

const DIALECTS = [
  { name: "cohere-v2", label: "Cohere v2", path: "/v2/rerank", body: documents },
  { name: "cohere-v1", label: "Cohere v1", path: "/v1/rerank", body: documents },
  { name: "jina", label: "Jina", path: "/jina/v1/rerank", body: documents },
  {
    name: "voyage", label: "Voyage", path: "/voyage/v1/rerank",
    body: (state) => ({ ...documents(state), top_k: null, truncation: true }),
  },
  { name: "tei", label: "text-embeddings-inference", path: "/rerank", body: texts },
  {
    name: "vllm", label: "vLLM rerank", path: "/vllm/rerank",
    body: (state) => ({ ...documents(state), top_n: 0 }),
  },
  {
    name: "vllm-score", label: "vLLM score", path: "/score",
    body: (state) => ({ text_1: state.query, text_2: state.documents, ...control(state) }),
  },
  {
    name: "infinity", label: "infinity", path: "/infinity/rerank",
    body: (state) => ({ ...documents(state), raw_scores: false }),
  },
  {
    name: "mixedbread", label: "Mixedbread", path: "/v1/reranking",
    body: (state) => ({ query: state.query, input: state.documents, ...control(state) }),
  },
  {
    name: "nim", label: "NVIDIA NIM", path: "/v1/ranking",
    body: (state) => ({
      query: { text: state.query },
      passages: state.documents.map((each) => (isObject(each) ? each : { text: each })),
      ...control(state),
    }),
  },
  {
    name: "gradio", label: "Gradio", path: "/api/predict",
    // Its documents are lines: a field's line breaks are escaped, a text's become spaces.
    body: (state) => {
      const { instruction, ...rest } = control(state);
      const lines = state.documents.map(
        (each) => (isObject(each) ? JSON.stringify(each) : each.replace(/\s*[\r\n]+\s*/g, " ")));
      return { data: [state.query, lines.join("\n"), instruction ?? null, null], ...rest };
    },
  },
  {
    name: "opensearch", label: "OpenSearch", path: "/opensearch/rerank",
    // What ml_inference sends: the whole object of the search's ext.
    body: (state) => ({
      query: { query_text: state.query, ...control(state) },
      documents: state.documents,
    }),
  },
  {
    name: "elasticsearch", label: "Elasticsearch: custom, openshift_ai",
    path: "/elasticsearch/rerank", body: documents,
  },
  {
    name: "elasticsearch-texts", label: "Elasticsearch: hugging_face",
    path: "/elasticsearch/rerank", body: texts,
  },
];

function documents(state) {
  return { query: state.query, documents: state.documents, ...control(state) };
}

function texts(state) {
  const { explain, ...rest } = control(state);
  return { query: state.query, texts: state.documents, ...rest };
}

/** The rows that a service with these routes (path -> names of dialects) answers. */
export function spoken(routes) {
  return DIALECTS.filter(({ name, path }) => (routes[path] ?? []).includes(name));
}
