// The profile's fields as sliders. A weight is sent only when it was moved off the profile's own.

import { byId, el } from "./dom.js";
import { fieldNames, isObject } from "./documents.js";
import { at } from "./fields.js";
import { normal } from "./spelling.js";
import { withAttributes } from "./attributes.js";

const MAX_WEIGHT = 3; // logits: enough for one field to decide; a heavier profile widens its sliders
const STEP = 0.05;

/**
 * Shows the sliders of a profile. `weights` (field -> moved weight) is changed in place, and
 * `moved()` is called after each change.
 */
export function showWeights(profile, documents, weights, moved) {
  const fields = fieldsOf(profile, documents);
  const heavy = fields.filter((field) => field.weight !== 0);
  const light = fields.filter((field) => field.weight === 0);
  const rows = (some) => some.map((field) => row(field, weights, moved));
  const box = byId("weights");
  const wasOpen = box.querySelector("details")?.open ?? false;
  box.replaceChildren(...rows(heavy));
  if (light.length) {
    const summary = `${light.length} fields of weight 0, read by signals and rules alone`;
    const opened = wasOpen || light.some((field) => weights.has(field.name));
    box.append(el("details", { open: opened }, el("summary", {}, summary), ...rows(light)));
  }
  byId("weights-hint").textContent = hint(profile, fields);
}

/** What of the sliders depends on the documents: equal texts need no new sliders. */
export function weightsKey(profile, documents) {
  return JSON.stringify(fieldsOf(profile, documents));
}

/** The fields that may be weighed: the profile's, and, where it reads any, the documents' own. */
function fieldsOf(profile, documents) {
  const objects = documents.filter(isObject).map(withAttributes);
  const named = profile.fields.map((field) => ({
    ...field,
    own: true,
    there: objects.some(
      (document) => field.spellings.some((name) => at(document, name) !== undefined)),
  }));
  if (!profile.every_field) return named;
  const known = new Set(profile.fields.flatMap((field) => field.spellings.map(normal)));
  const others = fieldNames(documents)
    .filter((name) => !known.has(normal(name)) && name.length > 0 && name.length <= 64)
    .map((name) => ({ name, weight: 1, spellings: [name], own: false, there: true }));
  return [...named, ...others];
}

function row(field, weights, moved) {
  const value = weights.get(field.name) ?? field.weight;
  const id = `weight-${field.name}`;
  const output = el("output", { for: id });
  const slider = el("input", {
    id, type: "range", min: 0, max: Math.max(MAX_WEIGHT, 2 * field.weight), step: STEP,
    "data-field": field.name,
  });
  slider.value = String(value);
  const line = el("div", { class: field.there ? "weight" : "weight absent" },
    el("label", { for: id, title: title(field) }, field.name), slider, output);
  const show = () => {
    const isMoved = weights.has(field.name);
    line.classList.toggle("moved", isMoved);
    output.textContent = isMoved || field.own ? Number(slider.value).toFixed(2) : "unset";
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  slider.addEventListener("input", () => {
    const weight = Number(slider.value);
    // A profile's own weight need not be sent; a field that no profile weighs counts once it is.
    if (field.own && weight === field.weight) weights.delete(field.name);
    else weights.set(field.name, weight);
    show();
    moved();
  });
  show();
  return line;
}

function title(field) {
  const others = field.spellings.filter((spelling) => spelling !== field.name);
  const also = others.length ? `; also ${others.join(", ")}` : "";
  return `${field.name}${also}${field.there ? "" : "; no document has it"}`;
}

function hint(profile, fields) {
  if (!fields.length) {
    return "Texts have no fields to weigh. Objects have: try a document like {\"title\": \"...\"}.";
  }
  if (!profile.fields.length) {
    return "This profile adds nothing to the model's logit until a weight is set.";
  }
  return `All fields' matches together add at most ${profile.match_cap} to the logit.`;
}
