// Gathers files, hands them to the worker, shows its answer. Everything that came from a file is set as text, never as
// HTML; the policy of the page (trusted types) refuses anything else.
"use strict";

const at = (id) => document.getElementById(id);
const files = new Map(); // path -> File
let worker = null;
let ready = false;
let busy = null; // the timer of a running check
const LARGEST = 256 * 1024 * 1024;
const MOST = 400;
const WORDS = { good: "passed", bad: "failed", warn: "attention", skip: "not checked" };

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}

function say(text) {
  at("status").textContent = text;
}

// --- files -----------------------------------------------------------------------------------------------------------

function add(path, file) {
  if (files.size >= MOST) return;
  if (file.size > LARGEST) {
    say(`${path.slice(0, 80)} is too large to be a publication.`);
    return;
  }
  files.set(path, file);
  show();
}

function show() {
  const rows = [...files].map(([path, file]) => {
    const away = make("button", { type: "button", class: "away", "aria-label": `Remove ${path}` }, "Remove");
    away.addEventListener("click", () => {
      files.delete(path);
      show();
      at("chooser").focus();
    });
    return make("li", {}, make("span", { class: "name" }, path), make("span", { class: "quiet" }, size(file.size)), away);
  });
  at("list").replaceChildren(...rows);
  at("check").disabled = !ready || busy !== null || files.size === 0;
  if (ready && busy === null) say(files.size ? "Ready." : "Ready. Bring your files first.");
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

async function walk(entry, path, depth) {
  if (entry.isFile) {
    add(path + entry.name, await new Promise((good, bad) => entry.file(good, bad)));
  } else if (entry.isDirectory && depth < 4) {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((good, bad) => reader.readEntries(good, bad));
      if (some.length === 0) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`, depth + 1);
    }
  }
}

async function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  // all of them at once: after the first wait the browser takes the list away
  const taken = items.map((item) => [item.webkitGetAsEntry && item.webkitGetAsEntry(), item.getAsFile()]);
  for (const [entry, file] of taken) {
    if (!entry || entry.isFile) add(file.name, file);
    else {
      try {
        await walk(entry, "", 0);
      } catch {
        say("This browser does not open folders here. Open the folder, and drop the files that are in it.");
      }
    }
  }
}

const zone = at("drop");
for (const kind of ["dragenter", "dragover"])
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) zone.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault(); // anywhere on the page: a file that misses the zone must not replace the page
  zone.classList.remove("over");
  dropped(event.dataTransfer);
});
at("chooser").addEventListener("change", () => {
  for (const file of at("chooser").files) add(file.name, file);
  at("chooser").value = "";
});

// --- the worker ------------------------------------------------------------------------------------------------------

function start() {
  const given = {};
  let script = null;
  for (const element of document.querySelectorAll("script[data-part]")) {
    const part = { text: element.textContent, packed: element.dataset.packed === "1" };
    if (element.dataset.part === "worker.js") script = part;
    else given[element.dataset.part] = part;
  }
  unpack(script).then((blob) => {
    const address = URL.createObjectURL(blob);
    const rules = globalThis.trustedTypes;
    const trusted = rules ? rules.createPolicy("plimsoll", { createScriptURL: (one) => one }).createScriptURL(address) : address;
    worker = new Worker(trusted);
    worker.onmessage = ({ data }) => heard(data);
    worker.onerror = () => broken("the verifier could not be started in this browser");
    worker.postMessage({ kind: "start", parts: given });
  }, () => broken("this browser is too old to unpack the verifier"));
}

async function unpack({ text }) {
  const raw = atob(text);
  const bytes = Uint8Array.from(raw, (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Blob([await new Response(stream).arrayBuffer()], { type: "text/javascript" });
}

function heard(data) {
  if (data.kind === "ready") {
    ready = true;
    show();
  } else if (data.kind === "stage") {
    say(`${data.text}…`);
  } else if (data.kind === "answer") {
    finish();
    answered(JSON.parse(data.text));
  } else {
    broken(data.text);
  }
}

function broken(text) {
  finish();
  answered({
    verdict: {
      tone: "bad", title: "The check could not be carried out",
      text: "This says nothing about your account. The page itself met a problem.",
      todo: ["Use a current version of Firefox, Chrome, Edge or Safari.", "Load the page again and bring your files once more."],
      exact: text,
    },
  });
}

async function check() {
  if (!ready || busy !== null) return;
  const began = performance.now();
  at("answer").hidden = true;
  at("bar").hidden = false;
  at("check").disabled = true;
  say("Reading your files…");
  busy = setInterval(() => {
    // beside the status, not in it: a screen reader need not say each second
    at("seconds").textContent = `${Math.round((performance.now() - began) / 1000)} s`;
  }, 1000);
  try {
    const read = [];
    for (const [path, file] of files) read.push([path, await file.arrayBuffer()]);
    const typed = (id) => at(id).value.replace(/\s+/g, "").toLowerCase();
    worker.postMessage({ kind: "check", files: read, key: typed("key"), root: typed("root") });
  } catch {
    broken("a file could not be read: bring it again");
  }
}

function finish() {
  clearInterval(busy);
  busy = null;
  at("seconds").textContent = "";
  at("bar").hidden = true;
  show();
}

at("check").addEventListener("click", check);
for (const id of ["key", "root"])
  at(id).addEventListener("keydown", (event) => {
    if (event.key === "Enter") check();
  });

// --- the answer ------------------------------------------------------------------------------------------------------

function answered(answer) {
  const parts = [verdict(answer.verdict)];
  if (answer.promise) parts.push(promise(answer.promise));
  if (answer.account) parts.push(account(answer.account));
  if (answer.checks && answer.checks.length) parts.push(checks(answer.checks));
  if (answer.figures && answer.figures.length) parts.push(figures(answer.figures));
  if (answer.history && answer.history.length) parts.push(history(answer.history));
  if (answer.not_said && answer.not_said.length) parts.push(unsaid(answer.not_said));
  if (answer.details && answer.details.length) parts.push(details(answer.details));
  at("answer").replaceChildren(...parts);
  at("answer").hidden = false;
  at("answer").focus();
  say(answer.verdict.title);
}

function section(title, lead, ...children) {
  return make("section", {}, make("h2", {}, title), lead ? make("p", { class: "quiet" }, lead) : null, ...children);
}

function tag(kind, text) {
  return make("span", { class: `tag ${kind}` }, text);
}

function verdict(given) {
  const box = make("section", { class: `verdict ${given.tone}` });
  box.append(make("p", { class: "mark", "aria-hidden": "true" }, { good: "✓", warn: "!", bad: "✕" }[given.tone] || "!"));
  const body = make("div", {}, make("h2", { id: "verdict" }, given.title), make("p", {}, given.text));
  if (given.todo && given.todo.length) {
    body.append(make("h3", {}, "What to do"), make("ul", {}, ...given.todo.map((one) => make("li", {}, one))));
  }
  if (given.exact) {
    body.append(make("details", {}, make("summary", {}, "The exact reason, for an expert"), make("p", { class: "said" }, given.exact)));
  }
  box.append(body);
  return box;
}

function table(heads, rows, numbers) {
  const head = make("tr", {}, ...heads.map((one, i) => make("th", { scope: "col", class: numbers.includes(i) ? "r" : "" }, one)));
  const cell = (one, i) => {
    const node = make("td", { class: numbers.includes(i) ? "r" : "", "data-label": heads[i] });
    node.append(one);
    return node;
  };
  const body = rows.map((row) => make("tr", {}, ...row.map(cell)));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

function account(given) {
  const facts = make("dl", { class: "facts" });
  for (const one of given.facts)
    facts.append(make("div", {}, make("dt", {}, one.label), make("dd", {}, one.value, make("small", {}, one.note))));
  const rows = given.holdings.map((one) => [one.name, one.side, one.quantity, one.price, one.value]);
  const held = rows.length
    ? table(["What", "Yours or owed", "Quantity", "Price of one", `Worth in ${given.quote}`], rows, [2, 3, 4])
    : make("p", {}, "No holdings: the file shows an empty account.");
  const owned = given.owned.map((one) => make("div", { class: `owned ${one.tone}` },
    make("b", {}, one.title), make("p", {}, one.text), one.code ? make("p", { class: "owner" }, one.code) : null));
  return section(given.title, given.lead,
    make("div", { class: "card" }, held, facts, make("p", { class: `health ${given.tone}` }, given.health), ...owned));
}

function promise(given) {
  const steps = given.steps.map((one, place) => {
    const mark = place === 0 ? "✎" : { good: "✓", bad: "✕", warn: "…" }[one.tone] || "…";
    return make("li", { class: one.tone }, make("span", { class: "dot", "aria-hidden": "true" }, mark),
      make("b", {}, one.title), one.time ? make("span", { class: "quiet small when" }, one.time) : null, make("p", {}, one.text));
  });
  const box = make("div", { class: `card promise ${given.tone}` },
    make("p", { class: "seal" }, tag(given.tone, given.word)), make("ol", { class: "course" }, ...steps));
  if (given.holdings) {
    const rows = given.holdings.map((one) => [one.name, one.side, one.quantity]);
    box.append(make("h3", {}, "The promised balances"), rows.length
      ? table(["What", "Yours or owed", "Quantity"], rows, [2]) : make("p", {}, "No holdings: an empty account was promised."));
  }
  return section(given.title, given.lead, box);
}

function checks(given) {
  const items = given.map((one) =>
    make("li", { class: one.tone }, make("b", {}, one.title), tag(one.tone, WORDS[one.tone]), make("p", {}, one.text)));
  return section("What was checked", "Each step by the verifier itself, in this page.", make("ol", { class: "card checks" }, ...items));
}

function figures(given) {
  const rows = given.map((one) => [one.label, one.value, tag(one.trust, one.word)]);
  const key = make("dl", { class: "key" },
    make("dt", {}, tag("proven", "Proven")), make("dd", {}, "by mathematics: nobody’s word is needed"),
    make("dt", {}, tag("attested", "Signed")), make("dd", {}, "by those who should know, with their keys: if they are wrong, this is wrong"),
    make("dt", {}, tag("claimed", "Claimed")), make("dd", {}, "the exchange says so: compare it with other sources"));
  return section("What the publication says", "Not all figures are worth the same.", make("div", { class: "card" }, key, table(["Figure", "Value", "How sure"], rows, [])));
}

function history(given) {
  const rows = given.map((one) => [one.number, one.time, tag(one.tone, one.result), one.worth, one.joined]);
  const heads = ["No.", "Moment", "Publication", "Your account", "Joined to the one before"];
  return section("Your history", "Each publication names the one before it, so none in between can be left out or exchanged unnoticed.",
    make("div", { class: "card" }, table(heads, rows, [])));
}

function unsaid(given) {
  return section("What this cannot tell you", "A proof is worth what it says, no more.",
    make("ul", { class: "card plain" }, ...given.map((one) => make("li", {}, one))));
}

function details(given) {
  const list = make("dl", { class: "digests" });
  for (const one of given) list.append(make("dt", {}, one.label), make("dd", {}, one.value));
  return section("To compare with others", "Read these to another customer. Same letters, same book.", make("div", { class: "card" }, list));
}

start();
