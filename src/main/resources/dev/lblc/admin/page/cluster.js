// The nodes of the cluster as this one sees them.

import { byId, el, setText, Views } from "./dom.js";
import { count, duration, things } from "./format.js";

export class Cluster {
  #rows = el("tbody");
  #tables = el("p", { class: "note" });
  #views = new Views(this.#rows, node => node.node, () => new Row());

  constructor() {
    byId("nodes").append(
        el("table", { class: "nodes" },
            el("caption", { class: "unseen" }, "Nodes of the cluster"),
            el("thead", {}, el("tr", {},
                ...["Node", "Last report", "Configuration"].map(title => el("th", { scope: "col" }, title)))),
            this.#rows),
        this.#tables);
  }

  update(cluster) {
    byId("cluster").hidden = !cluster.enabled;
    if (!cluster.enabled) {
      setText(byId("node"), "");
      return;
    }
    setText(byId("node"), cluster.nodes.find(node => node.self)?.name ?? "");
    this.#views.update(cluster.nodes);
    setText(this.#tables, "Each node decides by its own copy of the tables. "
        + cluster.tables.map(table).join(" "));
  }
}

function table({ service, replica, backlog }) {
  return `${service}: ${replica === "complete" ? "this node has all of it" : "this node is still fetching it"}, `
      + `${things(backlog, "decision")} of this node not told yet.`;
}

class Row {
  #name = el("strong");
  #address = el("span", { class: "note" });
  #report = el("td", { "data-title": "Last report" });
  #config = el("td", { "data-title": "Configuration" });

  constructor() {
    this.root = el("tr", {}, el("th", { scope: "row" }, this.#name, " ", this.#address), this.#report, this.#config);
  }

  update(node) {
    setText(this.#name, node.name);
    setText(this.#address, node.address === node.name ? "" : node.address);
    setText(this.#report, report(node));
    setText(this.#config, node.self ? "" : node.differences.length === 0 ? "the same" : `differs in ${node.differences.join(", ")}`);
  }
}

function report(node) {
  if (node.self) {
    return "this node";
  }
  if (node.reportAgeMillis < 0) {
    return "✖ none";
  }
  return node.reportAgeMillis < 1000 ? `${count(node.reportAgeMillis)} ms ago` : `${duration(node.reportAgeMillis)} ago`;
}
