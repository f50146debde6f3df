// Runs in a web worker, after Pyodide's own two modules in one text (plimsoll.cli.page.build). Python and everything it
// imports come as bytes from the page; the page's Content-Security-Policy holds here, too, and allows no connection.

const PARTS = "plimsoll:///"; // no such scheme: an address that nothing but the function below answers
const STARTED = "plimsoll.cli.page.answer";
const parts = new Map();
let answer = null;
let python = null;

globalThis.fetch = async (address) => {
  const name = String(address).slice(PARTS.length);
  if (!String(address).startsWith(PARTS) || !parts.has(name)) throw new TypeError("this page connects to nothing");
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(parts.get(name), { headers: { "Content-Type": type } });
};

async function bytesOf({ text, packed }) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  if (!packed) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function start(given) {
  for (const [name, part] of Object.entries(given)) parts.set(name, await bytesOf(part));
  python = await loadPyodide({
    indexURL: PARTS,
    packageBaseUrl: PARTS,
    lockFileContents: { info: { abi_version: ABI }, packages: {} },
    createPyodideModule: _createPyodideModule,
    stdout: () => {},
    stderr: () => {},
  });
  for (const [name, bytes] of parts) if (name.endsWith(".whl")) python.unpackArchive(bytes, "wheel");
  answer = python.pyimport(STARTED).answer_text;
  parts.clear();
}

const tell = (text) => postMessage({ kind: "stage", text });

onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") {
      await start(data.parts);
      postMessage({ kind: "ready" });
    } else {
      const names = python.toPy(data.files.map(([name]) => name));
      const contents = python.toPy(data.files.map(([, content]) => new Uint8Array(content)));
      postMessage({ kind: "answer", text: answer(names, contents, data.key, data.root, tell) });
      names.destroy();
      contents.destroy();
    }
  } catch (error) {
    postMessage({ kind: "broken", text: String((error && error.message) || error) });
  }
};
