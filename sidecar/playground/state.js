// What the form holds, and the request that it makes.

/** @typedef {{query: string, instruction: string, documents: (string|object)[], profile: string,
 *  weights: Map<string, number>}} State  `weights` holds only those that were moved. */

/** A fresh state. */
export function newState() {
  return { query: "", instruction: "", documents: [], profile: "plain", weights: new Map() };
}

/** The control keys, the same in every dialect; those without a value are left out. */
export function control(state) {
  return {
    profile: state.profile,
    ...(state.weights.size ? { fields: Object.fromEntries(state.weights) } : {}),
    ...(state.instruction.trim() ? { instruction: state.instruction } : {}),
    explain: true,
  };
}

/** The body that the page sends to `v2/rerank`. */
export function requestBody(state) {
  return { query: state.query, ...control(state), documents: state.documents };
}
