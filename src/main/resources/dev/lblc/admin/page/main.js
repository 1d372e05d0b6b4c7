// Puts the page together: each snapshot goes to all parts of it.

import { attention } from "./attention.js";
import { Cluster } from "./cluster.js";
import { byId, el, setAttribute, setText, Views } from "./dom.js";
import { Explain } from "./explain.js";
import { services } from "./services.js";
import { follow } from "./stream.js";

const GRADES = { bad: "✖ broken", busy: "▲ busy", off: "◌ off", good: "● good" };

const explain = new Explain();
const cluster = new Cluster();
const servicesView = services(byId("services"), (service, destination) => explain.ask(service, destination));
const attentionView = new Views(byId("attention"), item => item.key, () => new Item());

class Item {
  #grade = el("strong", { class: "grade" });
  #what = el("span", { class: "what" });
  #todo = el("span", { class: "todo" });

  constructor() {
    this.root = el("li", {}, this.#grade, " ", this.#what, " ", this.#todo);
  }

  update({ grade, what, todo }) {
    setAttribute(this.root, "data-grade", grade);
    setText(this.#grade, GRADES[grade]);
    setText(this.#what, what);
    setText(this.#todo, todo);
  }
}

function show(snapshot) {
  const items = attention(snapshot);
  const shown = items.length > 0 ? items : [{ grade: "good", what: "Nothing: all servers are up and have room.", todo: "" }];
  attentionView.update(shown.slice(0, 20).map((item, i) => ({ key: `${i} ${item.grade}`, ...item })));
  explain.update(snapshot.services.map(service => service.service));
  servicesView.update(snapshot.services);
  cluster.update(snapshot.cluster);
  const bad = items.filter(item => item.grade === "bad").length;
  document.title = bad > 0 ? `✖ ${bad} vertx-lblc` : "vertx-lblc";
}

function state(now) {
  setText(byId("connection"), now);
  setAttribute(document.body, "data-connection", now === "connected" || now === "paused" ? now : "lost");
  if (now !== "connected" && now !== "paused") {
    document.title = "not connected: vertx-lblc";
  }
}

follow(show, state);
