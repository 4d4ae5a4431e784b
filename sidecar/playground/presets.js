// What a person can begin with. The documents stand in a poor order, so that there is something to
// see. They were written for this page; prices, ratings and citation counts are made up.

import { DRIVEWAY, PIPER } from "./long_texts.js";

const PRODUCTS = [
  {
    title: "Shoe care kit for running shoes, red box", brand: "Glanz", category: "Shoes > Care",
    price: 14.9, rating: 4.8, popularity: 21000, in_stock: true,
  },
  {
    title: "Nike Pegasus running shoe", brand: "Nike", category: "Shoes > Running", color: "red",
    size: "42", material: "mesh", price: 129.0, rating: 4.7, popularity: 54000, in_stock: true,
    description: "Cushioned daily trainer for road running.",
  },
  {
    title: "Men's running socks, three pairs", brand: "Acme", category: "Clothing > Socks",
    color: "red", price: 12.5, rating: 4.4, popularity: 8800, in_stock: true,
  },
  {
    title: "Red road running shoe", brand: "Acme", category: "Shoes > Running", color: "red",
    size: "42", price: 49.0, rating: 3.9, popularity: 700, in_stock: false,
    description: "Light shoe for short runs. Last season's model.",
  },
  {
    title: "Gel-Contend road running shoe", brand: "Asics", category: "Shoes > Running",
    color: "red", size: "42", material: "mesh", price: 64.5, rating: 4.5, popularity: 9100,
    in_stock: true, description: "Cushioned road shoe with a roomy toe box.",
  },
  {
    title: "Gel-Contend road running shoe", brand: "Asics", category: "Shoes > Running",
    color: "blue", size: "42", material: "mesh", price: 64.5, rating: 4.5, popularity: 8700,
    in_stock: true, description: "Cushioned road shoe with a roomy toe box.",
  },
  {
    title: "Leather dress shoe", brand: "Loden", category: "Shoes > Formal", color: "oxblood red",
    size: "43", material: "leather", price: 79.0, rating: 4.2, popularity: 1900, in_stock: true,
  },
];

const SUPREME_COURT = "Supreme Court of the United States";
const DECISIONS = [
  {
    title: "Reyno v. Piper Aircraft Co.", citations: ["630 F.2d 149"], court: "Third Circuit",
    jurisdiction: "US", date: "1980-07-22", cited_by: 310, status: "reversed",
    summary: "Dismissal for forum non conveniens is barred where the law of the other forum is "
      + "less favorable to the plaintiff.",
  },
  {
    title: "Notice of appeal, Reyno v. Piper Aircraft Co.", court: "Third Circuit",
    jurisdiction: "US", date: "1979-12-03",
    text: "Plaintiff appeals from the order that dismissed the action on the ground of forum non "
      + "conveniens.",
  },
  {
    title: "Gulf Oil Corp. v. Gilbert", citations: ["330 U.S. 501"], court: SUPREME_COURT,
    jurisdiction: "US", date: "1947-03-10", cited_by: 5900,
    summary: "A district court may dismiss for forum non conveniens when the interests of the "
      + "parties and of the public weigh for another forum.",
  },
  {
    title: "Sinochem v. Malaysia International Shipping", citations: ["549 U.S. 422"],
    court: SUPREME_COURT, jurisdiction: "US", date: "2007-03-05", cited_by: 1400,
    summary: "A court may dismiss for forum non conveniens before it decides on its jurisdiction.",
  },
  {
    title: "Piper Aircraft Co. v. Reyno", citations: ["454 U.S. 235"], court: SUPREME_COURT,
    jurisdiction: "US", date: "1981-12-08", cited_by: 8200, text: PIPER,
  },
  {
    title: "American Dredging Co. v. Miller", citations: ["510 U.S. 443"], court: SUPREME_COURT,
    jurisdiction: "US", date: "1994-02-23", cited_by: 620,
    summary: "In admiralty cases state courts need not apply the federal doctrine of forum non "
      + "conveniens.",
  },
];

const PASSAGES = [
  "How long a car may be parked on a public street differs from town to town; look for the signs.",
  "Concrete is the most widely used building material in the world, and its making sets free about "
    + "eight percent of the carbon dioxide that people cause.",
  "A driveway of concrete lasts thirty years or more, one of asphalt fifteen to twenty.",
  "Asphalt may be driven on after two to three days, although it goes on hardening for months.",
  DRIVEWAY,
  "New drivers must hold a learner's permit for six months before they may drive alone.",
  "Concrete reaches about 70 percent of its strength after a week. Light cars may use a new drive "
    + "from then on.",
];

/** `{name, label, query, profile, documents}`, in the order of the buttons. */
export const PRESETS = [
  {
    name: "ecommerce", label: "E-commerce", profile: "ecommerce",
    query: "red running shoes under $80", documents: PRODUCTS,
  },
  {
    name: "legal", label: "Legal", profile: "legal",
    query: "may a court dismiss for forum non conveniens if the foreign law is less favorable, "
      + "454 U.S. 235",
    documents: DECISIONS,
  },
  {
    name: "answers", label: "Question answering", profile: "plain",
    query: "how long before I can drive a car on new concrete", documents: PASSAGES,
  },
];
